#include "quarantine-store/account_addresses.hpp"
#include "quarantine-store/account_settings.hpp"
#include "quarantine-store/notifications.hpp"
#include "quarantine-store/sessions.hpp"
#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using portal::Method;

namespace {

using Form = std::map<std::string, std::string>;

/// Somebody who is in with his password.
struct Person {
    PrivatePortal& site;
    std::string cookie{};

    Person(PrivatePortal& of, const std::string& mailbox) : site{of}
    {
        auto admin = site.database();
        const auto account =
            store::Directory{admin}.account_of(parse_address(mailbox).value()).value();
        Sql owner{site.config.connection};
        owner.run("insert into lazaret.password values (1, " + std::to_string(account) +
                  ", '$argon2id$one', now()) on conflict do nothing");
        store::Database portal{as_role(site.config, "lazaret_portal"), [&] { return site.now; }};
        const auto token = store::Sessions{portal}.begin_full(1, account, mailbox, "$argon2id$one",
                                                              {}, site.now + 24h);
        cookie = "__Host-lazaret=" + portal::seal_token(site.keys, token.value());
    }
    portal::Response get(const std::string& path) { return site.get(path, cookie); }
    portal::Response post(const std::string& path, Form form = {})
    {
        return site.post_in(cookie, path, std::move(form));
    }
    portal::Response save(Form form) { return post("/account/settings", std::move(form)); }
    std::string page() { return get("/account/settings").body; }
};

Settings settings_of(PrivatePortal& site, const std::string& mailbox)
{
    auto admin = site.database();
    return store::Directory{admin}.settings_for(parse_address(mailbox).value());
}

void set(PrivatePortal& site, const Owner& owner, const std::string& name, const std::string& value)
{
    auto admin = site.database();
    REQUIRE_FALSE(store::Directory{admin}.set(owner, name, value, {"admin", "test"}));
}

/// What lazaret-report would mail: the paths of the links, to whom.
Form mailed_links(PrivatePortal& site)
{
    store::Database mailer{as_role(site.config, "lazaret_report"), [&] { return site.now; }};
    store::Notifications notifications{mailer};
    Form links;
    for (const auto& one : notifications.claim(notifications.waiting())) {
        if (one.kind == store::NotificationKind::Address && !one.link_token.empty())
            links[one.mailbox] = "/account/address/" + one.link_token;
        notifications.mark_sent(one);
    }
    return links;
}

std::string link_for(Person& person, const std::string& address)
{
    REQUIRE(person.post("/account/address/add", {{"address", address}}).status == 200);
    return mailed_links(person.site).at(address);
}

std::size_t count(const std::string& text, std::string_view what)
{
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a person chooses his settings, and the page speaks them at once", "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    CHECK(has(bob.page(), "<html lang=\"en\""));
    const auto saved = bob.save({{"language", "fr"},
                                 {"time_zone", "Europe/Zurich"},
                                 {"report.frequency", "monthly"},
                                 {"report.monthday", "31"},
                                 {"report.weekday", ""},
                                 {"report.hour", "18"},
                                 {"report.format", "link"},
                                 {"report.empty", "on"},
                                 {"action.newsletter", "deliver"}});
    CHECK(saved.status == 303);
    CHECK(saved.header("Location") == "/account/settings?done=saved");
    const auto page = bob.get("/account/settings?done=saved").body;
    CHECK(has(page, "<html lang=\"fr\""));
    CHECK(has(page, "role=\"status\""));
    CHECK(has(page, "<option selected>Europe/Zurich</option>"));
    const auto settings = settings_of(site, "bob@example.com");
    CHECK(settings.language == "fr");
    CHECK(settings.report_frequency == ReportFrequency::Monthly);
    CHECK(settings.report_monthday == 31);
    CHECK(settings.report_weekday == 1);
    CHECK(settings.report_hour == 18);
    CHECK(settings.report_format == ReportFormat::Link);
    CHECK(settings.report_empty);
    CHECK(settings.action(Class::Newsletter) == Action::Deliver);
    CHECK(settings_of(site, "ann@example.com").language == "en");
    Sql sql{site.config.connection};
    CHECK(sql.one("select count(*) from lazaret.audit where what = 'setting' and "
                  "who = 'bob@example.com' and from_where = '192.0.2.1'") == "8");
    // The same again changes nothing, and is no news for milters.
    const auto before = sql.one("select last_value from lazaret.change_number");
    CHECK(bob.save({{"language", "fr"}, {"report.weekday", ""}}).status == 303);
    CHECK(sql.one("select last_value from lazaret.change_number") == before);
}

TEST_CASE("what is left to the administrator is shown, and counts", "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    set(site, Owner::domain("example.com"), "language", "de");
    set(site, Owner::domain("example.com"), "action.newsletter", "refuse");
    CHECK(has(bob.page(), "<html lang=\"de\""));
    CHECK(has(bob.page(), ">Deutsch ("));
    CHECK(bob.save({{"language", "en"}}).status == 303);
    const auto page = bob.page();
    CHECK(has(page, ">Deutsch (set by your administrator)</option>"));
    CHECK(has(page, ">refuse them (set by your administrator)</option>"));
    CHECK(has(page, "<option value=\"en\" lang=\"en\" selected>English</option>"));
    CHECK(bob.save({{"language", ""}}).status == 303);
    CHECK(settings_of(site, "bob@example.com").language == "de");
    CHECK(Sql{site.config.connection}.one(
              "select count(*) from lazaret.setting where owner like 'account:%' and not gone") ==
          "0");
}

TEST_CASE("what cannot be chosen is said beside its field, and nothing is changed", "[portal]")
{
    struct Row {
        std::string name;
        std::string value;
    };
    const auto row = GENERATE(values<Row>({
        {"language", "xx"},
        {"time_zone", "Mars/Base"},
        {"report.frequency", "hourly"},
        {"report.hour", "24"},
        {"report.hour", "7:00"},
        {"report.weekday", "someday"},
        {"report.monthday", "0"},
        {"report.format", "pdf"},
        {"report.empty", "<b>"},
        {"action.newsletter", "discard"},
        {"action.newsletter", "refuse"},
    }));
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    Form form{{"language", "fr"}};
    form[row.name] = row.value;
    const auto answer = bob.save(form);
    INFO(row.name << " " << row.value);
    CHECK(answer.status == 422);
    CHECK(count(answer.body, "aria-invalid") == 1);
    CHECK(count(answer.body, "Take one of the list") == 1);
    CHECK_FALSE(has(answer.body, "<b>\""));
    if (row.name != "language")
        CHECK(has(answer.body, "<option value=\"fr\" lang=\"fr\" selected>"));
    CHECK(settings_of(site, "bob@example.com").language == "en");
}

TEST_CASE("an account chooses nothing but what its page offers", "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    CHECK(
        bob.save({{"action.virus", "deliver"}, {"hold_at", "100"}, {"report.from", "x@y.example"}})
            .status == 303);
    CHECK(settings_of(site, "bob@example.com").winners.empty());
    store::Database portal{as_role(site.config, "lazaret_portal"), [&] { return site.now; }};
    store::AccountSettings own{portal};
    const auto token = portal::open_token(site.keys, bob.cookie.substr(15)).value();
    using Wanted = std::map<std::string, std::optional<std::string>>;
    for (const auto& wanted :
         {Wanted{{"action.virus", "deliver"}}, Wanted{{"action.virus", std::nullopt}},
          Wanted{{"action.newsletter", "discard"}}, Wanted{{"hold_at", "100"}},
          Wanted{{"language", "fr"}, {"action.spam", "deliver"}}})
        CHECK_THROWS(own.choose(token, wanted, ""));
    CHECK_FALSE(own.choose(token + "x", {{"language", "fr"}}, ""));
    CHECK(settings_of(site, "bob@example.com").winners.empty());
    CHECK(own.choose(token, {{"language", "fr"}}, ""));
}

