#include "portal/mail_vote.hpp"

#include <fmt/format.h>

#include "base/mail/digest.hpp"
#include "base/mail/reference_field.hpp"
#include "quarantine-store/notebook.hpp"
#include "quarantine-store/upkeep.hpp"
#include "quarantine-store/votes.hpp"
#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

const std::string key = "a-key-of-32-letters-and-some-more";

std::string message(int number, const std::string& body = "Buy now\r\n")
{
    return fmt::format("From: Ada <ada@example.org>\r\nMessage-Id: <{}@example.org>\r\n\r\n{}",
                       number, body);
}

/// As it lies in a mailbox.
std::string stored(const SealKeys& keys, const std::string& received, Moment when)
{
    return "Delivered-To: somebody\nX-Lazaret-Reference: " +
           make_reference_field(keys, received, digest_of(received, ""), 0, when) + "\n" + received;
}

struct Site : PrivatePortal {
    explicit Site(int requests_a_minute = 10'000)
        : PrivatePortal{Options{.requests_a_minute = requests_a_minute, .vote_key = key}}
    {
    }

    /// Notes that messages were delivered, as a milter does.
    void deliver(const std::string& mailbox, int first, int last, Moment when, TenantId tenant = 1,
                 Action action = Action::Deliver)
    {
        const auto notebook = store::make_notebook(as_role(config, "lazaret_milter"), true);
        for (int number = first; number <= last; ++number) {
            store::Passage one;
            one.when = when;
            one.tenant = tenant;
            one.mailbox = mailbox;
            one.sender = "ada@example.org";
            one.action = action;
            one.delivered = {digest_of(message(number), ""), "Ada", "subject"};
            notebook->note(std::move(one));
        }
    }

    portal::Response say(const std::string& word, const std::string& address,
                         const std::string& bytes, const std::string& authorization)
    {
        return portal.answer({.method = portal::Method::Post,
                              .path = "/vote/" + word,
                              .query = {{"address", address}},
                              .message = bytes,
                              .client = "192.0.2.9",
                              .authorization = authorization});
    }
    int say(const std::string& word, const std::string& address, int number)
    {
        return say(word, address, stored(keys, message(number), now), "Bearer " + key).status;
    }

    /// Whose votes these are and what they say, in order.
    std::string votes()
    {
        return Sql{config.connection}.one(
            "select coalesce(string_agg(v.tenant_id || ' ' || a.address || ' ' || "
            "coalesce(v.says, '-') || ' ' || v.origin, ', ' order by a.address, v.at), '') "
            "from lazaret.vote v join lazaret.address a using (tenant_id, account_id)");
    }
    std::string count(const std::string& from)
    {
        return Sql{config.connection}.one("select count(*) from lazaret." + from);
    }
};

}  // namespace

TEST_CASE("mail that is moved to Junk is its owner's vote, and teaches", "[portal]")
{
    Site site;
    site.deliver("bob@example.com", 1, 1, site.now - 1h);
    CHECK(site.say("spam", "Bob@Example.com", 1) == 200);
    CHECK(site.votes() == "1 bob@example.com spam junk");
    auto admin = site.database();
    store::Votes votes{admin};
    const auto pending = votes.pending(10);
    REQUIRE(pending.size() == 1);
    CHECK(pending[0].size == message(1).size());
    CHECK(votes.bytes(1, pending[0].digest) == message(1));

    // The same again changes nothing; moved back it is taken back, and comes out of Junk wanted.
    CHECK(site.say("spam", "bob@example.com", 1) == 200);
    CHECK(site.votes() == "1 bob@example.com spam junk");
    CHECK(site.say("ham", "bob@example.com", 1) == 200);
    CHECK(site.votes() == "1 bob@example.com - junk");
    CHECK(site.say("ham", "bob@example.com", 1) == 200);
    CHECK(site.votes() == "1 bob@example.com ham junk");
    CHECK(site.say("spam", "bob@example.com", 1) == 200);
    CHECK(site.votes() == "1 bob@example.com spam junk");
}

