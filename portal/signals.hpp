#pragma once

#include <functional>

#include "portal/http_server.hpp"

namespace lazaret::portal {

/// SIGTERM and SIGINT, which stop the server, and SIGHUP. Make it before any thread is started:
/// they inherit that the signals are kept for us.
class Signals {
public:
    Signals();

    /// Runs the server until it is told to stop, and tells the service manager of both ends. Each
    /// SIGHUP calls `reread`, which must not throw, in a thread of its own.
    void serve(HttpServer& server, const std::function<void()>& reread);
};

}  // namespace lazaret::portal
