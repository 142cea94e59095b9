#include "portal/http_server.hpp"

#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "portal/form.hpp"

namespace lazaret::portal {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_body = 16 << 10;  // bytes
constexpr std::size_t longest_path = 300;       // bytes; ours have some 80
constexpr auto patience = 10s;                  // with a slow peer

Method method_of(const std::string& name)
{
    if (name == "GET") return Method::Get;
    if (name == "HEAD") return Method::Head;
    if (name == "POST") return Method::Post;
    if (name == "OPTIONS") return Method::Options;
    return Method::Other;
}

// All lines of a header, as one list. Not get_header_value(), whose arguments changed between the
// versions of Debian 12 and 13.
std::string joined(const httplib::Request& request, const std::string& name)
{
    std::string all;
    const auto [first, last] = request.headers.equal_range(name);
    for (auto one = first; one != last; ++one) all += (one == first ? "" : ",") + one->second;
    return all;
}

Request taken(const httplib::Request& raw, const Networks& trusted)
{
    Request request{.method = method_of(raw.method), .path = raw.path};
    request.client = client_of(raw.remote_addr, joined(raw, "X-Forwarded-For"), trusted);
    request.languages = raw.get_header_value("Accept-Language");
    request.cookies = raw.get_header_value("Cookie");
    request.origin = raw.get_header_value("Origin");
    request.fetch_site = raw.get_header_value("Sec-Fetch-Site");
    return request;
}

// Reads the body as far as it may go. A one-click unsubscription may come as multipart/form-data
// (RFC 8058 3.1): its fields say nothing that the link does not.
void read_body(const httplib::Request& raw, const httplib::ContentReader& reader, Request& request)
{
    std::string body;
    const auto take = [&](const char* bytes, std::size_t size) {
        if (body.size() + size > longest_body) {
            request.too_large = true;
            return false;
        }
        body.append(bytes, size);
        return true;
    };
    const bool whole = raw.is_multipart_form_data()
                           ? reader([](const httplib::MultipartFormData&) { return true; }, take)
                           : reader(take);
    // What breaks off is not acted on.
    if (!whole) request.too_large = true;
    const auto type = ascii_lower(raw.get_header_value("Content-Type"));
    if (whole && type.starts_with("application/x-www-form-urlencoded"))
        request.form = read_form(body);
}

void give(const Response& response, httplib::Response& raw)
{
    raw.status = response.status;
    for (const auto& [name, value] : response.headers) raw.set_header(name, value);
    raw.set_content(response.body, response.type);
}

std::pair<std::string, int> socket_address(const std::string& listen)
{
    const auto colon = listen.rfind(':');
    auto host = listen.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    int port = 0;
    if (colon != std::string::npos)
        std::from_chars(listen.data() + colon + 1, listen.data() + listen.size(), port);
    return {host, port};
}

}  // namespace

struct HttpServer::Private {
    httplib::Server server{};
    Networks trusted{};
    Answer answer{};
    int port = 0;
    std::atomic<bool> is_stopped = false;

    void set_up(std::size_t threads)
    {
        server.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
        server.set_keep_alive_max_count(1);
        server.set_read_timeout(patience);
        server.set_write_timeout(patience);
        server.set_payload_max_length(longest_body);
        // Not SO_REUSEPORT, which is what the library sets: a second portal is to be refused.
        server.set_socket_options([](auto socket) {
            const int yes = 1;
            ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        });
        // Before the library reads a body or compares the path with regular expressions.
        server.set_pre_routing_handler([this](const auto& raw, auto& response) {
            using Handled = httplib::Server::HandlerResponse;
            // Many ranges of one page make a large answer; a page has no use for them.
            if (raw.has_header("Range")) {
                response.status = 416;
                return Handled::Handled;
            }
            if (raw.method == "POST" && raw.path.size() <= longest_path) return Handled::Unhandled;
            auto request = taken(raw, trusted);
            if (raw.path.size() > longest_path) request.path.clear();
            give(answer(request), response);
            return Handled::Handled;
        });
        server.Post("/.*", [this](const auto& raw, auto& response, const auto& reader) {
            auto request = taken(raw, trusted);
            read_body(raw, reader, request);
            give(answer(request), response);
        });
        // What the library refuses by itself: no page, but what each response must have.
        server.set_error_handler([](const auto&, auto& response) {
            Response protected_one;
            protect(protected_one, Document::Page);
            for (const auto& [name, value] : protected_one.headers)
                if (!response.has_header(name)) response.set_header(name, value);
        });
    }
};

HttpServer::HttpServer(const Options& options, Answer answer)
    : private_{std::make_unique<Private>()}
{
    auto& own = *private_;
    own.trusted = options.trusted_proxies;
    own.answer = std::move(answer);
    own.set_up(options.threads);
    const auto [host, port] = socket_address(options.listen);
    if (port == 0) own.port = own.server.bind_to_any_port(host);
    else own.port = own.server.bind_to_port(host, port) ? port : -1;
    if (own.port <= 0)
        throw Error{Error::Kind::Setup, "cannot listen on {}", options.listen}.with_hint(
            "see whether another program does, and [portal] listen");
}

HttpServer::~HttpServer() = default;

int HttpServer::port() const noexcept { return private_->port; }

void HttpServer::run()
{
    if (private_->is_stopped) return;
    if (!private_->server.listen_after_bind() && !private_->is_stopped)
        throw Error{Error::Kind::Unavailable, "no more connections are accepted on port {}",
                    private_->port};
}

void HttpServer::stop()
{
    private_->is_stopped = true;
    private_->server.stop();
}

}  // namespace lazaret::portal
