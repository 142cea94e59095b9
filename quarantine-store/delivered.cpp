#include "quarantine-store/delivered.hpp"

#include "base/text.hpp"
#include "quarantine-store/link/secret_token.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {

std::vector<DeliveredRow> Delivered::rows(const std::optional<DeliveredPlace>& before,
                                          std::size_t limit)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    const auto now = session.now();
    std::optional<std::string> moment_before;
    std::optional<std::string> digest_before;
    if (before) {
        moment_before = std::to_string(micros(before->when));
        digest_before = before->digest.hex();
    }
    return session.transact("listing what was delivered", [&](pqxx::work& transaction) {
        std::vector<DeliveredRow> all;
        for (const auto& row :
             run(transaction,
                 "select lazaret.micros(at), digest, mailbox, sender, from_line, subject_line, "
                 "class, score, coalesce(says, ''), coalesce(said_by, '') from "
                 "lazaret.delivered_to($1, $2, lazaret.moment($3), lazaret.moment($4::bigint), "
                 "decode($5, 'hex'), $6, lazaret.moment($7))",
                 Bytes{hash}, account_, micros(now - shown_for), moment_before, digest_before,
                 static_cast<std::int64_t>(limit), micros(now)))
            all.push_back({{moment(row[0]), digest_in(row[1])},
                           text(row[2]),
                           text(row[3]),
                           text(row[4]),
                           text(row[5]),
                           class_of(text(row[6])).value_or(Class::Clean),
                           value<double>(row[7]),
                           text(row[8]) == "spam",
                           text(row[9])});
        return all;
    });
}

bool Delivered::vote(const Digest& digest, bool is_spam, const std::string& client)
{
    auto& session = database_.session();
    const auto hash = hash_of_token(token_);
    const auto now = session.now();
    return session.transact("voting", [&](pqxx::work& transaction) {
        return value<bool>(run(transaction,
                               "select lazaret.vote_on_delivered($1, $2, $3, $4, $5, "
                               "lazaret.moment($6), lazaret.moment($7))",
                               Bytes{hash}, account_, bytes_of(digest), is_spam, valid_utf8(client),
                               micros(now - shown_for), micros(now))[0][0]);
    });
}

}  // namespace lazaret::store
