#include "quarantine-store/text_forwards.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/standing.hpp"
#include "quarantine-store/text_forward_steps.hpp"

namespace lazaret::store {
namespace {

constexpr std::array<std::string_view, 3> tokens = {"counted", "proposed", "unknown"};

}  // namespace

std::string_view token(TextForwarded outcome) { return tokens[static_cast<std::size_t>(outcome)]; }

TextForwarded forward_as_text(pqxx::transaction_base& transaction, const TextForward& forward,
                              Moment oldest, Moment now)
{
    const auto digest = forward.digest ? std::optional{forward.digest->hex()} : std::nullopt;
    const auto answer = text(
        run(transaction,
            "select lazaret.forward_as_text($1, $2, decode($3, 'hex'), $4::text[], $5, "
            "lazaret.moment($6), lazaret.moment($7))",
            forward.address, forward.is_spam ? "spam" : "ham", digest, text_array(forward.senders),
            valid_utf8(forward.subject), micros(oldest), micros(now))[0][0]);
    const auto found = std::ranges::find(tokens, answer);
    if (found != tokens.end()) return static_cast<TextForwarded>(found - tokens.begin());
    throw Error{Error::Kind::Bug, "database: lazaret.forward_as_text answered {}", answer};
}

std::vector<BlockProposal> BlockProposals::open(std::size_t limit)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("listing proposals", [&](pqxx::work& transaction) {
        std::vector<BlockProposal> all;
        for (const auto& row :
             run(transaction,
                 "select digest, lazaret.micros(at), sender, from_line, subject_line "
                 "from lazaret.block_proposals($1, $2, $3, lazaret.moment($4))",
                 Bytes{hash}, account_, static_cast<int>(limit), micros(session.now())))
            all.push_back(
                {digest_in(row[0]), moment(row[1]), text(row[2]), text(row[3]), text(row[4])});
        return all;
    });
}

bool BlockProposals::close(const Digest& digest)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    return session.transact("closing a proposal", [&](pqxx::work& transaction) {
        return value<bool>(
            run(transaction, "select lazaret.close_block_proposal($1, $2, $3, lazaret.moment($4))",
                Bytes{hash}, account_, bytes_of(digest), micros(session.now()))[0][0]);
    });
}

}  // namespace lazaret::store
