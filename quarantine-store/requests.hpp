#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "quarantine-store/quarantine.hpp"

namespace lazaret::store {

enum class RequestKind {
    Adjust,   ///< adjust the filter: this is not what it was taken for
    Release,  ///< release a copy that the recipient may not release himself
};
std::string_view token(RequestKind kind);
std::optional<RequestKind> request_kind_of(std::string_view token);

enum class RequestState { Open, Accepted, Declined };
std::string_view token(RequestState state);

/// What a recipient asks an administrator for.
struct Request {
    static constexpr std::size_t longest_answer = 2'000;  ///< bytes; what is longer is cut

    std::int64_t id = 0;
    RequestKind kind = RequestKind::Adjust;
    RequestState state = RequestState::Open;
    TenantId tenant = site_tenant;
    Reference copy;
    std::string recipient{};  ///< who asks; the outcome is mailed there
    std::string comment{};    ///< of the person; valid UTF-8, at most 2,000 bytes
    std::string subject{};    ///< of the message
    std::string from{};
    Class verdict = Class::Spam;
    Moment made{};
    std::optional<Moment> answered{};
    std::string answered_by{};
    std::string answer{};  ///< the administrator's words
    AccountId account = 0;
};

/// The queue of requests.
class Requests {
public:
    explicit Requests(Database& database) : database_{database} {}

    /// Asks. The same person asking the same for the same copy again changes nothing and gets the
    /// request that is there; after a refusal it is a new one, once, then the one that was refused.
    /// The right is asked through may().
    Result<Request, DeedFault> ask(RequestKind kind, const Reference& copy,
                                   const std::string& comment, const Actor& actor);

    /// The newest first. One whose row is damaged is left out, and named in the log.
    std::vector<Request> list(std::optional<RequestState> state, std::size_t limit);
    std::optional<Request> find(std::int64_t id);
    /// The requests about one copy, newest first.
    std::vector<Request> of_copy(const Reference& copy);

    /// Writes the answer down, and for what is accepted the vote of the account about this message:
    /// `newsletter` where it is one, else `ham`. Releasing is the caller's work (Release). Of two
    /// answers the first counts: the second changes nothing, and `state` of what is returned tells
    /// which it was. A release is not declined once its message is released or on its way: the
    /// request stays open. @return nothing when there is no such request.
    std::optional<Request> answer(std::int64_t id, RequestState state, const std::string& words,
                                  const Actor& actor);

private:
    Database& database_;
};

}  // namespace lazaret::store
