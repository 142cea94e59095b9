#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// A mail by which somebody forwarded a message as text, so that its bytes are lost.
struct TextForward {
    std::string address{};  ///< who forwards, as Address::key()
    bool is_spam = false;
    std::optional<Digest> digest{};      ///< that its text names; nobody vouches for it
    std::vector<std::string> senders{};  ///< addresses in its text, as Address::key()
    std::string subject{};               ///< of the mail, with that of the message in it
};

enum class TextForwarded {
    Counted,
    Proposed,  ///< and who forwards is asked whether to block the sender
    Unknown,   ///< the address is in no domain of ours
};
std::string_view token(TextForwarded outcome);

/// Which message somebody called spam without its bytes, and whom he could block for it.
struct BlockProposal {
    Digest digest{};
    Moment when{};         ///< he forwarded it
    std::string sender{};  ///< an address
    std::string from{};    ///< as the message says; cut
    std::string subject{};
};

/// What the owner of an account is asked. Role lazaret_portal; for a session that may see what was
/// delivered there (Delivered); else there is nothing.
class BlockProposals {
public:
    BlockProposals(Database& database, std::string session_token, AccountId account)
        : database_{database}, token_{std::move(session_token)}, account_{account}
    {
    }

    /// The newest first, of the last 30 days.
    std::vector<BlockProposal> open(std::size_t limit);

    /// It was answered. @return false: there is no such question (any more).
    bool close(const Digest& digest);

private:
    Database& database_;
    std::string token_;
    AccountId account_;
};

}  // namespace lazaret::store
