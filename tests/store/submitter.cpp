#include "quarantine-store/outbound/submitter.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <thread>

#include "base/handle.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;

namespace {

/// A mail server of one connection on loopback. It answers each verb as the test says, else 250,
/// and keeps what it was told, byte for byte.
class SmtpSink {
public:
    explicit SmtpSink(std::map<std::string, std::string> answers = {},
                      std::vector<std::string> keywords = {"SIZE 1000000", "8BITMIME", "SMTPUTF8"})
        : answers_{std::move(answers)},
          keywords_{std::move(keywords)},
          listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* plain = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(listener_.get(), plain, size) == 0);
        REQUIRE(::listen(listener_.get(), 1) == 0);
        REQUIRE(::getsockname(listener_.get(), plain, &size) == 0);
        config.url = "smtp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
        config.helo = "lazaret.example";
        config.timeout = std::chrono::seconds{5};
        thread_ = std::jthread{[this] { serve(); }};
    }

    /// Waits for the end of the connection.
    void finish() { thread_.join(); }

    SubmissionConfig config;
    std::vector<std::string> commands;
    std::string data;  ///< as on the wire, without the final dot

private:
    void say(const std::string& text)
    {
        const auto line = text + "\r\n";
        if (::send(peer_.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0) unread_.clear();
    }

    bool fill()
    {
        std::array<char, 4096> block{};
        const auto got = ::read(peer_.get(), block.data(), block.size());
        if (got <= 0) return false;
        unread_.append(block.data(), static_cast<std::size_t>(got));
        return true;
    }

    // Up to and without `end`; none when the connection ends first.
    std::optional<std::string> until(const std::string& end)
    {
        std::size_t at = 0;
        while ((at = unread_.find(end)) == std::string::npos)
            if (!fill()) return std::nullopt;
        auto text = unread_.substr(0, at);
        unread_.erase(0, at + end.size());
        return text;
    }

    void serve()
    {
        // One that hangs up after a message is there for the next caller.
        do talk();
        while (answers_.contains("then"));
    }

    void talk()
    {
        unread_.clear();
        peer_ = FileDescriptor{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
        say(answers_.contains("connect") ? answers_["connect"] : "220 sink.example ESMTP");
        while (const auto line = until("\r\n")) {
            commands.push_back(*line);
            const auto verb = line->substr(0, line->find(' '));
            if (answers_.contains(verb)) {
                if (answers_[verb].empty()) return peer_ = FileDescriptor{}, void();
                say(answers_[verb]);
            } else if (verb == "EHLO") {
                for (const auto& keyword : keywords_) say("250-" + keyword);
                say("250 HELP");
            } else if (verb == "DATA") {
                say("354 go on");
                const auto bytes = until("\r\n.\r\n");
                if (!bytes) return;
                data = *bytes + "\r\n";
                const auto answer = answers_.contains("end") ? answers_["end"] : "250 2.0.0 taken";
                if (answer.empty()) return peer_ = FileDescriptor{}, void();
                if (answer == "slowly") std::this_thread::sleep_for(std::chrono::seconds{2});
                say(answer == "slowly" ? "250 2.0.0 taken" : answer);
                if (answers_.contains("then") && hung_up_++ == 0)
                    return peer_ = FileDescriptor{}, void();
                if (answers_.contains("then")) answers_.erase("then");
            } else {
                say(verb == "QUIT" ? "221 bye" : "250 ok");
            }
        }
    }

    std::map<std::string, std::string> answers_;
    std::vector<std::string> keywords_;
    FileDescriptor listener_;
    FileDescriptor peer_;
    std::string unread_;
    int hung_up_ = 0;
    std::jthread thread_;  // last: it uses all of the above
};

const std::string plain_message = "From: a@example.org\r\n\r\nhello\r\n";

}  // namespace

TEST_CASE("the mail server gets the bytes as they are, sealed, from the null sender", "[submit]")
{
    SmtpSink sink;
    std::string bytes = "Subject: odd\r\n\r\n.dot\r\n..two\r\nnul \r\nbare \n.lf\r\n.\r\nend";
    bytes.replace(bytes.find("nul ") + 4, 0, 1, '\0');
    store::make_submitter(sink.config)
        ->submit(
            {.sender = "", .recipient = "bob@example.com", .bytes = bytes, .seal = "k1 2 abc"});
    sink.finish();
    CHECK(sink.commands[0] == "EHLO lazaret.example");
    CHECK(sink.commands[1].starts_with("MAIL FROM:<> SIZE="));
    CHECK(sink.commands[1].find("BODY") == std::string::npos);
    CHECK(sink.commands[2] == "RCPT TO:<bob@example.com>");
    std::string wire =
        "X-Lazaret-Seal: k1 2 abc\r\nSubject: odd\r\n\r\n..dot\r\n...two\r\nnul \r\nbare "
        "\n..lf\r\n..\r\nend\r\n";
    wire.replace(wire.find("nul ") + 4, 0, 1, '\0');
    CHECK(sink.data == wire);
}

