#include <sys/stat.h>

#include "quarantine-store/sessions.hpp"
#include "tests/portal/person.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using portal::ConnectorAnswer;

namespace {

/// A mail server in memory that knows one password.
struct MailServer {
    bool away = false;
    std::vector<std::string> asked{};  ///< `ADDRESS PASSWORD`

    ConnectorAnswer answer(const Address& who, const std::string& password)
    {
        asked.push_back(who.key() + ' ' + password);
        if (away) return ConnectorAnswer::Away;
        return password == good && who.local != "nobody" ? ConnectorAnswer::Accepted
                                                         : ConnectorAnswer::Wrong;
    }
    PrivatePortal::Options options(ConnectorConfig::Kind kind = ConnectorConfig::Kind::Imap)
    {
        ConnectorConfig one;
        one.domains = {"*"};
        one.kind = kind;
        one.url = "imaps://mail.example.com";
        return {.sign_in = {{one}},
                .ask = [this](const ConnectorConfig&, const Address& who,
                              const std::string& password) { return answer(who, password); }};
    }
};

std::string tries(PrivatePortal& site)
{
    return Sql{site.config.connection}.one(
        "select coalesce(sum(failures), 0) from lazaret.attempt where key like 'sign-in %'");
}

}  // namespace

TEST_CASE("where another server knows the password, it says who comes in", "[portal]")
{
    MailServer server;
    PrivatePortal site{server.options()};
    Person ann{site};
    // Nothing was ever held for her: the account is made with the first visit.
    CHECK(ann.sign_in("Ann@Example.com", "not the password").status == 403);
    Sql sql{site.config.connection};
    CHECK(sql.one("select count(*) from lazaret.address") == "0");
    CHECK(ann.sign_in("Ann@Example.com", good).status == 303);
    CHECK(ann.is_in());
    CHECK(ann.get("/account/sessions").status == 200);
    CHECK(sql.one("select string_agg(address, ' ') from lazaret.address") == "ann@example.com");
    CHECK(server.asked ==
          std::vector<std::string>{"ann@example.com not the password", "ann@example.com " + good});
    // Once more is the same account, and nothing of the password stays.
    CHECK(ann.sign_in("ann@example.com", good).status == 303);
    CHECK(sql.one("select count(*) from lazaret.account") == "1");
    CHECK(sql.one("select count(*) from lazaret.password") == "0");
    CHECK(tries(site) == "1");  // the wrong one, for her network
}

TEST_CASE("another server's unknown and wrong are answered as our own, and counted alike",
          "[portal]")
{
    std::string ours;
    {
        PrivatePortal local;
        ours = Person{local}.sign_in("nobody@example.com", "wrong").body;
    }
    MailServer server;
    PrivatePortal site{server.options()};
    Person there{site};
    for (int time = 0; time < 5; ++time) {
        const auto wrong = there.sign_in("nobody@example.com", "wrong");
        CHECK(wrong.status == 403);
        CHECK(wrong.body == ours);
    }
    // Whom to ask is decided after the tries were counted.
    CHECK(there.sign_in("nobody@example.com", good).status == 429);
    CHECK(server.asked.size() == 5);
    site.now += 16s;
    CHECK(there.sign_in("nobody@example.com", "wrong").status == 403);
    CHECK(server.asked.size() == 6);
}

TEST_CASE("no server is asked about domains that are not ours, and never without a password",
          "[portal]")
{
    MailServer server;
    PrivatePortal site{server.options()};
    Person thief{site};
    CHECK(thief.sign_in("ceo@elsewhere.example", good).status == 403);
    CHECK(thief.sign_in("ann@example.com", "").status == 403);
    CHECK(thief.sign_in("", good).status == 403);
    CHECK(thief.sign_in("ann@example.com\r\nx", good).status == 403);
    CHECK(server.asked.empty());
    CHECK(Sql{site.config.connection}.one("select count(*) from lazaret.address") == "0");
}

TEST_CASE("a server that is away is nobody's wrong password", "[portal]")
{
    MailServer server;
    PrivatePortal site{server.options()};
    Person ann{site};
    CHECK(ann.sign_in("ann@example.com", "wrong").status == 403);
    server.away = true;
    for (int time = 0; time < 20; ++time) {
        const auto later = ann.sign_in("ann@example.com", good);
        CHECK(later.status == 503);
        CHECK(later.header("Retry-After") == "120");
        CHECK(later.body.find("does not answer at the moment") != std::string::npos);
    }
    CHECK(tries(site) == "2");  // the wrong one, for her and her network
    CHECK_FALSE(ann.is_in());
    server.away = false;
    CHECK(ann.sign_in("ann@example.com", good).status == 303);
}

