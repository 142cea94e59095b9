#include <functional>
#include <set>

#include "portal/route.hpp"
#include "quarantine-store/notebook.hpp"
#include "tests/portal/newsletter_site.hpp"

// What belongs to somebody is neither seen nor changed by another, whichever numbers, names and
// places he writes into addresses and forms.
using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

/// Bob has one of everything, and Ann an account of her own.
struct Neighbours {
    PrivatePortal site{PrivatePortal::Options{.vote_key = "the key of the site"}};
    Reference copy = site.hold();
    Person bob = bob_with_password(site);
    std::string entry{};
    std::string session{};
    std::string request{};
    std::string newsletter{};
    std::string accepted{};

    Neighbours()
    {
        const auto first = hold_newsletter(site, 801);
        bob.post(newsletters_page + "/accept", {{"copy", first.text()}});
        REQUIRE(becomes_released(site, first));
        site.mta.sent.clear();
        accepted = std::to_string(site.entries().front().entry.id);
        newsletter =
            hold_newsletter(site, 802, "example.org", Class::Newsletter, "https://127.0.0.1:9/u")
                .text();
        bob.post("/account/lists/add", {{"kind", "deny"},
                                        {"sender", "bobs-enemy.example"},
                                        {"comment", "a comment of Bob's"}});
        entry = Sql{site.config.connection}.one(
            "select entry_id from lazaret.list_entry where kind = 'deny'");
        bob.post("/account/delegates/add", {{"address", "dora@example.com"}});
        site.post("/m/" + site.claim(copy) + "/adjust");
        Sql sql{site.config.connection};
        request = sql.one("select request_id from lazaret.request");
        session = sql.one("select max(session_id) from lazaret.session where kind = 'full'");
        sql.run(
            "update lazaret.held_copy set subject_line = 'Bob''s secret', from_line = 'a lover'");
        sql.run("update lazaret.held_mail set subject = 'Bob''s secret', from_text = 'a lover'");
        sql.run(
            "insert into lazaret.counter (tenant_id, mailbox, day, class, action, messages) "
            "values (1, 'bob@example.com', current_date, 'clean', 'deliver', 98765)");
        store::Passage passed;
        passed.when = site.now - 1h;
        passed.tenant = 1;
        passed.mailbox = mailbox;
        passed.delivered = {digest_number(77), "a lover <lover@example.net>", "Bob's secret"};
        const auto milter = as_role(site.config, "lazaret_milter");
        store::make_notebook(milter, true)->note(passed);
        REQUIRE(store::make_keeper(milter, 1)->count(
                    {.address = mailbox, .is_spam = true, .digest = digest_number(77)}, site.now) ==
                store::TextForwarded::Proposed);
        SampleMail letter{900};
        store::make_keeper(site.config, 1)
            ->hold(letter.mail, std::vector{sample_copy("ann@example.com")});
    }

    AccountId ann()
    {
        auto admin = site.database();
        return store::Directory{admin}.account_of(parse_address("ann@example.com").value()).value();
    }
    Person ann_by_her_report()
    {
        Person ann_herself{site, "192.0.2.9"};
        ann_herself.post(
            "/a/" + store::seal_claim(site.keys, store::AccountClaim{1, ann()}, site.now + 24h));
        return ann_herself;
    }
    Person ann_with_password()
    {
        Person ann_herself{site, "192.0.2.9"};
        ann_herself.post("/account/link", {{"address", "ann@example.com"}});
        ann_herself.post(mailed_links(site).at("ann@example.com"), {{"password", good}});
        return ann_herself;
    }

    /// All that is Bob's, as one text, and what is everybody's.
    std::string bobs()
    {
        const auto account = std::to_string(site.account());
        // A link goes to whose mailbox it is, whoever asked for it.
        return everything(
            site.config,
            "(r->>'account_id' = '" + account + "' or r->>'host_account' = '" + account +
                "' or r->>'mailbox' = '" + mailbox + "' or r->>'owner' in ('account:" + account +
                "', 'address:" + mailbox +
                "', 'domain:example.com', 'tenant:1', 'site') or name = 'administrator') "
                "and not (name = 'notification' and r->>'kind' in ('password', 'address'))");
    }
};

struct Try {
    std::string path;
    Person::Form form{};
};

// No link that was ever mailed.
const std::string token(43, 'A');

