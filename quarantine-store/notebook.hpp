#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/config/configuration.hpp"
#include "base/records/explanation.hpp"
#include "base/records/identity.hpp"
#include "base/records/verdict.hpp"
#include "base/text.hpp"

namespace lazaret::store {

/// One recipient of one message that went by: a short row for `lazaretctl trace`, and one more in
/// the counters of its tenant, mailbox, day and class.
struct Passage {
    /// Bytes of a From or a subject that are kept, for lists; what is longer is to be cut by who
    /// fills it in, since a stranger chooses how long it is, and there is a note a recipient.
    static constexpr std::size_t longest_line = 300;
    static std::string line(std::string_view text)
    {
        return std::string{cut_utf8(text, longest_line)};
    }

    Moment when;
    TenantId tenant = site_tenant;
    std::string mailbox;  ///< whose; RecipientPolicy::mailbox
    std::string queue_id;
    std::string sender;  ///< MAIL FROM without brackets
    std::string client_ip;
    Class verdict = Class::Clean;
    Action action = Action::Deliver;  ///< what was done in the end, after the plan
    double score = 0.0;
    std::string reference;    ///< of the held copy or the refusal; empty when delivered
    std::vector<Hit> hits;    ///< what the checks found
    Explanation explanation;  ///< list entry and settings
    std::int64_t entry = 0;   ///< the list entry that decided, whose hits are counted; 0: none
    std::int64_t warned = 0;  ///< the warn entry by which somebody was told, counted too; 0: none

    /// Of what was delivered: which message it was, and by what its recipient knows it again.
    struct Delivered {
        Digest digest{};
        std::string from{};  ///< as Message::from, its first longest_line bytes
        std::string subject{};
    };
    std::optional<Delivered> delivered{};

    /// Of a newsletter that its recipient's setting let through, without an entry: which one it
    /// was.
    struct Newsletter {
        std::string from{};          ///< as Message::from, its first longest_line bytes
        std::string from_address{};  ///< as HeldMail::from_address
        std::string list_id{};
    };
    std::optional<Newsletter> newsletter{};
};

/// Counts and notes, in batches, from a thread of its own: note() never blocks and never throws.
///
/// With the database away up to `most_waiting` notes wait, and no more than some `most_bytes`; then
/// the oldest are dropped and their number is logged. The destructor writes what waits, for at most
/// a few seconds.
class Notebook {
public:
    virtual ~Notebook() = default;
    virtual void note(Passage passage) = 0;
};

/// @param passages  whether each message gets a row; counters and refusals are written anyway.
std::unique_ptr<Notebook> make_notebook(const DatabaseConfig& config, bool passages,
                                        std::size_t most_waiting = 100'000,
                                        std::size_t most_bytes = 200'000'000);

}  // namespace lazaret::store
