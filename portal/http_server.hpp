#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/records/networks.hpp"
#include "portal/connections.hpp"
#include "portal/request.hpp"
#include "portal/response.hpp"

namespace lazaret::portal {

/// HTTP/1.1 without TLS, for a proxy in front of it. Each connection has one request: a proxy on
/// the same host loses little by it.
///
/// `Connections` waits, bounds and finds the end of a request; cpp-httplib reads what its head says
/// and writes the answer. The library never sees a socket or a body: what it would read of either
/// has no bound that holds in all versions.
class HttpServer {
public:
    using Answer = std::function<Response(const Request&)>;

    struct Options {
        std::string listen;  ///< ADDRESS:PORT; port 0 lets the system choose
        Networks trusted_proxies{};
        Connections::Bounds bounds{};
    };

    /// Listens from here on; connections wait until run(). Throws Error{Setup} when it cannot.
    HttpServer(const Options& options, Answer answer);
    ~HttpServer();

    [[nodiscard]] int port() const noexcept;

    /// Answers until stop(). Requests that were begun are finished.
    void run();
    /// From any thread; also before run().
    void stop() noexcept;

private:
    struct Private;
    std::unique_ptr<Private> private_;
};

/// Who asks: the peer itself, or behind trusted proxies the last of X-Forwarded-For that is not
/// one of them. What stands further left anybody can write.
std::string client_of(std::string_view peer, std::string_view forwarded_for,
                      const Networks& trusted);

}  // namespace lazaret::portal
