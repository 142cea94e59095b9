#include "portal/http_server.hpp"

#include <httplib.h>

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "portal/form.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t longest_path = 300;     // bytes; ours have some 80
constexpr std::size_t longest_query = 6'000;  // bytes; that of fifty boxes has some 1,000
constexpr int content_too_large = 413;

Method method_of(const std::string& name)
{
    if (name == "GET") return Method::Get;
    if (name == "HEAD") return Method::Head;
    if (name == "POST") return Method::Post;
    if (name == "OPTIONS") return Method::Options;
    return Method::Other;
}

// The path of what was asked for, which may be a whole URI (RFC 9112 3.2.2); empty when it is
// longer than any of ours.
std::string path_of(const std::string& asked)
{
    std::string_view path = asked;
    for (const std::string_view scheme : {"http://", "https://"})
        if (starts_ignoring_case(asked, scheme)) {
            path.remove_prefix(std::min(path.find('/', scheme.size()), path.size()));
            if (path.empty()) path = "/";
        }
    return path.size() > longest_path ? std::string{} : std::string{path};
}

// The query of what was asked for. As a form is: the library's own reading has no bounds.
std::map<std::string, std::string> query_of(const std::string& asked)
{
    const auto mark = asked.find('?');
    if (mark == std::string::npos) return {};
    const auto query = std::string_view{asked}.substr(mark + 1);
    return read_form(query.substr(0, std::min(query.size(), longest_query)));
}

Request taken(const httplib::Request& raw, const IncomingRequest& whole, const Networks& trusted)
{
    Request request{.method = method_of(raw.method), .path = path_of(raw.path)};
    request.query = query_of(raw.target);
    request.too_large = whole.refusal() == content_too_large;
    // Not by the library, which keeps the order of several lines in one version only.
    request.client = client_of(raw.remote_addr, whole.field("X-Forwarded-For"), trusted);
    request.languages = whole.field("Accept-Language");
    request.cookies = whole.field("Cookie", "; ");
    request.agent = whole.field("User-Agent");
    request.origin = whole.field("Origin");
    request.fetch_site = whole.field("Sec-Fetch-Site");
    request.authorization = whole.field("Authorization");
    // A one-click unsubscription may come as multipart/form-data (RFC 8058 3.1): its fields say
    // nothing that the link does not.
    const auto type = ascii_lower(whole.field("Content-Type"));
    if (!request.too_large && type.starts_with("application/x-www-form-urlencoded"))
        request.form = read_form(whole.body());
    else if (!request.too_large && type.starts_with("message/rfc822"))
        request.message = whole.body();
    return request;
}

void give(const Response& response, httplib::Response& raw)
{
    raw.status = response.status;
    for (const auto& [name, value] : response.headers) raw.set_header(name, value);
    raw.set_content(response.body, response.type);
}

// A head that is here already for the library to read, and what it answers.
class Exchange final : public httplib::Stream {
public:
    Exchange(std::string_view head, std::string peer) : head_{head}, peer_{std::move(peer)} {}

    [[nodiscard]] std::string answer() && { return std::move(answer_); }

    ssize_t read(char* to, std::size_t size) override
    {
        const auto taken = head_.copy(to, size);
        head_.remove_prefix(taken);
        return static_cast<ssize_t>(taken);
    }
    ssize_t write(const char* from, std::size_t size) override
    {
        answer_.append(from, size);
        return static_cast<ssize_t>(size);
    }
    bool is_readable() const override { return true; }
    bool is_writable() const override { return true; }
    void get_remote_ip_and_port(std::string& address, int&) const override { address = peer_; }
    void get_local_ip_and_port(std::string&, int&) const override {}
    socket_t socket() const override { return INVALID_SOCKET; }

private:
    std::string_view head_;
    std::string peer_;
    std::string answer_;
};

// The library's server without its sockets. A template, for what differs between the versions of
// Debian 12 (0.11) and 13 (0.18): the latter is told of the peer beside the stream.
template <class Library>
class HeadReader : public Library {
public:
    std::string answer_to(std::string_view head, const std::string& peer)
    {
        Exchange exchange{head, peer};
        // Who waited to be told to go on has been told.
        const auto set_up = [](httplib::Request& raw) { raw.headers.erase("Expect"); };
        bool closed = false;
        if constexpr (requires { this->process_request(exchange, true, closed, set_up); })
            this->process_request(exchange, true, closed, set_up);
        else this->process_request(exchange, peer, 0, "", 0, true, closed, set_up);
        return std::move(exchange).answer();
    }
};

// The answer to a request that was refused unseen has no page, but what each response must have.
void protect_refusal(const httplib::Request&, httplib::Response& raw)
{
    Response response;
    protect(response, Document::Page);
    for (const auto& [name, value] : response.headers)
        if (!raw.has_header(name)) raw.set_header(name, value);
}

std::string answer_to(const IncomingRequest& request, const std::string& peer,
                      const Networks& trusted, const HttpServer::Answer& answer)
{
    const auto refusal = request.refusal();
    HeadReader<httplib::Server> reader;
    // Before the library would read a body, or compare the path with regular expressions.
    reader.set_pre_routing_handler([&](const httplib::Request& raw, httplib::Response& response) {
        // Many ranges of one page make a large answer; a page has no use for them.
        if (raw.has_header("Range")) {
            response.status = 416;
        } else if (refusal != 0 && refusal != content_too_large) {
            response.status = refusal;
        } else {
            give(answer(taken(raw, request, trusted)), response);
        }
        return httplib::Server::HandlerResponse::Handled;
    });
    reader.set_error_handler(protect_refusal);
    // Without it the library tells the world what was thrown.
    reader.set_exception_handler(
        [](const auto&, auto& response, const auto&) { response.status = 500; });
    // Who sent no head that ends is answered, too.
    return reader.answer_to(request.head().empty() ? "GET / HTTP/1.1\r\n\r\n" : request.head(),
                            peer);
}

}  // namespace

struct HttpServer::Private {
    Networks trusted;
    Answer answer;
    Connections connections;

    Private(const Options& options, Answer how)
        : trusted{options.trusted_proxies},
          answer{std::move(how)},
          connections{options.listen, options.bounds,
                      [this](const auto& request, const auto& peer) {
                          return answer_to(request, peer, trusted, answer);
                      }}
    {
    }
};

HttpServer::HttpServer(const Options& options, Answer answer)
    : private_{std::make_unique<Private>(options, std::move(answer))}
{
}

HttpServer::~HttpServer() = default;

int HttpServer::port() const noexcept { return private_->connections.port(); }

void HttpServer::run() { private_->connections.run(); }

void HttpServer::stop() noexcept { private_->connections.stop(); }

}  // namespace lazaret::portal
