#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "portal/incoming_request.hpp"

namespace lazaret::portal {

/// What is listened on, who waits for whom, and for how long; knows no HTTP but where a request
/// ends.
///
/// One thread does all waiting for peers, so none of them can keep a thread that answers, however
/// slowly he writes or reads: a request is answered when it is here, and its answer is made before
/// the first byte of it is sent. A request is given `reading` from the connection to its last byte,
/// and an answer `writing`. With `most` connections, a new one takes the place of the one that has
/// kept us waiting the longest, which is hardly ever somebody honest; while all are being answered,
/// it waits outside.
class Connections {
public:
    /// The bytes to send to `peer`, an address; called by several threads at once. What it throws
    /// ends the connection.
    using Answer = std::function<std::string(const IncomingRequest&, const std::string& peer)>;

    struct Bounds {
        std::size_t threads = 8;
        std::size_t most = 500;
        std::size_t unread = 64 << 20;  ///< bytes of all answers that peers have not read yet
        /// How long a body may be; asked by the thread that waits, so it must cost nothing.
        IncomingRequest::BodyBound body{};
        std::chrono::milliseconds reading = std::chrono::seconds{10};
        std::chrono::milliseconds writing = std::chrono::seconds{60};
    };

    /// Listens on `address`, ADDRESS:PORT, from here on; connections wait until run(). Port 0 lets
    /// the system choose. Throws Error{Setup} when it cannot.
    Connections(const std::string& address, const Bounds& bounds, Answer answer);
    ~Connections();

    [[nodiscard]] int port() const noexcept;

    /// Answers until stop(); what was begun by then is finished.
    void run();
    /// From any thread; also before run().
    void stop() noexcept;

private:
    struct Private;
    std::unique_ptr<Private> private_;
};

}  // namespace lazaret::portal
