#include "portal/incoming_request.hpp"

#include <fmt/format.h>

#include "tests/support/catch.hpp"

using namespace lazaret::portal;

namespace {

struct Outcome {
    bool is_over = false;
    int refusal = 0;
    std::string body{};

    bool operator==(const Outcome&) const = default;
};

Outcome taken(std::string_view bytes, std::size_t piece)
{
    IncomingRequest request;
    Outcome outcome;
    for (std::size_t at = 0; at < bytes.size() && !outcome.is_over; at += piece)
        outcome.is_over = request.take(bytes.substr(at, piece));
    outcome.refusal = request.refusal();
    outcome.body = request.body();
    return outcome;
}

// The same however the bytes were cut.
Outcome taken(std::string_view bytes)
{
    const auto outcome = taken(bytes, bytes.size());
    for (const std::size_t piece : {1U, 3U, 100U}) CHECK(taken(bytes, piece) == outcome);
    return outcome;
}

Outcome post(std::string_view fields, std::string_view body)
{
    return taken(fmt::format("POST /x HTTP/1.1\r\nHost: x\r\n{}\r\n{}", fields, body));
}

Outcome chunks(std::string_view body) { return post("Transfer-Encoding: chunked\r\n", body); }

const Outcome unfinished{};
Outcome whole(std::string body) { return {.is_over = true, .body = std::move(body)}; }
Outcome refused(int status, std::string body = {})
{
    return {.is_over = true, .refusal = status, .body = std::move(body)};
}

}  // namespace

TEST_CASE("a request ends where its head says", "[portal]")
{
    CHECK(taken("GET /x HTTP/1.1\r\nHost: x\r\n") == unfinished);
    CHECK(taken("GET /x HTTP/1.1\r\nHost: x\r\n\r\n") == whole(""));
    CHECK(post("Content-Length: 3\r\n", "a=") == Outcome{.body = "a="});
    CHECK(post("Content-Length: 3\r\n", "a=bGET") == whole("a=b"));
    CHECK(post("content-length:3\r\n", "a=b") == whole("a=b"));
    CHECK(post("Content-Length: 0\r\n", "") == whole(""));
    // RFC 9112 6.3: without a length there is none, and nobody has to wait for it.
    CHECK(post("", "a=b") == whole(""));
    // What is no POST has no body that we read.
    CHECK(taken("PUT /x HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n") == whole(""));
    CHECK(taken("GET /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n") == whole(""));
}

TEST_CASE("a body comes in chunks", "[portal]")
{
    CHECK(chunks("2\r\na=\r\n1;x=y\r\nb\r\n0\r\n\r\n") == whole("a=b"));
    CHECK(chunks("3\r\na=b\r\n0\r\nX: y\r\n\r\n") == whole("a=b"));
    CHECK(chunks("3\r\na=b\r\n0\r\n") == Outcome{.body = "a=b"});
    CHECK(chunks("3\r\na=bc\r\n0\r\n\r\n") == refused(400, "a=b"));
    CHECK(chunks("-1\r\na\r\n0\r\n\r\n") == refused(400));
    CHECK(chunks("zz\r\n") == refused(400));
    CHECK(chunks("\r\n") == refused(400));
    CHECK(chunks("1\na\n") == refused(400));
    CHECK(chunks("ffffffffffffffff\r\n") == refused(413));
    CHECK(chunks("ffffffffffffffffffff\r\n") == refused(413));
    CHECK(chunks(std::string(400, '0')) == refused(400));
}

TEST_CASE("a head whose body could be understood in two ways is refused", "[portal]")
{
    CHECK(post("Content-Length: 3\r\nContent-Length: 4\r\n", "a=b") == refused(400));
    CHECK(post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") == refused(400));
    CHECK(post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n") == refused(400));
    CHECK(post("Transfer-Encoding: identity\r\n", "a=b") == refused(400));
    for (const auto* length : {"", "-1", "+3", "3, 3", "0x3", "3a"})
        CHECK(post(fmt::format("Content-Length: {}\r\n", length), "a=b") == refused(400));
}

TEST_CASE("a line of the head that ends with LF alone is refused at once", "[portal]")
{
    CHECK(taken("GET /x HTTP/1.1\n") == refused(400));
    CHECK(taken("GET /x HTTP/1.1\nHost: x\n\n") == refused(400));
    CHECK(taken("GET /x HTTP/1.1\r\nHost: x\n\r\n") == refused(400));
    CHECK(taken("GET /x HTTP/1.1\r\nHost: x\r\n\n") == refused(400));
    CHECK(taken("\n") == refused(400));
    // A body is no head.
    CHECK(post("Content-Length: 5\r\n", "a\n\n=b") == whole("a\n\n=b"));
}

TEST_CASE("what is too long or packed is refused before it is read", "[portal]")
{
    const auto longest = IncomingRequest::longest_body;
    CHECK(post(fmt::format("Content-Length: {}\r\n", longest + 1), "") == refused(413));
    CHECK(post("Content-Length: 99999999999999999999999\r\n", "") == refused(413));
    const std::string body(longest, 'a');
    CHECK(post(fmt::format("Content-Length: {}\r\n", longest), body) == whole(body));
    CHECK(chunks(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", longest, body)) == whole(body));
    CHECK(chunks(fmt::format("{:x}\r\n{}\r\n1\r\n", longest, body)) == refused(413, body));

    CHECK(post("Content-Encoding: br\r\nContent-Length: 3\r\n", "abc") == refused(415));
    CHECK(post("content-encoding : gzip\r\nTransfer-Encoding: chunked\r\n", "") == refused(415));

    const std::string_view start = "GET /x HTTP/1.1\r\n";
    const std::string_view end = "\r\n\r\n";
    const std::string field(IncomingRequest::longest_head - start.size() - end.size(), 'a');
    CHECK(taken(fmt::format("{}{}{}", start, field, end)) == whole(""));
    CHECK(taken(fmt::format("{}{}a{}", start, field, end)) == refused(431));
    // No line end, no blank line, no end of the chunks or of what comes behind them.
    const std::string many(100'000, 'a');
    CHECK(taken(many) == refused(431));
    std::string lines;
    while (lines.size() < many.size()) lines += "X: y\r\n";
    CHECK(taken(fmt::format("{}{}", start, lines)) == refused(431));
    CHECK(chunks("0\r\n" + lines).is_over);
    CHECK(chunks("0\r\n" + many) == refused(400));
}

TEST_CASE("who keeps the body back until he is told to send it is told", "[portal]")
{
    IncomingRequest request;
    CHECK_FALSE(request.waits_for_us());
    CHECK_FALSE(request.take("POST /x HTTP/1.1\r\nExpect: 100-continue\r\n"));
    CHECK_FALSE(request.waits_for_us());
    CHECK_FALSE(request.take("Content-Length: 3\r\n\r\n"));
    CHECK(request.waits_for_us());
    CHECK(request.take("a=b"));
    CHECK_FALSE(request.waits_for_us());
}
