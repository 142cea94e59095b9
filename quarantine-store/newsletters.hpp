#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "quarantine-store/directory.hpp"
#include "quarantine-store/held_deeds.hpp"
#include "quarantine-store/quarantine.hpp"

namespace lazaret::store {

/// What the sender of a newsletter was asked for its reader, and his answer.
struct Unsubscription {
    std::string host{};
    Moment asked{};
    std::optional<int> status{};  ///< of HTTP; none: no answer, `trouble` says why
    std::string trouble{};
};

/// One newsletter of an account: what came of it, and what was said about it.
///
/// Known by its List-Id together with the domain of From, else by the address of From, and by the
/// domain that From was proved for: what a stranger sends under the same names is another one.
/// Never by the envelope, whose addresses are made for one message.
struct Newsletter {
    std::string key{};   ///< the three as one text, for comparing only
    std::string from{};  ///< decoded From of the newest, for people
    std::string list_id{};
    std::string from_address{};
    std::string proved{};       ///< the domain that stands behind it; empty: nobody proved anything
    std::size_t held = 0;       ///< copies that can be released
    std::size_t let_go = 0;     ///< copies that were released or deleted
    std::int64_t accepted = 0;  ///< messages that came through since it is accepted; counted late
    std::int64_t delivered = 0;  ///< messages that a setting let through before; of 13 months
    Moment first{};
    Moment last{};
    std::optional<Reference> newest{};      ///< of its copies; none: nothing was held of late
    std::vector<ListedEntry> entries{};     ///< of its account and addresses, that accept it
    bool is_blocked = false;                ///< by one of these, whoever accepts it
    bool is_blocked_above = false;          ///< the same by domain, tenant or site
    bool is_accepted_above = false;         ///< by one of these
    bool can_be_ended = false;              ///< Explanation::one_click of `newest`
    std::optional<Unsubscription> asked{};  ///< the last time
};

/// The domain that stands behind a newsletter; empty: nobody proved anything.
std::string newsletter_domain(const Explanation& explanation);

/// The key of a newsletter, by what is known of one of its messages.
/// @param from_address  Address::key(), or empty
std::string newsletter_key(const std::string& list_id, const std::string& from_address,
                           const Explanation& explanation);
/// The key of the newsletter that a copy belongs to.
std::string newsletter_key(const HeldDetails& copy);

/// Those of which copies are kept (the newest two thousand are looked at), and those that are
/// accepted; the newest first.
std::vector<Newsletter> newsletters_of(Database& database, TenantId tenant, AccountId account,
                                       Moment now);

/// The same, with those that a setting lets through (the newest five hundred), where the session
/// may see what was delivered to the account (Delivered). Role lazaret_portal.
std::vector<Newsletter> newsletters_of(Database& database, TenantId tenant, AccountId account,
                                       const std::string& session_token, Moment now);

/// The copies of the same newsletter that its account could have released now, that one among
/// them if it is.
HeldChoice held_of_newsletter(Database& database, const HeldDetails& copy);

/// So many senders are asked for one account in a day.
inline constexpr int most_unsubscriptions = 20;

/// Whether its sender is being asked for this account now, and has not answered: for a minute,
/// since whoever asks may have ended.
bool is_being_asked(Database& database, const HeldDetails& copy, AccountId account);

/// Why nobody is asked.
enum class NotAsked {
    TooOften,  ///< the account has asked as often as it may in a day
    Gone,      ///< there is no such copy of a newsletter of its own, or no more
};

/// Notes that the sender of this copy will be asked at `host`, and audits it.
Result<std::int64_t, NotAsked> begin_unsubscription(Database& database, const HeldDetails& copy,
                                                    AccountId account, const std::string& host,
                                                    const Actor& actor);
/// Notes his answer. @param status  0: there is none, and `trouble` says why.
void end_unsubscription(Database& database, const HeldDetails& copy, std::int64_t id, int status,
                        const std::string& trouble, const Actor& actor);

}  // namespace lazaret::store
