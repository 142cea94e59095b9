#pragma once

#include "portal/http_server.hpp"

namespace lazaret::portal {

/// SIGTERM and SIGINT, which stop the server. Make it before any thread is started: they inherit
/// that the signals are kept for us.
class StopSignals {
public:
    StopSignals();

    /// Runs the server until one of them comes, and tells the service manager of both ends.
    void serve(HttpServer& server);
};

}  // namespace lazaret::portal