TEST_CASE("many mails go over one connection, when it is kept", "[submit]")
{
    SmtpSink sink;
    {
        const auto submitter = store::make_submitter(sink.config, store::Connections::Kept);
        for (const auto* who : {"a@example.com", "b@example.com", "c@example.com"})
            submitter->submit({.sender = "", .recipient = who, .bytes = plain_message, .seal = ""});
    }
    sink.finish();
    const auto said = [&](std::string_view start) {
        return std::count_if(sink.commands.begin(), sink.commands.end(),
                             [&](const auto& line) { return line.starts_with(start); });
    };
    CHECK(said("EHLO") == 1);
    CHECK(said("MAIL FROM") == 3);
    CHECK(said("RCPT TO:<c@example.com>") == 1);
    CHECK(sink.commands.back() == "QUIT");
}

TEST_CASE("a connection that the mail server closed meanwhile loses no mail", "[submit]")
{
    SmtpSink sink{{{"then", "hang up"}}};
    {
        const auto submitter = store::make_submitter(sink.config, store::Connections::Kept);
        for (const auto* who : {"a@example.com", "b@example.com"})
            submitter->submit({.sender = "", .recipient = who, .bytes = plain_message, .seal = ""});
    }
    sink.finish();
    CHECK(std::count(sink.commands.begin(), sink.commands.end(), "EHLO lazaret.example") == 2);
    CHECK(std::count(sink.commands.begin(), sink.commands.end(), "RCPT TO:<b@example.com>") == 1);
}

