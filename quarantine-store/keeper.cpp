#include "quarantine-store/keeper.hpp"

#include "base/clock.hpp"
#include "base/mail/reference_field.hpp"
#include "quarantine-store/held_json.hpp"
#include "quarantine-store/mail_vote_steps.hpp"
#include "quarantine-store/pg_pool.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/text_forward_steps.hpp"

namespace lazaret::store {
namespace {

void prepare_statements(pqxx::connection& connection)
{
    connection.prepare("hold",
                       "select lazaret.hold($1::date, $2::bytea, $3::bytea, $4::bigint, $5::json, "
                       "$6::json, $7::json, $8::bytea, $9::json)");
    connection.prepare("first_deferred",
                       "select lazaret.first_deferred($1::int, $2::bytea, $3::bigint)");
}

std::vector<Reference> references_of(std::string_view text, std::size_t count)
{
    std::vector<Reference> references;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        if (const auto one = Reference::parse(text.substr(0, comma))) references.push_back(*one);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    if (references.size() != count)
        throw Error{Error::Kind::Bug, "database: lazaret.hold answered {} references for {} copies",
                    references.size(), count};
    return references;
}

// Each hold is one statement, one transaction and one round trip: lazaret.hold does the rest.
class PgKeeper final : public Keeper {
public:
    PgKeeper(const DatabaseConfig& config, std::size_t most)
        : pool_{config, most, prepare_statements}
    {
    }

    std::vector<Reference> hold(const HeldMail& mail, std::span<const HeldCopy> copies) override
    {
        if (copies.empty()) return {};
        const auto today = day_text(std::chrono::floor<std::chrono::days>(system_now()));
        const auto small = mail_json(mail);
        const auto hits = hits_json(mail.hits);
        const auto preview = preview_json(mail.preview);
        const auto images = preview_images(mail.preview);
        const auto all_copies = copies_json(copies);
        return pool_.use("holding a message", [&](pqxx::connection& connection) {
            pqxx::nontransaction transaction{connection};
            const auto rows = run_prepared(transaction, "hold", today, bytes_of(mail.digest),
                                           Bytes{mail.bytes}, micros(mail.received), small, hits,
                                           preview, Bytes{images}, all_copies);
            return references_of(text(rows[0][0]), copies.size());
        });
    }

    Moment first_deferred(TenantId tenant, const Digest& digest, Moment now) override
    {
        return pool_.use("looking for a deferral", [&](pqxx::connection& connection) {
            pqxx::nontransaction transaction{connection};
            return moment(run_prepared(transaction, "first_deferred", tenant, bytes_of(digest),
                                       micros(now))[0][0]);
        });
    }

    MailVoted vote(const MailVote& vote, Moment now) override
    {
        return pool_.use("voting", [&](pqxx::connection& connection) {
            pqxx::nontransaction transaction{connection};
            return vote_by_mail(transaction, vote, now);
        });
    }

    TextForwarded count(const TextForward& forward, Moment now) override
    {
        return pool_.use("counting a forward", [&](pqxx::connection& connection) {
            pqxx::nontransaction transaction{connection};
            return forward_as_text(transaction, forward, now - reference_life, now);
        });
    }

private:
    PgPool pool_;
};

}  // namespace

std::unique_ptr<Keeper> make_keeper(const DatabaseConfig& config, std::size_t most_connections)
{
    return std::make_unique<PgKeeper>(config, most_connections);
}

}  // namespace lazaret::store