// Where Bob's could be seen.
std::vector<std::string> pages_of(Neighbours& both)
{
    const auto reference = both.copy.text();
    return {
        "/account",
        "/account?address=" + mailbox,
        "/account?state=all&text=secret",
        "/account?state=refused&address=" + mailbox,
        "/account?after=" + reference + ".1",
        "/account/confirm?deed=allow&c1=" + reference,
        "/account/confirm?deed=delete&all=1&address=" + mailbox,
        "/account/newsletters",
        "/account/newsletters/unsubscribe?copy=" + both.newsletter,
        "/account/lists",
        "/account/lists.csv",
        "/account/delivered",
        "/account/delivered?before=9999999999999999-" + digest_number(78).hex(),
        "/account/statistics",
        "/account/statistics/weeks",
        "/account/statistics/months",
        "/account/settings",
        "/account/sessions",
        "/account/password",
        "/account/factor",
        "/account/delegates",
        "/account/others",
        "/account/requests",
        "/account/trace?address=" + mailbox,
        "/account/tenant",
        "/account/tenant?account=tenant.1&recipient=" + mailbox,
        "/account/tenant/confirm?account=tenant.1&deed=delete&c1=" + reference,
        "/account/tenant/lists?account=tenant.1",
        "/account/tenant/statistics?account=tenant.1",
        "/account/tenant/statistics/weeks?account=tenant.1",
        "/account/tenant/statistics/months?account=tenant.1",
        "/account/tenant/settings?account=tenant.1",
        "/account/help",
        "/account/sign-in?address=" + mailbox,
        "/account/openid/back?code=1&state=" + token,
        "/account/address/" + token,
        "/p/" + token,
        "/m/" + reference,
        "/m/" + reference + "/preview",
        "/a/" + std::to_string(both.site.account()),
        "/u/" + std::to_string(both.site.account()),
    };
}

// How Bob's could be changed.
std::vector<Try> deeds_of(Neighbours& both)
{
    const auto reference = both.copy.text();
    const auto newsletter = both.newsletter;
    std::vector<Try> deeds = {
        {"/account/act", {{"deed", "delete"}, {"c1", reference}}},
        {"/account/act", {{"deed", "release"}, {"c1", reference}}},
        {"/account/act", {{"deed", "block"}, {"c1", reference}}},
        {"/account/act", {{"deed", "delete"}, {"all", "1"}, {"address", mailbox}}},
        {"/account/tenant/act", {{"account", "tenant.1"}, {"deed", "delete"}, {"c1", reference}}},
        {"/account/tenant/act", {{"account", "tenant.1"}, {"deed", "release"}, {"all", "1"}}},
        {"/account/report", {{"address", mailbox}}},
        {"/account/newsletters/stop", {{"entry", both.accepted}}},
        {"/account/newsletters/accept", {{"copy", newsletter}}},
        {"/account/newsletters/unsubscribe", {{"copy", newsletter}}},
        {"/account/newsletters/block", {{"copy", newsletter}}},
        {"/account/tenant/settings",
         {{"account", "tenant.1"}, {"owner", "tenant:1"}, {"hold_at", "99"}}},
        {"/account/tenant/lists/add",
         {{"account", "tenant.1"}, {"kind", "allow"}, {"sender", "a.example"}}},
        {"/account/lists/add",
         {{"kind", "allow"}, {"sender", "a.example"}, {"owner", "address:" + mailbox}}},
        {"/account/lists/add",
         {{"kind", "allow"},
          {"sender", "a.example"},
          {"owner", "account:" + std::to_string(both.site.account())}}},
        {"/account/lists/import", {{"table", "sender,address\na.example," + mailbox}}},
        {"/account/delivered/vote", {{"message", digest_number(77).hex()}, {"says", "spam"}}},
        {"/account/delivered/proposal",
         {{"message", digest_number(77).hex()}, {"answer", "block"}}},
        {"/account/sessions/end", {{"session", both.session}}},
        {"/account/settings", {{"language", "pl"}, {"account", "1"}, {"address", mailbox}}},
        {"/account/settings", {{"language", "pl"}, {"address", mailbox}}},
        {"/account/address/add", {{"address", mailbox}}},
        {"/account/address/remove", {{"address", mailbox}}},
        {"/account/address/" + token},
        {"/account/visit", {{"address", mailbox}, {"reason", "I am curious"}}},
        {"/account/visit/end", {{"address", mailbox}}},
        {"/account/delegates/add", {{"address", "eve@example.com"}, {"owner", mailbox}}},
        {"/account/delegates/remove", {{"address", "dora@example.com"}}},
        {"/account/delegates/reports", {{"address", "dora@example.com"}}},
        {"/account/delegates/delivered", {{"address", "dora@example.com"}}},
        {"/account/others/agree", {{"address", mailbox}}},
        {"/account/others/leave", {{"address", mailbox}}},
        {"/account/requests", {{"request", both.request}, {"answer", "accepted"}}},
        {"/account/factor", {{"address", mailbox}, {"password", good}, {"code", "123456"}}},
        {"/account/factor/remove", {{"password", good}, {"code", "123456"}}},
        {"/account/link", {{"address", mailbox}}},
        {"/account/openid", {{"address", mailbox}}},
        {"/account/code", {{"address", mailbox}, {"code", "123456"}}},
        {"/account/code/new", {{"address", mailbox}, {"code", "123456"}}},
        {"/account/sign-in", {{"address", mailbox}, {"password", "four red umbrellas"}}},
        {"/p/" + token, {{"address", mailbox}, {"password", "four red umbrellas"}}},
        {"/vote/spam", {{"address", mailbox}}},
        {"/vote/ham", {{"address", mailbox}}},
        {"/a/" + std::to_string(both.site.account())},
        {"/a/" + std::to_string(both.site.account()) + "/fresh"},
        {"/u/" + std::to_string(both.site.account())},
    };
    for (std::size_t at = 0; at < portal::press_count; ++at)
        deeds.push_back({"/m/" + reference + '/' +
                         std::string{portal::info(static_cast<portal::Press>(at)).path}});
    for (const std::string change : {"remove", "disable", "enable"}) {
        deeds.push_back({"/account/lists/" + change, {{"entry", both.entry}}});
        deeds.push_back(
            {"/account/tenant/lists/" + change, {{"account", "tenant.1"}, {"entry", both.entry}}});
    }
    // These end what he is in by.
    deeds.push_back({"/account/sessions/end-all"});
    deeds.push_back({"/account/password", {{"old", good}, {"password", "four red umbrellas"}}});
    deeds.push_back({"/account/leave"});
    return deeds;
}

