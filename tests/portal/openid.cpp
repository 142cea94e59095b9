#include "portal/openid/attempt.hpp"
#include "portal/second_step/code_check.hpp"
#include "portal/second_step/one_time_code.hpp"
#include "quarantine-store/second_factors.hpp"
#include "quarantine-store/sessions.hpp"
#include "tests/portal/memory_provider.hpp"
#include "tests/portal/person.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using portal::Method;

namespace {

/// A portal whose people of all domains sign in with a provider.
struct OpenIdSite {
    MemoryProvider provider{};
    PrivatePortal portal;

    explicit OpenIdSite(const std::function<void(ConnectorConfig&)>& change = {})
        : portal{options(change)}
    {
    }

private:
    PrivatePortal::Options options(const std::function<void(ConnectorConfig&)>& change)
    {
        ConnectorConfig one;
        one.domains = {"*"};
        one.kind = ConnectorConfig::Kind::OpenId;
        one.issuer = provider.issuer;
        one.client_id = "lazaret";
        one.client_secret = provider.secret;
        one.name = "Example <login>";
        if (change) change(one);
        ConnectorConfig here;
        here.domains = {"here.example"};
        return {.sign_in = {{one, here}}, .ask_provider = [this](const auto& question) {
                    return provider.answer(question, portal.now);
                }};
    }
};

/// A browser that keeps its cookies, each by its name.
struct Browser {
    OpenIdSite& site;
    std::map<std::string, std::string> jar{};
    std::string client = "192.0.2.1";

