#pragma once

#include <chrono>
#include <memory>

#include "base/config/configuration.hpp"

namespace lazaret::store {

/// Says when somebody wants a notification, as soon as that is committed (LISTEN). Any role; one
/// thread.
///
/// It has a connection of its own. What was wanted while there was none is not heard: after
/// listen() has made one, look.
class NotificationBell {
public:
    explicit NotificationBell(DatabaseConfig config);
    ~NotificationBell();

    /// Connects, unless it is connected. Throws Error.
    void listen();

    /// Sleeps until it rings, or for `most`, or until there is something to read at `descriptor`;
    /// what else the server says wakes, too, so look after each. Throws
    /// Error{Unavailable} when the connection breaks; then listen() again.
    void wait(std::chrono::milliseconds most, int descriptor);

private:
    struct Ear;
    DatabaseConfig config_;
    std::unique_ptr<Ear> ear_;  ///< none: not connected
};

}  // namespace lazaret::store