TEST_CASE("what was set for one of his addresses gives way to what its owner chooses", "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    const auto address = Owner::address("bob@example.com");
    set(site, address, "language", "de");
    set(site, address, "report.frequency", "none");
    set(site, address, "hold_at", "3");
    CHECK(has(bob.page(), ">Deutsch ("));
    CHECK(bob.save({{"language", ""}, {"report.frequency", "daily"}}).status == 303);
    const auto settings = settings_of(site, "bob@example.com");
    CHECK(settings.language == "de");
    CHECK(settings.report_frequency == ReportFrequency::Daily);
    CHECK(settings.hold_at == 3);
    CHECK(Sql{site.config.connection}.one(
              "select detail from lazaret.audit where subject = 'address:bob@example.com' "
              "and who = 'bob@example.com'") == "report.frequency unset: chosen in the account");
}

TEST_CASE("reports that were turned off are turned on again in the settings", "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    const store::UnsubscribeClaim claim{1, site.account()};
    const auto off = site.post("/u/" + store::seal_claim(site.keys, claim, site.now + 24h));
    CHECK(has(off.body, "href=\"/account/settings\""));
    CHECK(settings_of(site, "bob@example.com").report_frequency == ReportFrequency::None);
    CHECK(has(bob.page(), "<option value=\"none\" selected>never</option>"));
    CHECK(bob.save({{"report.frequency", "workdays"}}).status == 303);
    CHECK(settings_of(site, "bob@example.com").report_frequency == ReportFrequency::Workdays);
}

