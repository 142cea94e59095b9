#include "quarantine-store/requests.hpp"

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "base/text.hpp"
#include "quarantine-store/held_rows.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_values.hpp"
#include "quarantine-store/request_rows.hpp"

namespace lazaret::store {
namespace {

constexpr std::array<std::string_view, 2> kind_tokens = {"adjust", "release"};
constexpr std::array<std::string_view, 3> state_tokens = {"open", "accepted", "declined"};
constexpr int most_refusals = 2;                // of one wish; then it is not asked again
constexpr std::size_t longest_comment = 2'000;  // bytes

std::optional<RequestState> state_of(std::string_view text)
{
    const auto found = std::find(state_tokens.begin(), state_tokens.end(), text);
    if (found == state_tokens.end()) return std::nullopt;
    return static_cast<RequestState>(found - state_tokens.begin());
}

Deed deed_of(RequestKind kind)
{
    return kind == RequestKind::Adjust ? Deed::AskAdjustment : Deed::RequestRelease;
}

// What was asked and is not declined counts; after a refusal a person may ask once more.
std::optional<Request> asked_before(pqxx::transaction_base& transaction, const HeldSummary& copy,
                                    RequestKind kind)
{
    auto found = requests_where(
        transaction,
        "where tenant_id = $1 and reference = $2 and kind = $3 and (state <> 'declined' "
        "or $4 <= (select count(*) from lazaret.request d where d.tenant_id = $1 "
        "          and d.reference = $2 and d.kind = $3 and d.state = 'declined')) "
        "order by request_id desc limit 1",
        copy.tenant, copy.reference.text(), token(kind), most_refusals);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

// Why it is of no use to ask for this copy as it stands.
std::optional<DeedFault> too_late(const HeldSummary& copy, RequestKind kind)
{
    if (copy.state == CopyState::Deleted) return DeedFault::Deleted;
    if (kind == RequestKind::Release && copy.state != CopyState::Held) return DeedFault::TooLate;
    return std::nullopt;
}

void insert(pqxx::work& transaction, const HeldSummary& copy, RequestKind kind,
            const std::string& comment, Moment now)
{
    run(transaction,
        "insert into lazaret.request (tenant_id, kind, reference, digest, account_id, recipient, "
        "comment, subject, from_text, class, made) "
        "select h.tenant_id, $2, h.reference, h.digest, h.account_id, h.mailbox, $3, $4, $5, "
        "h.class, lazaret.moment($6) from lazaret.held_copy h where h.reference = $1 "
        "on conflict (tenant_id, reference, kind) where state = 'open' do nothing",
        copy.reference.text(), token(kind), cut_utf8(valid_utf8(comment), longest_comment),
        copy.subject, copy.from, micros(now));
}

// In the same transaction: what was asked or answered is told, and what was not is not.
void notify(pqxx::work& transaction, const Request& request, std::string_view kind, Moment now)
{
    run(transaction, "select lazaret.notify_of($1, $2, $3, $4, $5, lazaret.moment($6))",
        request.tenant, request.account, kind, request.recipient, request.id, micros(now));
}

}  // namespace

std::string_view token(RequestKind kind) { return kind_tokens[static_cast<std::size_t>(kind)]; }

std::optional<RequestKind> request_kind_of(std::string_view token)
{
    const auto found = std::find(kind_tokens.begin(), kind_tokens.end(), token);
    if (found == kind_tokens.end()) return std::nullopt;
    return static_cast<RequestKind>(found - kind_tokens.begin());
}

Request request_of(const pqxx::row& row)
{
    Request request{.copy = reference_of(row[4])};
    request.id = value<std::int64_t>(row[0]);
    request.kind = request_kind_of(text(row[1])).value_or(RequestKind::Adjust);
    request.state = state_of(text(row[2])).value_or(RequestState::Open);
    request.tenant = value<TenantId>(row[3]);
    request.recipient = text(row[5]);
    request.comment = text(row[6]);
    request.subject = text(row[7]);
    request.from = text(row[8]);
    request.verdict = class_of(text(row[9])).value_or(Class::Dangerous);
    request.made = moment(row[10]);
    request.answered = maybe_moment(row[11]);
    request.answered_by = text(row[12]);
    request.answer = text(row[13]);
    request.account = value<AccountId>(row[14]);
    return request;
}

bool is_readable_request(const pqxx::row& row)
{
    if (Reference::parse(text(row[4]))) return true;
    log::error("a request has a reference that is none",
               {{"request", value<std::int64_t>(row[0])}, {"tenant", value<TenantId>(row[3])}});
    return false;
}

std::string_view token(RequestState state) { return state_tokens[static_cast<std::size_t>(state)]; }

Result<Request, DeedFault> Requests::ask(RequestKind kind, const Reference& copy,
                                         const std::string& comment, const Actor& actor)
{
    using Answer = Result<Request, DeedFault>;
    auto& session = database_.session();
    return session.transact("asking an administrator", [&](pqxx::work& transaction) -> Answer {
        // Two presses at once: the second waits here, and finds the first one's request.
        run(transaction, "select pg_advisory_xact_lock(hashtextextended($1, 7230947204))",
            copy.text());
        const auto held = find_summary(transaction, copy);
        if (!held) return because(DeedFault::Unknown);
        if (!may(actor.role, deed_of(kind), *held)) return because(DeedFault::NotAllowed);
        if (auto before = asked_before(transaction, *held, kind)) return *std::move(before);
        if (const auto fault = too_late(*held, kind)) return because(*fault);
        insert(transaction, *held, kind, comment, session.now());
        note_audit(transaction, held->tenant, actor, "request " + std::string{token(kind)},
                   copy.text(), held->recipient);
        auto made = asked_before(transaction, *held, kind).value();
        notify(transaction, made, "request-made", session.now());
        return made;
    });
}

std::vector<Request> Requests::list(std::optional<RequestState> state, std::size_t limit)
{
    return database_.session().transact("listing requests", [&](pqxx::work& transaction) {
        const auto wanted = state ? std::optional{std::string{token(*state)}} : std::nullopt;
        return requests_where(transaction,
                              "where $1::text is null or state = $1 "
                              "order by made desc, request_id desc limit $2",
                              wanted, static_cast<std::int64_t>(limit));
    });
}

std::optional<Request> Requests::find(std::int64_t id)
{
    return database_.session().transact(
        "looking at a request", [&](pqxx::work& transaction) -> std::optional<Request> {
            auto found = requests_where(transaction, "where request_id = $1", id);
            if (found.empty()) return std::nullopt;
            return std::move(found.front());
        });
}

std::vector<Request> Requests::of_copy(const Reference& copy)
{
    return database_.session().transact("looking for requests", [&](pqxx::work& transaction) {
        return requests_where(transaction, "where reference = $1 order by request_id desc",
                              copy.text());
    });
}

std::optional<Request> Requests::answer(std::int64_t id, RequestState state,
                                        const std::string& words, const Actor& actor)
{
    auto& session = database_.session();
    return session.transact(
        "answering a request", [&](pqxx::work& transaction) -> std::optional<Request> {
            run(transaction,
                "select lazaret.answer_request($1, $2, $3, $4, $5, lazaret.moment($6))", id,
                token(state), cut_utf8(valid_utf8(words), Request::longest_answer),
                valid_utf8(actor.name), valid_utf8(actor.from), micros(session.now()));
            auto found = requests_where(transaction, "where request_id = $1", id);
            if (found.empty()) return std::nullopt;
            return std::move(found.front());
        });
}

}  // namespace lazaret::store
