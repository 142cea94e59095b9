#pragma once

#include <string_view>

#include "base/records/verdict.hpp"

namespace lazaret::milter {

/// What an SMTP client hears. The list is fixed: nothing of a message, a setting or a path of ours
/// reaches a stranger; the log and the quarantine know more, under the reference.
struct PublicReply {
    std::string_view code;      ///< RFC 5321
    std::string_view enhanced;  ///< RFC 3463
    std::string_view text;      ///< a sentence without its full stop; a reference follows
};

inline constexpr PublicReply virus_refused{"550", "5.7.1", "Message refused: it carries a virus"};
inline constexpr PublicReply spam_refused{"550", "5.7.1", "Message refused: it looks like spam"};
inline constexpr PublicReply policy_refused{"550", "5.7.1",
                                            "Message refused by the policy of its recipients"};

inline constexpr PublicReply listed_client{
    "550", "5.7.1", "Message refused: the mail server that sends it is on a block list"};

inline constexpr PublicReply too_many_fields{"550", "5.6.0",
                                             "Message refused: its header has too many fields"};

inline constexpr PublicReply votes_refused{
    "550", "5.7.1",
    "Message refused: only people of this site who have signed in may send it here"};

inline constexpr PublicReply not_checked_yet{
    "451", "4.7.1", "The message cannot be checked at the moment, please try again later"};
inline constexpr PublicReply trouble_here{"451", "4.3.0", "Local trouble, please try again later"};
inline constexpr PublicReply too_busy{"451", "4.3.2",
                                      "Too busy at the moment, please try again later"};

/// What the sender of a refused message hears, by the class of the message.
constexpr const PublicReply& refusal_of(Class id)
{
    switch (id) {
        case Class::Virus: return virus_refused;
        case Class::Spam:
        case Class::SpamCertain: return spam_refused;
        case Class::Clean:
        case Class::Newsletter:
        case Class::Denied:
        case Class::Dangerous:
        case Class::Unscanned: return policy_refused;
    }
    return policy_refused;
}

}  // namespace lazaret::milter