TEST_CASE("a flood that asks another server is sent away, and counts against nobody", "[portal]")
{
    MailServer server;
    auto options = server.options();
    options.asks_at_once = 1;
    PrivatePortal site{options};
    Person ann{site};
    const auto turn = site.connectors.take_turn();
    REQUIRE(turn);
    CHECK(ann.sign_in("ann@example.com", good).status == 503);
    CHECK(server.asked.empty());
    CHECK(tries(site) == "0");
}

TEST_CASE("passwords that are kept elsewhere are neither mailed for nor set", "[portal]")
{
    MailServer server;
    PrivatePortal site;
    auto bob = bob_with_password(site);
    const auto link = link_for_bob(site);
    // From now on the mail server knows them.
    auto options = server.options();
    portal::Connectors connectors{options.sign_in, {}, options.ask};
    portal::OpenIdProviders openid;
    portal::Portal later{portal::Site{.databases = site.databases,
                                      .releases = site.releases,
                                      .keys = site.keys,
                                      .templates = site.templates,
                                      .logos = site.logos,
                                      .passwords = site.passwords,
                                      .breached = site.breached,
                                      .connectors = connectors,
                                      .openid = openid,
                                      .ended_sessions = site.ended_sessions,
                                      .now = [&] { return site.now; },
                                      .origin = "https://quarantine.example.com",
                                      .requests_a_minute = 10'000,
                                      .one_click_turns = site.one_click_turns,
                                      .mail_vote_turns = site.mail_vote_turns}};
    const auto ask = [&](portal::Method method, const std::string& path, Person::Form form = {}) {
        return later.answer({.method = method,
                             .path = path,
                             .form = std::move(form),
                             .client = "192.0.2.1",
                             .cookies = bob.cookie});
    };
    const auto before = Sql{site.config.connection}.one("select hash from lazaret.password");
    using portal::Method;
    for (const auto& answer :
         {ask(Method::Post, "/account/link", {{"address", mailbox}}), ask(Method::Get, link),
          ask(Method::Post, link), ask(Method::Post, link, {{"password", "another long one"}}),
          ask(Method::Get, "/account/password"),
          ask(Method::Post, "/account/password",
              {{"old", good}, {"password", "another long one"}})}) {
        CHECK(answer.status == 200);
        CHECK(answer.body.find("Your password is kept elsewhere") != std::string::npos);
    }
    CHECK(mailed_links(site).empty());
    CHECK(Sql{site.config.connection}.one("select hash from lazaret.password") == before);
    // The password of ours no longer opens anything: the server is asked.
    CHECK(ask(Method::Post, "/account/sign-in", {{"address", mailbox}, {"password", "wrong"}})
              .status == 403);
    CHECK(server.asked.size() == 1);
}

TEST_CASE("a client's secret comes from its file, or the portal does not begin", "[portal]")
{
    const PrivateFolder folder;
    const auto file = folder.at("client.secret");
    SignInConfig config;
    config.connectors.emplace_back().kind = ConnectorConfig::Kind::OpenId;
    config.connectors.front().client_secret_file = file;
    const auto troubles = [&] { return portal::connector_file_troubles(config); };
    CHECK_THROWS_AS(portal::with_secrets(config), Error);
    REQUIRE(troubles().size() == 1);
    CHECK(troubles().front().starts_with("sign_in.connector.client_secret_file: " + file));
    folder.write("client.secret", "s3cret~\n");
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    CHECK_THROWS_AS(portal::with_secrets(config), Error);
    CHECK(troubles().front().find("everybody can read it") != std::string::npos);
    REQUIRE(::chmod(file.c_str(), 0640) == 0);
    CHECK(troubles().empty());
    CHECK(portal::with_secrets(config).connectors.front().client_secret == "s3cret~");
    CHECK(portal::with_secrets(SignInConfig{}) == SignInConfig{});
}

TEST_CASE("a session by another server's word is begun for domains of ours only", "[portal]")
{
    MailServer server;
    PrivatePortal site{server.options()};
    Person ann{site};
    REQUIRE(ann.sign_in("ann@example.com", good).status == 303);
    auto admin = site.database();
    REQUIRE(store::Directory{admin}.remove_domain("example.com", {"test", "test"}));
    CHECK(ann.sign_in("ann@example.com", good).status == 403);
    store::Database role{as_role(site.config, "lazaret_portal"), [&] { return site.now; }};
    store::Sessions sessions{role};
    CHECK_FALSE(sessions.begin_connected(1, 1, "ann@example.com", {}, site.now + 1h));
    CHECK_FALSE(sessions.begin_connected(1, 1, "bob@example.com", {}, site.now + 1h));
}
