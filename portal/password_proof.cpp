#include "portal/password_proof.hpp"

#include "portal/entry_pages.hpp"
#include "portal/notice.hpp"

namespace lazaret::portal {
namespace {

using Outcome = PasswordProof::Outcome;

// The same steps whatever is known of the address.
PasswordProof prove_here(const Site& site, store::Database& database, const Request& request,
                         const std::string& mailbox, const std::string& password)
{
    const auto turn = site.passwords.take_turn();
    if (!turn) return {.outcome = Outcome::Busy};
    store::Passwords passwords{database};
    const auto network = store::network_of(request.client);
    if (const auto until = passwords.count_try(mailbox, network))
        return {.outcome = Outcome::Blocked, .blocked_until = until};
    const auto known = passwords.find(mailbox);
    const auto hash = known ? std::optional{known->hash} : std::nullopt;
    if (!turn->matches(hash, password)) return {.outcome = Outcome::Wrong};
    passwords.forgive(mailbox, network);
    return {.outcome = Outcome::Right, .whose = known->whose, .verified = hash};
}

PasswordProof prove_elsewhere(const Site& site, store::Database& database, const Request& request,
                              const ConnectorConfig& server, const std::string& mailbox,
                              const std::string& password)
{
    const auto turn = site.connectors.take_turn();
    if (!turn) return {.outcome = Outcome::Busy};
    store::Passwords passwords{database};
    const auto network = store::network_of(request.client);
    if (const auto until = passwords.count_try(mailbox, network))
        return {.outcome = Outcome::Blocked, .blocked_until = until};
    // Nobody uses us to try the passwords of domains that are none of our business.
    if (!passwords.is_ours(mailbox)) return {.outcome = Outcome::Wrong};
    switch (turn->ask(server, mailbox, password)) {
        case ConnectorAnswer::Wrong: return {.outcome = Outcome::Wrong};
        case ConnectorAnswer::Away:
            passwords.take_back_try(mailbox, network);
            return {.outcome = Outcome::Away};
        case ConnectorAnswer::Accepted: break;
    }
    const auto whose = passwords.connected(mailbox);
    if (!whose) return {.outcome = Outcome::Wrong};
    passwords.forgive(mailbox, network);
    return {.outcome = Outcome::Right, .whose = *whose};
}

Response away_page(const Site& site, const Reader& reader)
{
    auto response = notice_page(
        site, reader,
        {503, reader.words("Please try again in a few minutes"),
         reader.words("The server that knows your password does not answer at the moment. This "
                      "try does not count.")});
    response.headers.emplace_back("Retry-After", "120");
    return response;
}

}  // namespace

PasswordProof prove_password(const Site& site, store::Database& database, const Request& request,
                             const std::string& mailbox, const std::string& password)
{
    if (const auto* server = site.connectors.server_of(mailbox))
        return prove_elsewhere(site, database, request, *server, mailbox, password);
    return prove_here(site, database, request, mailbox, password);
}

std::optional<Response> unproven_page(const Site& site, const Reader& reader,
                                      const PasswordProof& proof)
{
    switch (proof.outcome) {
        case Outcome::Blocked: return blocked_page(site, reader, *proof.blocked_until);
        case Outcome::Busy: return busy_page(site, reader);
        case Outcome::Away: return away_page(site, reader);
        case Outcome::Right:
        case Outcome::Wrong: break;
    }
    return std::nullopt;
}

}  // namespace lazaret::portal