TEST_CASE("what is moved to Junk is believed only of mail that its owner got", "[portal]")
{
    Site site;
    {
        auto admin = site.database();
        store::Directory{admin}.add_domain("other.example", "other", {"test", "test"});
    }
    const auto other = std::stoi(site.count("tenant where name <> 'other'"));
    site.deliver("bob@example.com", 1, 1, site.now - 1h);
    site.deliver("bob@example.com", 2, 2, site.now - 15 * 24h);
    site.deliver("bob@example.com", 3, 3, site.now - 1h, 1, Action::Hold);
    site.deliver("eve@other.example", 4, 4, site.now - 1h, other);
    const auto bearer = "Bearer " + key;
    struct Row {
        const char* says;
        const char* address;
        std::string bytes;
        int status;
    };
    const auto one = message(1);
    const auto old_keys = SealKeys::parse("k1 Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=", "old");
    const auto bob = "bob@example.com";
    const auto sealed = site.now - 1h;
    for (const auto& row : std::vector<Row>{
             {"another's", "ann@example.com", stored(site.keys, one, sealed), 422},
             {"of another tenant", "eve@other.example", stored(site.keys, one, sealed), 422},
             {"another tenant's", bob, stored(site.keys, message(4), sealed), 422},
             {"nobody's here", "bob@elsewhere.example", stored(site.keys, one, sealed), 422},
             {"nobody's at all", "", stored(site.keys, one, sealed), 400},
             {"sealed long ago", bob, stored(site.keys, one, site.now - 15 * 24h), 422},
             {"delivered long ago", bob, stored(site.keys, message(2), sealed), 422},
             {"held", bob, stored(site.keys, message(3), sealed), 422},
             {"without reference", bob, one, 422},
             {"with another key's", bob, stored(old_keys, one, sealed), 422},
             {"with another's reference", bob, stored(site.keys, one, sealed) + "more\r\n", 422},
             {"nothing", bob, "", 422},
         }) {
        CAPTURE(row.says);
        CHECK(site.say("spam", row.address, row.bytes, bearer).status == row.status);
    }
    CHECK(site.count("vote") == "0");
    CHECK(site.count("vote_mail") == "0");
    CHECK(site.count("account") == "0");
}

TEST_CASE("mail to any address of an account is its owner's", "[portal]")
{
    Site site;
    Sql sql{site.config.connection};
    sql.run("select lazaret.account_of(1, 'bob@example.com')");
    sql.run(
        "insert into lazaret.address (tenant_id, address, account_id) select 1, "
        "'sales@example.com', account_id from lazaret.address where address = 'bob@example.com'");
    site.deliver("sales@example.com", 1, 1, site.now - 1h);
    CHECK(site.say("spam", "bob@example.com", 1) == 200);
    CHECK(site.count("vote") == "1");
    CHECK(site.say("ham", "sales@example.com", 1) == 200);
    CHECK(site.count("vote where says is null") == "1");
    CHECK(site.count("account") == "1");
}

TEST_CASE("mail that was delivered a moment ago is asked for again", "[portal]")
{
    Site site;
    CHECK(site.say("spam", "bob@example.com", 1) == 503);
    site.deliver("bob@example.com", 1, 1, site.now);
    CHECK(site.say("spam", "bob@example.com", 1) == 200);
    const auto bytes = stored(site.keys, message(2), site.now);
    site.now += 10s;
    CHECK(site.say("spam", "bob@example.com", bytes, "Bearer " + key).status == 422);
}

TEST_CASE("votes by mail want the key of the site", "[portal]")
{
    Site site{5};
    site.deliver("bob@example.com", 1, 30, site.now - 1h);
    const auto bytes = stored(site.keys, message(1), site.now);
    for (const std::string wrong :
         {"", "Bearer", "Bearer ", key.c_str(), "Bearer a-key-of-32-letters-and-some-mor"})
        CHECK(site.say("spam", "bob@example.com", bytes, wrong).status == 401);
    // Who guesses is a stranger, and counted; who has it is not.
    CHECK(site.say("spam", "bob@example.com", bytes, "Basic " + key).status == 429);
    for (int number = 1; number <= 30; ++number)
        CHECK(site.say("spam", "bob@example.com", number) == 200);
    CHECK(site.count("vote") == "30");

    PrivatePortal off;
    const auto asked = [&](const std::string& authorization) {
        return off.portal
            .answer({.method = portal::Method::Post,
                     .path = "/vote/spam",
                     .query = {{"address", "bob@example.com"}},
                     .message = bytes,
                     .client = "192.0.2.9",
                     .authorization = authorization})
            .status;
    };
    CHECK(asked("Bearer " + key) == 404);
    CHECK(asked("Bearer ") == 404);
    CHECK(site.get("/vote/spam").status == 405);
    CHECK(site.portal
              .answer({.method = portal::Method::Post,
                       .path = "/vote/spam",
                       .query = {{"address", "bob@example.com"}},
                       .too_large = true,
                       .client = "192.0.2.9",
                       .authorization = "Bearer " + key})
              .status == 413);
}

