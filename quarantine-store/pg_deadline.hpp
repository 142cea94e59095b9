#pragma once

#include <chrono>
#include <memory>
#include <pqxx/pqxx>

#include "base/config/configuration.hpp"

namespace lazaret::store {

struct WatchedSocket;

/// Bounds our own wait for the server, for as long as it lives.
///
/// statement_timeout is kept by the server, and a server that is frozen, or whose disk hangs, keeps
/// nothing. When the deadline passes the connection's socket is shut down: the call that waits on
/// it ends with pqxx::broken_connection. The thread that watches is one for the process.
class Deadline {
public:
    Deadline(const pqxx::connection& connection, std::chrono::milliseconds patience);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    /// Whether it has passed, so that the connection is of no more use.
    [[nodiscard]] bool has_passed() const;

private:
    std::shared_ptr<WatchedSocket> watched_;
};

/// How long one statement may keep us: the server, which says so itself, is to be first.
inline std::chrono::milliseconds statement_patience(const DatabaseConfig& config)
{
    return config.statement_timeout + std::chrono::seconds{5};
}

}  // namespace lazaret::store
