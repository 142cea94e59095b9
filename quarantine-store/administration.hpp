#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "quarantine-store/database.hpp"
#include "quarantine-store/notebook.hpp"
#include "quarantine-store/requests.hpp"

namespace lazaret::store {

/// What an administrator does in the pages, for whoever a full session belongs to: where he
/// administers nothing there is nothing. Role lazaret_portal.
class Administration {
public:
    Administration(Database& database, std::string session_token)
        : database_{database}, token_{std::move(session_token)}
    {
    }

    /// As what he may answer a request; none when he may not, or asked it himself.
    std::optional<Role> role_on(std::int64_t request);

    /// The open requests that he may answer, the oldest first.
    std::vector<Request> open_requests(std::size_t limit);
    /// As Requests::answer(). @return false: none of his, or nothing was changed.
    bool answer(std::int64_t request, RequestState state, const std::string& words,
                const std::string& client);

    /// Messages of thirty days to or from an address, to whom he administers; the newest first.
    /// As Trace::passages(). Audited, and shown to whoever has that address.
    std::vector<Passage> passages(const std::string& address, std::size_t limit,
                                  const std::string& client);

private:
    Database& database_;
    std::string token_;
};

}  // namespace lazaret::store