TEST_CASE("settings and addresses ask for a full session", "[portal]")
{
    PrivatePortal site;
    site.hold();
    Person bob{site, "bob@example.com"};
    const auto link = link_for(bob, "ann@example.com");
    for (const auto& cookie : {std::string{}, site.session()}) {
        CHECK(site.get("/account/settings", cookie).status == 403);
        CHECK(site.get(link, cookie).status == 403);
        CHECK(site.post_in(cookie, link, {}).status == 403);
        CHECK(site.post_in(cookie, "/account/settings", {{"language", "fr"}}).status == 403);
        CHECK(site.post_in(cookie, "/account/address/add", {{"address", "x@example.com"}}).status ==
              403);
        CHECK(site.post_in(cookie, "/account/address/remove", {{"address", "bob@example.com"}})
                  .status == 403);
    }
    CHECK(has(site.get("/account/settings", site.session()).body, "it needs your password"));
    CHECK(settings_of(site, "bob@example.com").language == "en");
    CHECK(mailed_links(site).empty());
    CHECK(bob.get(link).status == 200);
}

TEST_CASE("no page of another site changes settings or addresses", "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    const auto link = link_for(bob, "ann@example.com");
    for (const auto& path : {std::string{"/account/settings"}, std::string{"/account/address/add"},
                             std::string{"/account/address/remove"}, link}) {
        const auto answer =
            site.portal.answer({.method = Method::Post,
                                .path = path,
                                .form = {{"language", "fr"}, {"address", "ann@example.com"}},
                                .client = "192.0.2.1",
                                .cookies = bob.cookie,
                                .fetch_site = "cross-site"});
        CHECK(answer.status == 403);
    }
    CHECK(settings_of(site, "bob@example.com").language == "en");
    CHECK(mailed_links(site).empty());
    CHECK(count(bob.page(), "ann@example.com") == 0);
    // By looking neither.
    CHECK(bob.get("/account/address/add").status == 405);
    CHECK(bob.get("/account/address/remove").status == 405);
}

