#include <functional>

#include "quarantine-store/notebook.hpp"
#include "tests/portal/person.hpp"

// What belongs to somebody is neither seen nor changed by another, whichever numbers, names and
// places he writes into addresses and forms.
using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;

namespace {

/// Bob has one of everything, and Ann an account of her own.
struct Neighbours {
    PrivatePortal site{};
    Reference copy = site.hold();
    Person bob = bob_with_password(site);
    std::string entry{};
    std::string session{};
    std::string request{};

    Neighbours()
    {
        bob.post("/account/lists/add", {{"kind", "deny"},
                                        {"sender", "bobs-enemy.example"},
                                        {"comment", "a comment of Bob's"}});
        entry = std::to_string(site.entries().front().entry.id);
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
        passed.when = site.now;
        passed.tenant = 1;
        passed.mailbox = mailbox;
        passed.delivered = {digest_number(77), "a lover", "Bob's secret"};
        const auto notebook = store::make_notebook(as_role(site.config, "lazaret_milter"), true);
        notebook->note(passed);
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

    /// All that is Bob's, as one text.
    std::string bobs()
    {
        const auto account = std::to_string(site.account());
        std::string all;
        for (const auto& query : std::vector<std::string>{
                 "held_copy t where account_id = " + account,
                 "address t where account_id = " + account,
                 "password t where account_id = " + account, "vote t where account_id = " + account,
                 "password_link t where account_id = " + account,
                 "(select session_id, token_hash, account_id, expires from lazaret.session) t "
                 "where "
                 "account_id = " +
                     account,
                 "list_entry t where owner in ('account:" + account + "', 'address:" + mailbox +
                     "')",
                 "setting t where owner = 'account:" + account + "'",
                 "delegate t where account_id = " + account, "administrator t where true",
                 "request t where account_id = " + account,
                 "(select address from lazaret.session where host_account = " + account +
                     ") t "
                     "where true"})
            all += Sql{site.config.connection}.one(
                       "select coalesce(string_agg(t::text, ' ' order by t::text), '') from " +
                       (query.starts_with('(') ? "" : std::string{"lazaret."}) + query) +
                   '\n';
        return all;
    }
};

struct Try {
    std::string path;
    Person::Form form;
};

}  // namespace

TEST_CASE("nobody sees or changes what is another's, by any address or form", "[portal]")
{
    Neighbours both;
    const auto reference = both.copy.text();
    const std::vector<std::string> pages = {
        "/account",
        "/account?address=" + mailbox,
        "/account?state=all&text=secret",
        "/account?state=refused&address=" + mailbox,
        "/account?after=" + reference + ".1",
        "/account/confirm?deed=allow&c1=" + reference,
        "/account/confirm?deed=delete&all=1&address=" + mailbox,
        "/account/lists",
        "/account/lists.csv",
        "/account/delivered",
        "/account/delivered?before=9999999999999999-" + digest_number(78).hex(),
        "/account/statistics",
        "/account/statistics/months",
        "/account/settings",
        "/account/sessions",
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
        "/account/tenant/settings?account=tenant.1",
        "/account/help",
        "/m/" + reference,
        "/m/" + reference + "/preview",
        "/a/" + std::to_string(both.site.account()),
    };
    const std::vector<Try> deeds = {
        {"/account/act", {{"deed", "delete"}, {"c1", reference}}},
        {"/account/act", {{"deed", "release"}, {"c1", reference}}},
        {"/account/act", {{"deed", "block"}, {"c1", reference}}},
        {"/account/act", {{"deed", "delete"}, {"all", "1"}, {"address", mailbox}}},
        {"/account/tenant/act", {{"account", "tenant.1"}, {"deed", "delete"}, {"c1", reference}}},
        {"/account/tenant/act", {{"account", "tenant.1"}, {"deed", "release"}, {"all", "1"}}},
        {"/account/tenant/settings",
         {{"account", "tenant.1"}, {"owner", "tenant:1"}, {"hold_at", "99"}}},
        {"/account/tenant/lists/remove", {{"account", "tenant.1"}, {"entry", both.entry}}},
        {"/account/lists/remove", {{"entry", both.entry}}},
        {"/account/lists/disable", {{"entry", both.entry}}},
        {"/account/lists/enable", {{"entry", both.entry}}},
        {"/account/lists/add",
         {{"kind", "allow"}, {"sender", "a.example"}, {"owner", "address:" + mailbox}}},
        {"/account/lists/add",
         {{"kind", "allow"},
          {"sender", "a.example"},
          {"owner", "account:" + std::to_string(both.site.account())}}},
        {"/account/lists/import", {{"table", "sender,address\na.example," + mailbox}}},
        {"/account/delivered/vote", {{"message", digest_number(77).hex()}, {"says", "spam"}}},
        {"/account/sessions/end", {{"session", both.session}}},
        {"/account/settings", {{"language", "pl"}, {"account", "1"}, {"address", mailbox}}},
        {"/account/address/remove", {{"address", mailbox}}},
        {"/account/visit", {{"address", mailbox}, {"reason", "I am curious"}}},
        {"/account/delegates/remove", {{"address", "dora@example.com"}}},
        {"/account/delegates/reports", {{"address", "dora@example.com"}}},
        {"/account/others/agree", {{"address", mailbox}}},
        {"/account/others/leave", {{"address", mailbox}}},
        {"/account/requests", {{"request", both.request}, {"answer", "accepted"}}},
        {"/account/factor/remove", {{"password", good}, {"code", "123456"}}},
        {"/m/" + reference + "/release", {}},
        {"/m/" + reference + "/delete", {}},
        {"/u/" + std::to_string(both.site.account()), {}},
        // These end what he is in by.
        {"/account/sessions/end-all", {}},
        {"/account/password", {{"old", good}, {"password", "four red umbrellas"}}},
    };
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
    const auto before = both.bobs();
    for (const auto& row : rows) {
        auto other = row.comes();
        for (const auto& page : pages) {
            const auto mark = std::min(page.find('?'), page.size());
            const auto answer = both.site.get(page, other.cookie);
            INFO(row.who << " at " << page << '\n' << answer.body);
            CHECK(answer.status < 500);
            for (const auto* secret : {"Bob's secret", "Bob&#39;s secret", "a lover",
                                       "bobs-enemy.example", "comment of Bob", "98,765", "98765"})
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
}
