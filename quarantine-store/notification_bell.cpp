#include "quarantine-store/notification_bell.hpp"

#include <poll.h>

#include <array>
#include <cerrno>
#include <optional>

#include "base/error.hpp"
#include "quarantine-store/pg_connection.hpp"
#include "quarantine-store/pg_deadline.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {

struct NotificationBell::Ear {
    explicit Ear(const DatabaseConfig& config) : connection{connect(config)}
    {
        const Deadline deadline{*connection, statement_patience(config)};
        listener.emplace(*connection, "lazaret_notification");
    }

    // What has come so far; the server may have said before that it goes.
    [[nodiscard]] bool has_rung()
    {
        const bool rung = connection->get_notifs() > 0;
        if (!connection->is_open())
            throw Error{Error::Kind::Unavailable, "database: the connection was closed"};
        return rung;
    }

    std::unique_ptr<pqxx::connection> connection;
    std::optional<Listener> listener{};  // after what it must not outlive
};

NotificationBell::NotificationBell(DatabaseConfig config) : config_{std::move(config)} {}

NotificationBell::~NotificationBell() = default;

void NotificationBell::listen()
{
    if (ear_) return;
    try {
        ear_ = std::make_unique<Ear>(config_);
    } catch (const std::exception&) {
        // A try that is no edge, as below: what libpqxx throws stays inside.
        rethrow_as_error("listening");
    }
}

void NotificationBell::wait(std::chrono::milliseconds most, int descriptor)
{
    try {
        if (ear_->has_rung()) return;
        std::array<pollfd, 2> watched{
            {{ear_->connection->sock(), POLLIN, 0}, {descriptor, POLLIN, 0}}};
        if (::poll(watched.data(), watched.size(), static_cast<int>(most.count())) < 0 &&
            errno != EINTR)
            throw Error{Error::Kind::Unavailable, "waiting: {}", system_error_text(errno)};
        (void)ear_->has_rung();
    } catch (const std::exception&) {
        ear_.reset();
        rethrow_as_error("waiting for notifications");
    }
}

}  // namespace lazaret::store