TEST_CASE("an address is added by a link that was mailed to it, once", "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    store::make_keeper(site.config, 1)
        ->hold(SampleMail{7}.mail, std::vector{sample_copy("ann@example.com")});
    const auto asked = bob.post("/account/address/add", {{"address", " Ann@Example.com "}});
    CHECK(asked.status == 200);
    CHECK(has(asked.body, "ann@example.com"));
    CHECK_FALSE(has(bob.get("/account").body, "number 7"));
    const auto link = mailed_links(site).at("ann@example.com");
    const auto offer = bob.get(link);
    CHECK(offer.status == 200);
    CHECK(has(offer.body, "1 message comes along."));
    CHECK(has(offer.body, "method=\"post\" action=\"" + link + '"'));
    CHECK_FALSE(has(bob.get("/account").body, "number 7"));
    const auto done = bob.post(link);
    CHECK(done.status == 303);
    CHECK(done.header("Location") == "/account/settings?done=added");
    CHECK(has(bob.get("/account").body, "number 7"));
    CHECK(has(bob.page(), "ann@example.com"));
    CHECK(bob.post(link).status == 403);
    CHECK(bob.get(link).status == 403);
}

TEST_CASE("such a link is worth nothing to anybody else, and nothing after half an hour",
          "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    Person ann{site, "ann@example.com"};
    const auto link = link_for(bob, "cy@example.com");
    CHECK(ann.get(link).status == 403);
    CHECK(ann.post(link).status == 403);
    CHECK_FALSE(has(ann.page(), "cy@example.com"));
    site.now += 29min;
    CHECK(bob.get(link).status == 200);
    site.now += 2min;
    CHECK(bob.get(link).status == 403);
    CHECK(bob.post(link).status == 403);
    CHECK_FALSE(has(bob.page(), "cy@example.com"));
}

TEST_CASE("who asks for an address is not told whether somebody has it", "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    Person ann{site, "ann@example.com"};
    Sql sql{site.config.connection};
    const auto answer = [&](const std::string& address) {
        const auto page = bob.post("/account/address/add", {{"address", address}});
        CHECK(page.status == 200);
        auto body = page.body;
        for (auto at = body.find(address); at != std::string::npos; at = body.find(address))
            body.replace(at, address.size(), "ADDRESS");
        return body;
    };
    CHECK(answer("ann@example.com") == answer("nobody@example.com"));
    CHECK(mailed_links(site).size() == 2);
    struct Row {
        std::string address;
        std::string says;
    };
    for (const auto& row : std::vector<Row>{{"ann@elsewhere.example", "not held here"},
                                            {"ann", "no mail address"},
                                            {"", "no mail address"},
                                            {"bob@example.com", "already"}}) {
        const auto page = bob.post("/account/address/add", {{"address", row.address}});
        CHECK(page.status == 422);
        CHECK(has(page.body, row.says));
        CHECK(has(page.body, "id=\"problem-address\""));
    }
    CHECK(mailed_links(site).empty());
}

TEST_CASE("links for addresses are mailed three times a day to one, ten times for one account",
          "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    int mails = 0;
    for (int time = 0; time < 6; ++time) {
        CHECK(bob.post("/account/address/add", {{"address", "ann@example.com"}}).status == 200);
        mails += static_cast<int>(mailed_links(site).size());
    }
    CHECK(mails == 3);
    int refused = 0;
    for (int time = 0; time < 8; ++time) {
        const auto address = "x" + std::to_string(time) + "@example.com";
        const auto status = bob.post("/account/address/add", {{"address", address}}).status;
        if (status == 429) ++refused;
    }
    CHECK(refused == 4);
    CHECK(mailed_links(site).size() == 4);
}

TEST_CASE("no mailbox gets more than ten mails a day that ask to add it", "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    std::size_t mails = 0;
    // As slowly as whoever asks too often must.
    for (int time = 0; time < 30; ++time) {
        CHECK(bob.post("/account/address/add", {{"address", "ann@example.com"}}).status == 200);
        mails += mailed_links(site).size();
        site.now += 16min;
    }
    CHECK(mails == 10);
}