    std::string cookies() const
    {
        std::string all;
        for (const auto& [name, value] : jar) all += (all.empty() ? "" : "; ") + name + '=' + value;
        return all;
    }
    portal::Response ask(Method method, const std::string& asked, Person::Form form = {})
    {
        const auto mark = std::min(asked.find('?'), asked.size());
        auto response =
            site.portal.portal.answer({.method = method,
                                       .path = asked.substr(0, mark),
                                       .query = portal::read_form(std::string_view{asked}.substr(
                                           std::min(mark + 1, asked.size()))),
                                       .form = std::move(form),
                                       .client = client,
                                       .cookies = cookies()});
        for (const auto& [header, value] : response.headers)
            if (header == "Set-Cookie") {
                const auto equals = value.find('=');
                jar[value.substr(0, equals)] =
                    value.substr(equals + 1, value.find(';') - equals - 1);
            }
        return response;
    }
    /// Where the page sends the browser to: what the provider is asked.
    Person::Form go(const portal::Response& page)
    {
        const auto to = page.header("Refresh");
        REQUIRE(to.starts_with("0;url=https://login.example.com/authorize?theme=dark&"));
        auto query = portal::read_form(std::string_view{to}.substr(to.find('?') + 1));
        CHECK(query.at("response_type") == "code");
        CHECK(query.at("client_id") == "lazaret");
        CHECK(query.at("redirect_uri") == "https://quarantine.example.com/account/openid/back");
        CHECK(query.at("code_challenge_method") == "S256");
        return query;
    }
    Person::Form begin()
    {
        return go(ask(Method::Post, "/account/openid", {{"issuer", site.provider.issuer}}));
    }
    portal::Response come_back(const std::string& code, const std::string& state)
    {
        return ask(Method::Get, "/account/openid/back?code=" + code + "&state=" + state);
    }
    portal::Response sign_in()
    {
        const auto query = begin();
        return come_back(site.provider.let_in(query), query.at("state"));
    }
    bool is_in() { return ask(Method::Get, "/account").status == 200; }
};

bool says(const portal::Response& response, const std::string& text)
{
    return response.body.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a provider of OpenID Connect says who comes in", "[portal][openid]")
{
    OpenIdSite site;
    Browser ann{site};
    const auto page = ann.ask(Method::Get, "/account/sign-in");
    CHECK(says(page, "Sign in with Example &lt;login&gt;"));
    CHECK(says(page, "action=\"/account/openid\""));
    const auto in = ann.sign_in();
    CHECK(in.status == 303);
    CHECK(in.header("Location") == "/account");
    CHECK(ann.is_in());
    CHECK(ann.jar.at("__Host-lazaret-openid").empty());
    Sql sql{site.portal.config.connection};
    CHECK(sql.one("select string_agg(address, ' ') from lazaret.address") == "ann@example.com");
    // The same account the second time, and nothing that she could have typed stands with us.
    CHECK(ann.sign_in().status == 303);
    CHECK(sql.one("select count(*) from lazaret.account") == "1");
    CHECK(sql.one("select count(*) from lazaret.password") == "0");
}

TEST_CASE("the way to a provider is a page with a link, and nothing of it is ours to post",
          "[portal][openid]")
{
    OpenIdSite site;
    Browser ann{site};
    const auto page = ann.ask(Method::Post, "/account/openid", {{"issuer", site.provider.issuer}});
    CHECK(page.status == 200);
    CHECK(says(page, "href=\"https://login.example.com/authorize?theme=dark&amp;"));
    CHECK(page.header("Content-Security-Policy").find("form-action 'self'") != std::string::npos);
    const auto cookie = page.header("Set-Cookie");
    CHECK(cookie.starts_with("__Host-lazaret-openid="));
    CHECK(cookie.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"));
    // Neither is in the address, in clear or sealed.
    const auto query = ann.go(page);
    const auto attempt = portal::open_attempt(site.portal.keys, ann.jar.at("__Host-lazaret-openid"),
                                              site.portal.now);
    REQUIRE(attempt);
    CHECK(attempt->state == query.at("state"));
    CHECK(page.header("Refresh").find(attempt->verifier) == std::string::npos);
    CHECK(query.at("code_challenge") == portal::challenge_of(attempt->verifier));
    // A provider that is not in the settings is none.
    CHECK(ann.ask(Method::Post, "/account/openid", {{"issuer", "https://evil.example"}}).status ==
          404);
    CHECK(ann.ask(Method::Post, "/account/openid").status == 404);
}

TEST_CASE("no page of another site begins a sign-in with a provider", "[portal][openid]")
{
    OpenIdSite site;
    const auto answer = site.portal.portal.answer({.method = Method::Post,
                                                   .path = "/account/openid",
                                                   .form = {{"issuer", site.provider.issuer}},
                                                   .client = "192.0.2.1",
                                                   .origin = "https://evil.example",
                                                   .fetch_site = "cross-site"});
    CHECK(answer.status == 403);
    CHECK(answer.header("Set-Cookie").empty());
    CHECK(site.provider.asked.empty());
    Browser ann{site};
    CHECK(ann.ask(Method::Get, "/account/openid").status == 405);
}

TEST_CASE("a provider's answer counts once, in the browser that asked, and for ten minutes",
          "[portal][openid]")
{
    OpenIdSite site;
    Browser ann{site};
    Browser thief{site};
    const auto query = ann.begin();
    const auto code = site.provider.let_in(query);
    SECTION("another browser has nothing of it")
    {
        CHECK(thief.come_back(code, query.at("state")).status == 403);
        thief.begin();
        CHECK(thief.come_back(code, query.at("state")).status == 403);
        CHECK_FALSE(thief.is_in());
        CHECK(ann.come_back(code, query.at("state")).status == 303);
    }
    SECTION("somebody else's answer lets nobody in under his name (login CSRF)")
    {
        const auto other = thief.begin();
        const auto theirs = site.provider.let_in(other);
        CHECK(ann.come_back(theirs, other.at("state")).status == 403);
        CHECK(ann.come_back(theirs, query.at("state")).status == 403);
        CHECK_FALSE(ann.is_in());
    }
    SECTION("without the state, or with another")
    {
        CHECK(ann.come_back(code, "").status == 403);
        CHECK(ann.come_back(code, query.at("state") + "x").status == 403);
        CHECK(ann.ask(Method::Get, "/account/openid/back").status == 403);
        CHECK(site.provider.asked.size() == 1);
        // Who only knocks does not end what waits.
        CHECK(ann.come_back(code, query.at("state")).status == 303);
    }
    SECTION("a second time")
    {
        const auto before = ann.jar;
        CHECK(ann.come_back(code, query.at("state")).status == 303);
        ann.jar = before;
        site.provider.codes[code] = query;
        CHECK(ann.come_back(code, query.at("state")).status == 403);
        CHECK_FALSE(ann.is_in());
    }
    SECTION("a second time, as the provider sees it")
    {
        site.provider.codes.clear();
        CHECK(ann.come_back(code, query.at("state")).status == 403);
        CHECK_FALSE(ann.is_in());
    }
    SECTION("too late")
    {
        site.portal.now += 10min + 1s;
        CHECK(ann.come_back(code, query.at("state")).status == 403);
        CHECK(site.provider.asked.size() == 1);
    }
    SECTION("just looking, without reading what is there")
    {
        CHECK(ann.ask(Method::Head,
                      "/account/openid/back?code=" + code + "&state=" + query.at("state"))
                  .status == 405);
        CHECK(ann.ask(Method::Post,
                      "/account/openid/back?code=" + code + "&state=" + query.at("state"))
                  .status == 405);
        CHECK(ann.come_back(code, query.at("state")).status == 303);
    }
    SECTION("a cookie that was changed, or is another one of ours")
    {
        auto& cookie = ann.jar.at("__Host-lazaret-openid");
        const auto whole = cookie;
        cookie[cookie.size() / 2] = cookie[cookie.size() / 2] == 'A' ? 'B' : 'A';
        CHECK(ann.come_back(code, query.at("state")).status == 403);
        cookie = portal::seal_token(site.portal.keys, query.at("state"));
        CHECK(ann.come_back(code, query.at("state")).status == 403);
        cookie = whole;
        CHECK(ann.come_back(code, query.at("state")).status == 303);
    }
}

TEST_CASE("a cookie from before a provider's answer is not the one after (fixation)",
          "[portal][openid]")
{
    OpenIdSite site;
    Browser ann{site};
    REQUIRE(ann.sign_in().status == 303);
    const auto before = ann.jar.at("__Host-lazaret");
    REQUIRE(ann.sign_in().status == 303);
    CHECK(ann.jar.at("__Host-lazaret") != before);
    Browser thief{site, {{"__Host-lazaret", before}}};
    CHECK_FALSE(thief.is_in());
}

TEST_CASE("a provider vouches for verified addresses of its domains, which are ours",
          "[portal][openid]")
{
    struct Row {
        const char* says;
        Json claims;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {"another domain", {{"email", "ceo@elsewhere.example"}}, "has no quarantine here"},
        {"a domain whose passwords are here",
         {{"email", "ann@here.example"}},
         "has no quarantine here"},
        {"not verified", {{"email_verified", false}}, "has not verified it"},
        {"perhaps verified", {{"email_verified", "true"}}, "has not verified it"},
        {"nobody says", {{"email_verified", nullptr}}, "has not verified it"},
        {"no address", {{"email", nullptr}}, "does not know your mail address"},
        {"no address at all", {{"email", "ann"}}, "does not know your mail address"},
        {"two addresses",
         {{"email", "ann@example.com, bob@example.com"}},
         "does not know your mail address"},
        {"another provider's word", {{"iss", "https://login.example.net"}}, "could not be checked"},
        {"another client's", {{"aud", "webmail"}}, "could not be checked"},
        {"another question's", {{"nonce", "x"}}, "could not be checked"},
        {"over", {{"exp", 1}}, "could not be checked"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        OpenIdSite site;
        auto admin = site.portal.database();
        store::Directory{admin}.add_domain("here.example", "main", {"test", "test"});
        site.provider.claims.update(row.claims);
        Browser ann{site};
        const auto page = ann.sign_in();
        CHECK(page.status == 403);
        CHECK(says(page, row.text));
        CHECK_FALSE(ann.is_in());
        CHECK(Sql{site.portal.config.connection}.one("select count(*) from lazaret.address") ==
              "0");
    }
}

TEST_CASE("a site may trust its provider with addresses, and name their claim", "[portal][openid]")
{
    OpenIdSite site{[](ConnectorConfig& one) {
        one.trust_addresses = true;
        one.address_claim = "upn";
    }};
    site.provider.claims = {{"sub", "4711"}, {"upn", "Ann@Example.com"}, {"email", "x@y.example"}};
    Browser ann{site};
    CHECK(ann.sign_in().status == 303);
    CHECK(Sql{site.portal.config.connection}.one(
              "select string_agg(address, ' ') from lazaret.address") == "ann@example.com");
}

TEST_CASE("an address that stands in no ID token is asked for, of the same person",
          "[portal][openid]")
{
    OpenIdSite site;
    site.provider.claims = {{"sub", "4711"}};
    Browser ann{site};
    SECTION("his")
    {
        site.provider.userinfo.update({{"email", "ann@example.com"}, {"email_verified", true}});
        CHECK(ann.sign_in().status == 303);
    }
    SECTION("not verified")
    {
        site.provider.userinfo.update({{"email", "ann@example.com"}});
        CHECK(ann.sign_in().status == 403);
    }
    SECTION("somebody else's")
    {
        site.provider.userinfo = {
            {"sub", "4712"}, {"email", "ann@example.com"}, {"email_verified", true}};
        CHECK(ann.sign_in().status == 403);
        CHECK_FALSE(ann.is_in());
    }
    SECTION("nowhere") { CHECK(ann.sign_in().status == 403); }
}

TEST_CASE("a provider that is away, or talks nonsense, is a page that says later",
          "[portal][openid]")
{
    OpenIdSite site;
    Browser ann{site};
    SECTION("at the beginning")
    {
        site.provider.fails = "/.well-known/openid-configuration";
        const auto page =
            ann.ask(Method::Post, "/account/openid", {{"issuer", site.provider.issuer}});
        CHECK(page.status == 503);
        CHECK(page.header("Set-Cookie").empty());
        CHECK(says(page, "cannot be reached"));
    }
    SECTION("it calls itself another")
    {
        site.provider.metadata["issuer"] = "https://login.example.net";
        CHECK(ann.ask(Method::Post, "/account/openid", {{"issuer", site.provider.issuer}}).status ==
              503);
    }
    SECTION("endpoints that are none")
    {
        for (const auto* url : {"http://login.example.com/a", "javascript:alert(1)",
                                "https://login.example.com/\r\nX: y", "https://a/\"><b>", ""}) {
            site.provider.metadata["authorization_endpoint"] = url;
            CHECK(ann.ask(Method::Post, "/account/openid", {{"issuer", site.provider.issuer}})
                      .status == 503);
        }
    }
    SECTION("when the code is to be exchanged")
    {
        site.provider.fails = "/token";
        CHECK(ann.sign_in().status == 503);
        CHECK_FALSE(ann.is_in());
    }
    SECTION("when its keys are asked for")
    {
        site.provider.fails = "/keys";
        CHECK(ann.sign_in().status == 503);
    }
    SECTION("too many ask it")
    {
        const auto query = ann.begin();
        const auto code = site.provider.let_in(query);
        {
            const auto one = site.portal.connectors.take_turn();
            const auto two = site.portal.connectors.take_turn();
            REQUIRE((one && two));
            CHECK(ann.come_back(code, query.at("state")).status == 503);
        }
        CHECK(ann.come_back(code, query.at("state")).status == 303);
    }
}

TEST_CASE("who turns back at a provider is told so, and nothing more", "[portal][openid]")
{
    OpenIdSite site;
    Browser ann{site};
    const auto query = ann.begin();
    const auto page = ann.ask(Method::Get,
                              "/account/openid/back?error=access_denied&"
                              "error_description=%3Cscript%3E&state=" +
                                  query.at("state"));
    CHECK(page.status == 403);
    CHECK(says(page, "did not let you in, or you turned back"));
    CHECK_FALSE(says(page, "script"));
    CHECK(site.provider.asked.size() == 1);
    CHECK_FALSE(ann.is_in());
}

TEST_CASE("a provider that names itself in its answers is held to it (mix-up)", "[portal][openid]")
{
    OpenIdSite site;
    Browser ann{site};
    const auto back = [&](const std::string& issuer) {
        const auto query = ann.begin();
        return ann.come_back(site.provider.let_in(query), query.at("state") + issuer).status;
    };
    CHECK(back("&iss=https%3A%2F%2Fevil.example") == 403);
    CHECK(back("&iss=https%3A%2F%2Flogin.example.com") == 303);
    CHECK(back("") == 303);
    site.portal.now += 11min;
    site.provider.metadata["authorization_response_iss_parameter_supported"] = true;
    CHECK(back("") == 403);
    CHECK(back("&iss=https%3A%2F%2Flogin.example.com") == 303);
}

TEST_CASE("an account with a second step is asked for its code after a provider's answer, too",
          "[portal][openid]")
{
    OpenIdSite site;
    Browser ann{site};
    REQUIRE(ann.sign_in().status == 303);
    const auto& keys = site.portal.keys;
    const auto token = portal::open_token(keys, ann.jar.at("__Host-lazaret")).value();
    store::Database role{as_role(site.portal.config, "lazaret_portal"),
                         [&] { return site.portal.now; }};
    const auto session = store::Sessions{role}.find(token).value();
    const auto secret = portal::new_code_secret();
    REQUIRE(store::SecondFactors{role}.set(
        token, std::nullopt,
        portal::new_factor(keys, session.tenant, session.account, secret, 1, {}), "test"));
    Browser again{site};
    const auto page = again.sign_in();
    CHECK(page.status == 200);
    CHECK(says(page, "One more step"));
    CHECK_FALSE(again.jar.contains("__Host-lazaret"));
    CHECK_FALSE(again.is_in());
}

TEST_CASE("no password of a provider's domain is looked at here", "[portal][openid]")
{
    OpenIdSite site;
    Browser ann{site};
    const auto page = ann.ask(Method::Post, "/account/sign-in",
                              {{"address", "Ann@Example.com"}, {"password", good}});
    CHECK(page.status == 200);
    const auto query = ann.go(page);
    CHECK(query.at("login_hint") == "ann@example.com");
    CHECK(page.header("Refresh").find("umbrellas") == std::string::npos);
    CHECK(ann.come_back(site.provider.let_in(query), query.at("state")).status == 303);
    CHECK(Sql{site.portal.config.connection}.one("select count(*) from lazaret.attempt") == "0");
    CHECK(says(ann.ask(Method::Get, "/account/password"), "Your password is kept elsewhere"));
    CHECK(says(ann.ask(Method::Get, "/account/factor"), "second steps are set there"));
    CHECK(says(ann.ask(Method::Post, "/account/link", {{"address", "ann@example.com"}}),
               "Your password is kept elsewhere"));
}