std::string without_query(const std::string& page) { return page.substr(0, page.find('?')); }

}  // namespace

TEST_CASE("nobody sees or changes what is another's, by any address or form", "[portal]")
{
    Neighbours both;
    const auto pages = pages_of(both);
    const auto deeds = deeds_of(both);
    struct Row {
        const char* who;
        std::function<Person()> comes;
    };
    const std::vector<Row> rows = {
        {"a stranger",
         [&] {
             return Person{both.site, "192.0.2.8"};
         }},
        {"Ann by her report", [&] { return both.ann_by_her_report(); }},
        {"Ann with her password", [&] { return both.ann_with_password(); }},
    };
    for (const auto& row : rows) {
        auto other = row.comes();
        const auto before = both.bobs();
        for (const auto& page : pages) {
            const auto mark = std::min(page.find('?'), page.size());
            const auto answer = both.site.get(page, other.cookie);
            INFO(row.who << " at " << page << '\n' << answer.body);
            CHECK(answer.status < 500);
            for (const auto* secret :
                 {"Bob's secret", "Bob&#39;s secret", "a lover", "bobs-enemy.example",
                  "comment of Bob", "98,765", "98765", "news.example.org", "127.0.0.1"})
                CHECK(answer.body.find(secret) == std::string::npos);
            // Only what he wrote himself comes back.
            if (mark == page.size()) CHECK(answer.body.find(mailbox) == std::string::npos);
        }
        for (const auto& [path, form] : deeds) {
            INFO(row.who << " at " << path);
            CHECK(other.post(path, form).status < 500);
            CHECK(both.bobs() == before);
        }
    }
    CHECK(both.site.mta.sent.empty());
    CHECK(both.bob.is_in());
    // Bob himself is obeyed.
    for (const auto& [path, form] : deeds) {
        if (!path.starts_with(newsletters_page)) continue;
        INFO(path);
        const auto so_far = both.bobs();
        CHECK(both.bob.post(path, form).status == 303);
        CHECK(both.bobs() != so_far);
    }
}

TEST_CASE("every page is tried on what is another's", "[portal]")
{
    Neighbours both;
    std::set<std::string> looked;
    std::set<std::string> done;
    std::set<portal::Route::Place> places;
    for (const auto& page : pages_of(both)) looked.insert(without_query(page));
    for (const auto& one : deeds_of(both)) done.insert(one.path);
    for (const auto& paths : {looked, done})
        for (const auto& path : paths) places.insert(portal::route_of(path).place);
    for (const auto& path : portal::plain_paths()) {
        INFO(path);
        const auto route = portal::route_of(path);
        CHECK((!takes_get(route) || looked.contains(path)));
        CHECK((!takes_post(route) || done.contains(path)));
    }
    // Those that begin with a link's secret, too. Style and logos are nobody's.
    for (std::size_t at = 0; at < portal::place_count; ++at) {
        const auto place = static_cast<portal::Route::Place>(at);
        INFO(portal::info(place).name);
        using Place = portal::Route::Place;
        if (place != Place::Nowhere && place != Place::Logo && place != Place::StyleSheet)
            CHECK(places.contains(place));
    }
}