TEST_CASE("an address is removed, and never the last", "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    Person ann{site, "ann@example.com"};
    CHECK_FALSE(has(bob.page(), "/account/address/remove"));
    CHECK(
        bob.post("/account/address/remove", {{"address", "bob@example.com"}}).header("Location") ==
        "/account/settings");
    CHECK(
        bob.post("/account/address/remove", {{"address", "ann@example.com"}}).header("Location") ==
        "/account/settings");
    CHECK(has(ann.page(), "ann@example.com"));
    const auto link = link_for(bob, "cy@example.com");
    CHECK(bob.post(link).status == 303);
    store::make_keeper(site.config, 1)
        ->hold(SampleMail{7}.mail, std::vector{sample_copy("cy@example.com")});
    CHECK(has(bob.get("/account").body, "number 7"));
    CHECK(has(bob.page(), "/account/address/remove"));
    CHECK(bob.post("/account/address/remove", {{"address", "cy@example.com"}}).header("Location") ==
          "/account/settings?done=removed");
    CHECK_FALSE(has(bob.get("/account").body, "number 7"));
    CHECK_FALSE(has(bob.page(), "cy@example.com"));
    CHECK(has(bob.page(), "bob@example.com"));
    CHECK(bob.post("/account/address/remove", {{"address", "cy@example.com"}}).status == 303);
    Person cy{site, "cy@example.com"};
    CHECK(has(cy.get("/account").body, "number 7"));
}

TEST_CASE("where the oldest address has lost its domain, the others lead to the account",
          "[portal]")
{
    PrivatePortal site;
    auto admin = site.database();
    store::Directory directory{admin};
    directory.add_domain("example.net", "main", {"test", "test"});
    Person bob{site, "bob@example.com"};
    CHECK(bob.post(link_for(bob, "bob@example.net")).status == 303);
    set(site, Owner::account(site.account()), "language", "de");
    const store::AccountClaim claim{1, site.account()};
    directory.remove_domain("example.com", {"test", "test"});

    const auto link = "/a/" + store::seal_claim(site.keys, claim, site.now + 1h);
    const auto opened = site.post(link);
    REQUIRE(opened.status == 303);
    const auto cookie = opened.header("Set-Cookie");
    const auto page = site.get("/account", cookie.substr(0, cookie.find(';')));
    CHECK(page.status == 200);
    CHECK(has(page, "lang=\"de\""));
    // A report that is ordered goes there, too.
    site.now += 2h;
    CHECK(site.post(link + "/fresh").status == 200);
    CHECK(Sql{site.config.connection}
              .rows("select mailbox from lazaret.notification where kind = 'report-now'")
              .at(0)
              .at(0) == "bob@example.net");
}

TEST_CASE("a form that was for another account changes nothing", "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    Person ann{site, "ann@example.com"};
    const auto of_bob = "1." + std::to_string(site.account());
    CHECK(has(bob.page(), "name=\"account\" value=\"" + of_bob + '"'));
    for (const auto* path :
         {"/account/settings", "/account/address/add", "/account/address/remove",
          "/account/delegates/add", "/account/delegates/remove", "/account/delegates/reports",
          "/account/delegates/delivered", "/account/password", "/account/factor",
          "/account/factor/remove", "/account/sessions/end-all"}) {
        CAPTURE(path);
        CHECK(ann.post(path, {{"account", of_bob}, {"language", "de"}}).status == 409);
    }
    for (const auto* path : {"/account/settings", "/account/delegates", "/account/password",
                             "/account/factor", "/account/sessions"}) {
        CAPTURE(path);
        CHECK(has(bob.get(path).body, "name=\"account\" value=\"" + of_bob + '"'));
    }
    CHECK(settings_of(site, "ann@example.com").language == "en");
    CHECK(bob.save({{"account", of_bob}, {"language", "de"}}).status == 303);
}

TEST_CASE("the page of settings stays light, and has every zone", "[portal]")
{
    PrivatePortal site;
    Person bob{site, "bob@example.com"};
    const auto page = bob.page();
    CHECK(page.size() < 50'000);
    CHECK(has(page, "<option>Europe/Zurich</option>"));
    CHECK(has(page, "<option>Asia/Kolkata</option>"));
    CHECK(has(page, "<option>America/Argentina/Buenos_Aires</option>"));
    CHECK(has(page, "<option value=\"nb\" lang=\"nb\">norsk bokmål</option>"));
    CHECK(has(page, "<option>UTC</option>"));
}