TEST_CASE("what the message needs is asked for, where it is offered", "[submit]")
{
    struct Row {
        const char* says;
        bool eight_bit, utf8;
        const char* recipient;
        std::vector<std::string> offered;
        const char* ending;
    };
    const auto row = GENERATE(values<Row>({
        {"plain", false, false, "b@example.com", {"8BITMIME", "SMTPUTF8"}, "<a@example.org>"},
        {"8 bit", true, false, "b@example.com", {"8BITMIME", "SMTPUTF8"}, " BODY=8BITMIME"},
        {"UTF-8",
         false,
         true,
         "b@example.com",
         {"8BITMIME", "SMTPUTF8"},
         " BODY=8BITMIME SMTPUTF8"},
        {"UTF-8 address",
         false,
         false,
         "b\xC3\xB6@example.com",
         {"8BITMIME", "SMTPUTF8"},
         " SMTPUTF8"},
        {"an old server", true, true, "b@example.com", {"PIPELINING"}, "<a@example.org>"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        SmtpSink sink{{}, row.offered};
        store::make_submitter(sink.config)
            ->submit({.sender = "a@example.org",
                      .recipient = row.recipient,
                      .bytes = plain_message,
                      .seal = "",
                      .eight_bit = row.eight_bit,
                      .utf8 = row.utf8});
        sink.finish();
        CHECK(sink.commands.at(1).ends_with(row.ending));
        CHECK(sink.data == plain_message);
    }
}

TEST_CASE("STARTTLS is asked for as the settings say", "[submit]")
{
    using Tls = SubmissionConfig::Tls;
    struct Row {
        const char* says;
        Tls tls;
        const char* host;
        bool offered;
        bool asks;
        bool sends;  ///< the sink speaks no TLS, so who asks does not get to send
    };
    const auto row = GENERATE(values<Row>({
        {"to this host it is of no use", Tls::Auto, "127.0.0.1", true, false, true},
        {"nor by its name", Tls::Auto, "localhost", true, false, true},
        {"off", Tls::Off, "127.0.0.1", true, false, true},
        {"tried", Tls::Try, "127.0.0.1", true, true, false},
        {"tried, and not offered", Tls::Try, "127.0.0.1", false, false, true},
        {"required", Tls::Require, "127.0.0.1", true, true, false},
        {"required, and not offered", Tls::Require, "127.0.0.1", false, false, false},
    }));
    DYNAMIC_SECTION(row.says)
    {
        SmtpSink sink{{{"STARTTLS", "220 go on"}},
                      row.offered ? std::vector<std::string>{"STARTTLS"}
                                  : std::vector<std::string>{"8BITMIME"}};
        sink.config.tls = row.tls;
        sink.config.timeout = std::chrono::seconds{2};
        auto& url = sink.config.url;
        url.replace(url.find("127.0.0.1"), 9, row.host);
        bool sent = true;
        try {
            store::make_submitter(sink.config)
                ->submit({.sender = "",
                          .recipient = "b@example.com",
                          .bytes = plain_message,
                          .seal = ""});
        } catch (const store::SubmissionInDoubt&) {
            FAIL("the message was not there yet");
        } catch (const Error&) {
            sent = false;
        }
        sink.finish();
        CHECK(sent == row.sends);
        const bool asked = std::find(sink.commands.begin(), sink.commands.end(), "STARTTLS") !=
                           sink.commands.end();
        CHECK(asked == row.asks);
    }
}

TEST_CASE("a mail server that falls silent when it has the message may have taken it", "[submit]")
{
    SmtpSink sink{{{"end", ""}}};
    CHECK_THROWS_AS(
        store::make_submitter(sink.config)
            ->submit(
                {.sender = "", .recipient = "b@example.com", .bytes = plain_message, .seal = ""}),
        store::SubmissionInDoubt);
    CHECK(sink.data == plain_message);
}

TEST_CASE("the mail server has its own time to answer a message", "[submit]")
{
    SmtpSink sink{{{"end", "slowly"}}};
    sink.config.timeout = std::chrono::seconds{1};
    CHECK_NOTHROW(
        store::make_submitter(sink.config)
            ->submit(
                {.sender = "", .recipient = "b@example.com", .bytes = plain_message, .seal = ""}));
}

TEST_CASE("the doctor connects as a submission does", "[submit]")
{
    SmtpSink sink;
    CHECK(store::greeting_of(sink.config) == "220 sink.example ESMTP");
    sink.finish();
    CHECK(sink.commands == std::vector<std::string>{"EHLO lazaret.example", "QUIT"});
    SmtpSink refusing{{{"EHLO", "554 5.7.1 not you"}, {"HELO", "554 5.7.1 not you"}}};
    CHECK_THROWS_AS(store::greeting_of(refusing.config), store::SubmissionRefused);
}

TEST_CASE("what the mail server says is told", "[submit]")
{
    struct Row {
        const char* says;
        std::map<std::string, std::string> answers;
        int code;  ///< 0: it did not answer
        const char* words;
    };
    const auto row = GENERATE(values<Row>({
        {"greeting", {{"connect", "554 5.7.1 go away"}}, 400, "go away"},
        {"sender", {{"MAIL", "451 4.3.0 later"}}, 451, "451 4.3.0 later"},
        {"recipient", {{"RCPT", "550 5.1.1 no such user"}}, 550, "550 5.1.1 no such user"},
        {"two lines",
         {{"RCPT", "550-5.1.1 no\r\n550 5.1.1 user"}},
         550,
         "550-5.1.1 no 550 5.1.1 user"},
        {"control characters", {{"RCPT", "550 a\x1b[2Jb"}}, 550, "550 a [2Jb"},
        {"after the data", {{"end", "452 4.3.1 disk full"}}, 452, "disk full"},
        {"hung up", {{"DATA", ""}}, 0, "the connection broke"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        SmtpSink sink{row.answers};
        try {
            store::make_submitter(sink.config)
                ->submit({.sender = "a@example.org",
                          .recipient = "b@example.com",
                          .bytes = plain_message,
                          .seal = ""});
            FAIL("it was taken");
        } catch (const store::SubmissionRefused& refused) {
            CHECK(refused.code() == row.code);
            CHECK(refused.is_permanent() == (row.code >= 500));
            CHECK(std::string_view{refused.what()}.find(row.words) != std::string_view::npos);
        } catch (const Error& error) {
            CHECK(row.code == 0);
            CHECK(std::string_view{error.what()}.find(row.words) != std::string_view::npos);
        }
    }
}

TEST_CASE("an address cannot smuggle a command, and nobody listening is said", "[submit]")
{
    SubmissionConfig nowhere;
    nowhere.url = "smtp://127.0.0.1:1";
    const auto submitter = store::make_submitter(nowhere);
    CHECK_THROWS_AS(submitter->submit({.sender = "a@example.org\r\nRCPT TO:<x@example.com>",
                                       .recipient = "b@example.com",
                                       .bytes = plain_message,
                                       .seal = ""}),
                    store::SubmissionRefused);
    try {
        submitter->submit(
            {.sender = "", .recipient = "b@example.com", .bytes = plain_message, .seal = ""});
        FAIL("it was taken");
    } catch (const Error& error) {
        CHECK(error.kind() == Error::Kind::Unavailable);
        CHECK_FALSE(error.hint().empty());
    }
}