TEST_CASE("votes by mail leave threads to people", "[portal]")
{
    Site site;
    site.deliver("bob@example.com", 1, 1, site.now - 1h);
    auto first = site.mail_vote_turns.take();
    auto second = site.mail_vote_turns.take();
    REQUIRE((first && second));
    CHECK(site.say("spam", "bob@example.com", 1) == 503);
    CHECK(site.count("vote") == "0");
    // Who has no key takes no turn.
    CHECK(site.say("spam", "bob@example.com", message(1), "Bearer guess").status == 401);
    second.reset();
    for (int time = 0; time < 3; ++time)  // each gives its turn back
        CHECK(site.say("spam", "bob@example.com", 1) == 200);
    CHECK(site.mail_vote_turns.take());
}

TEST_CASE("only with the key a portal reads a long body", "[portal]")
{
    Site site;
    const auto head = [](const std::string& path, const std::string& authorization) {
        return "POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: " + authorization +
               "\r\nContent-Type: message/rfc822\r\nContent-Length: 3000000\r\n\r\n";
    };
    const portal::IncomingRequest::BodyBound bound = [&](const portal::IncomingRequest& request) {
        return site.portal.longest_body(request);
    };
    struct Row {
        std::string path;
        std::string authorization;
        int refusal;
    };
    for (const auto& row : std::vector<Row>{{"/vote/spam?address=a@b.example", "Bearer " + key, 0},
                                            {"/vote/ham", "bearer  " + key, 0},
                                            {"/vote/ham", "Bearer x" + key, 413},
                                            {"/vote/hams", "Bearer " + key, 413},
                                            {"/account/sign-in", "Bearer " + key, 413}}) {
        CAPTURE(row.path, row.authorization);
        portal::IncomingRequest request{bound};
        request.take(head(row.path, row.authorization));
        CHECK(request.refusal() == row.refusal);
    }
}

TEST_CASE("nobody says by mail more than he may in a day", "[portal]")
{
    Site site;
    site.deliver("bob@example.com", 1, 201, site.now - 1h);
    for (int number = 1; number <= 200; ++number)
        REQUIRE(site.say("spam", "bob@example.com", number) == 200);
    CHECK(site.say("spam", "bob@example.com", 201) == 403);
    CHECK(site.count("vote_mail") == "200");
    CHECK(site.say("ham", "bob@example.com", 200) == 200);  // to take back is no more
    site.now += 24h + 1min;
    CHECK(site.say("spam", "bob@example.com", 201) == 200);
}

TEST_CASE("nobody brings more bytes than somebody may in a day", "[portal]")
{
    Site site;
    const std::string much(700'000, 'x');
    const auto notebook_of = [&](const std::string& received) {
        const auto notebook = store::make_notebook(as_role(site.config, "lazaret_milter"), true);
        store::Passage one;
        one.when = site.now - 1h;
        one.tenant = 1;
        one.mailbox = "bob@example.com";
        one.delivered = {digest_of(received, ""), "Ada", "subject"};
        notebook->note(one);
    };
    int noted = 0;
    for (int number = 1; number <= 33; ++number) {
        const auto received = message(number, much);
        notebook_of(received);
        const auto status = site.say("spam", "bob@example.com",
                                     stored(site.keys, received, site.now), "Bearer " + key)
                                .status;
        CHECK(status == (number <= 32 ? 200 : 403));
        noted += status == 200 ? 1 : 0;
    }
    CHECK(noted == 32);  // of half a megabyte each
    CHECK(site.count("vote") == "32");
    CHECK(site.count("vote_mail where length(bytes) = 524288") == "32");
}

TEST_CASE("bytes of votes go when they were told, and after 30 days", "[portal]")
{
    Site site;
    Sql sql{site.config.connection};
    sql.run("update lazaret.lot set secret = ''");  // so that each run holds out the same
    site.deliver("bob@example.com", 1, 40, site.now - 1h);
    for (int number = 1; number <= 40; ++number)
        REQUIRE(site.say("spam", "bob@example.com", number) == 200);
    auto admin = site.database();
    store::Upkeep{admin}.run();
    CHECK(site.count("vote_mail") == "40");
    sql.run("update lazaret.vote set told = says, told_since = 1");
    store::Upkeep{admin}.run();
    // What later lessons are judged by stays.
    const auto held_out = site.count("vote where is_held_out");
    CHECK(site.count("vote_mail") == held_out);
    CHECK(held_out != "0");
    CHECK(held_out != "40");
    sql.run("update lazaret.vote_mail set kept = kept - interval '31 days'");
    store::Upkeep{admin}.run();
    CHECK(site.count("vote_mail") == "0");
}
