#include <algorithm>
#include <future>

#include "base/mail/seal.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/has.hpp"
#include "tests/tools/site.hpp"
#include "tests/tools/smtp_sink.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

/// The mail without the seal in front of it.
std::string without_seal(const std::string& bytes)
{
    if (!bytes.starts_with(std::string{seal_header} + ":")) return bytes;
    return bytes.substr(bytes.find("\r\n") + 2);
}

}  // namespace

TEST_CASE("a release sends the bytes once, and a second one nothing", "[tools]")
{
    const SmtpSink sink;
    Site site;
    site.configure(sink.url());
    const auto bytes = letter("released");
    const auto id = site.hold(bytes).text();

    const auto first = site.ctl({"held", "release", id});
    INFO(first.err);
    CHECK(first.code == 0);
    CHECK(has(first.out, "was released to ann@example.org"));
    const auto second = site.ctl({"held", "release", id});
    CHECK(second.code == 0);
    CHECK(has(second.out, "before"));

    const auto mails = sink.mails();
    REQUIRE(mails.size() == 1);
    CHECK(mails[0].sender == "<bob@example.com>");
    CHECK(mails[0].recipient == "<ann@example.org>");
    CHECK(mails[0].bytes.starts_with(std::string{seal_header} + ":"));
    CHECK(without_seal(mails[0].bytes) == bytes);
    CHECK(site.json({"held", "release", id}).at(0).at("outcome") == "already-released");
    CHECK(site.json({"held", "list", "--state", "released"}).size() == 1);
}

TEST_CASE("two releases at once send one mail", "[tools]")
{
    const SmtpSink sink{1500ms};
    Site site;
    site.configure(sink.url());
    const auto id = site.hold(letter("twice")).text();

    std::vector<std::future<Outcome>> runs;
    for (int at = 0; at < 3; ++at)
        runs.push_back(std::async(std::launch::async, [&] {
            return site.ctl({"held", "release", id});
        }));
    std::vector<int> codes;
    for (auto& run : runs) {
        const auto done = run.get();
        CHECK_FALSE((done.out + done.err).empty());
        codes.push_back(done.code);
    }
    CHECK(sink.mails().size() == 1);
    CHECK(std::count(codes.begin(), codes.end(), 0) >= 1);
    CHECK(
        std::all_of(codes.begin(), codes.end(), [](int code) { return code == 0 || code == 75; }));
}

TEST_CASE("a virus is never released", "[tools]")
{
    const SmtpSink sink;
    Site site;
    site.configure(sink.url());
    const auto id = site.hold(letter("virus"), Class::Virus).text();
    const auto done = site.ctl({"held", "release", id});
    CHECK(done.code == 69);
    CHECK(has(done.err, "virus is never released"));
    CHECK(sink.mails().empty());
    CHECK(site.json({"held", "list", "--class", "virus"}).at(0).at("state") == "held");
}

TEST_CASE("what the mail server does not take stays where a person sees it", "[tools]")
{
    SmtpSink sink;
    Site site;
    const auto id = site.hold(letter("away")).text();

    const auto away = site.ctl({"held", "release", id});  // nobody listens on port 1
    CHECK(away.code == 75);
    CHECK(has(away.err, "expire"));
    const auto waiting = site.json({"held", "list", "--state", "releasing"});
    REQUIRE(waiting.size() == 1);
    CHECK_FALSE(waiting[0].at("last_error").get<std::string>().empty());

    site.configure(sink.url());
    const auto refused = site.hold(letter("refused")).text();
    sink.answer_with("550 not here");
    const auto done = site.ctl({"held", "release", refused});
    CHECK(done.code == 69);
    CHECK(has(done.err, "550"));
    CHECK(site.json({"held", "show", refused}).at("state") == "held");
    CHECK(sink.mails().empty());
}

TEST_CASE("several releases at once: one that fails does not stop the others", "[tools]")
{
    const SmtpSink sink;
    Site site;
    site.configure(sink.url());
    const auto first = site.hold(letter("first")).text();
    const auto second = site.hold(letter("second")).text();
    const auto done = site.ctl({"held", "release", first, "0000zzzz0000", second});
    CHECK(done.code == 69);
    CHECK(sink.mails().size() == 2);
}
