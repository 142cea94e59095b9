#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/list_entry.hpp"
#include "base/records/settings.hpp"

namespace lazaret {

/// Why a message was treated as it was for one recipient, beside its hits: recorded when it was
/// judged, and shown by `lazaretctl why`.
struct Explanation {
    /// A list entry that named this sender.
    struct Match {
        std::int64_t entry = 0;
        ListKind kind = ListKind::Allow;
        Owner owner;
        std::string sender;   ///< SenderPattern::text, or the List-Id of a newsletter
        std::string proof;    ///< what the sender proved: `dkim=example.org`, `spf=example.org`,
                              ///< `dmarc=example.org`; empty when nothing
        std::string needs{};  ///< what the entry asks for, as Proof::text(); empty: not recorded
        bool operator==(const Match&) const = default;
    };
    std::optional<Match> decided;            ///< the entry that won
    std::vector<Match> unproven;             ///< entries whose proof the sender lacked
    std::vector<Settings::Winner> settings;  ///< settings that are not the default, and whose
    std::string note;                        ///< more for people; may be empty

    void add_note(std::string_view more)
    {
        if (!note.empty()) note += "; ";
        note += more;
    }

    /// What the sender proved, whether an entry asked for it or not: the best first.
    struct Proved {
        std::vector<Proof> from;       ///< of From, when the message has one author
        std::vector<Proof> mail_from;  ///< of MAIL FROM
        bool operator==(const Proved&) const = default;
    };
    std::optional<Proved> proved{};  ///< none: it was not recorded
    /// Where one POST ends the subscription (RFC 8058), where a signature vouches for it; of a held
    /// newsletter only.
    std::string one_click{};
    std::optional<Match> warned{};  ///< the warn entry by which its recipient was told at once

    bool operator==(const Explanation&) const = default;
};

}  // namespace lazaret
