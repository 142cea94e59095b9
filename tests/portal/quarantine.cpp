#include <algorithm>
#include <functional>
#include <regex>

#include "portal/account/outcome.hpp"
#include "quarantine-store/notifications.hpp"
#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using Form = std::map<std::string, std::string>;

namespace {

// As a browser reads an attribute.
std::string unescaped(std::string text)
{
    for (auto at = text.find("&amp;"); at != std::string::npos; at = text.find("&amp;"))
        text.replace(at, 5, "&");
    return text;
}

// The address behind the link of this kind; empty: there is none.
std::string linked(const portal::Response& page, const std::string& rel)
{
    const auto start = page.body.find("rel=\"" + rel + "\" href=\"");
    if (start == std::string::npos) return {};
    const auto from = start + rel.size() + 13;
    return unescaped(page.body.substr(from, page.body.find('"', from) - from));
}

std::size_t boxes(const portal::Response& page)
{
    std::size_t count = 0;
    for (auto at = page.body.find("name=\"c"); at != std::string::npos;
         at = page.body.find("name=\"c", at + 1))
        if (page.body[at + 7] >= '1' && page.body[at + 7] <= '9') ++count;
    return count;
}

// What the form of a page would send.
Form hidden(const portal::Response& page)
{
    Form form;
    const std::regex field{"<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">"};
    for (std::sregex_iterator one{page.body.begin(), page.body.end(), field}, end; one != end;
         ++one)
        form.emplace((*one)[1], unescaped((*one)[2]));
    return form;
}

struct Site : PrivatePortal {
    // So many, one a minute, the first the newest.
    std::vector<Reference> hold_many(int count, Class verdict = Class::Spam)
    {
        const auto keeper = store::make_keeper(config, 1);
        std::vector<Reference> all;
        for (int at = 0; at < count; ++at) {
            SampleMail sample{++held_ + 1'000};
            sample.mail.received = now - std::chrono::minutes{held_};
            auto copy = sample_copy("bob@example.com");
            copy.verdict = verdict;
            all.push_back(keeper->hold(sample.mail, std::vector{copy}).at(0));
        }
        return all;
    }
    store::CopyState state(const Reference& reference) { return copy(reference).summary.state; }
    // Messages are handed over behind the page.
    bool is_released(const Reference& reference)
    {
        for (int tries = 0; tries < 500; ++tries) {
            if (state(reference) == store::CopyState::Released) return true;
            std::this_thread::sleep_for(20ms);
        }
        return false;
    }

private:
    int held_ = 0;
};

}  // namespace

TEST_CASE("the quarantine is turned over in pages that stay where they are", "[portal]")
{
    Site site;
    site.hold_many(120);
    const auto cookie = site.session();
    const auto first = site.get("/account", cookie);
    CHECK(has(first, "120 messages"));
    CHECK(boxes(first) == 50);
    CHECK(first.body.size() < 50'000);
    CHECK(linked(first, "prev").empty());
    const auto second = site.get(linked(first, "next"), cookie);
    CHECK(boxes(second) == 50);
    CHECK(has(second, "number 1051 "));
    CHECK_FALSE(has(second, "number 1050 "));
    const auto third = site.get(linked(second, "next"), cookie);
    CHECK(boxes(third) == 20);
    CHECK(linked(third, "next").empty());
    // What came meanwhile moves nothing.
    site.hold();
    const auto still = site.get(linked(first, "next"), cookie);
    CHECK(has(still, "number 1051 "));
    CHECK_FALSE(has(still, "number 1050 "));
    CHECK(linked(still, "next") == linked(second, "next"));
    const auto back = site.get(linked(third, "prev"), cookie);
    CHECK(has(back, "number 1051 "));
    CHECK(boxes(back) == 50);
    // Back at the beginning is the beginning, whole and with what is new.
    const auto begin = site.get(linked(back, "prev"), cookie);
    CHECK(boxes(begin) == 50);
    CHECK(linked(begin, "prev") != "");
    const auto top = site.get(linked(begin, "prev"), cookie);
    CHECK(has(top, "number 1 "));
    CHECK(linked(top, "prev").empty());
    // A place of another's making is none.
    CHECK(has(site.get("/account?after=0123456789ab.1%27%20or%201", cookie), "number 1 "));
    CHECK(site.get(linked(first, "next")).status == 403);
}

TEST_CASE("the quarantine shows what its filter asks for", "[portal]")
{
    Site site;
    const auto spam = site.hold_many(3);
    const auto letters = site.hold_many(2, Class::Newsletter);
    const auto cookie = site.session();
    struct Row {
        const char* says;
        std::string query;
        std::size_t rows;
    };
    const Row rows[] = {
        {"all that is held", "", 5},
        {"a class", "?class=newsletter", 2},
        {"a word of the subject", "?text=NUMBER+1002", 1},
        {"a word of the sender", "?text=velace", 5},
        {"a word that nobody wrote", "?text=xyzzy", 0},
        {"today, or just before midnight", "?period=week", 5},
        {"what is not held", "?state=released", 0},
        {"everything, by score", "?state=all&sort=score", 5},
        {"an address that is not his shows his own", "?address=ann@example.com", 5},
        {"nonsense counts as not there", "?class=x&period=y&state=z&sort=q&after=w", 5},
        {"mark-up", "?text=%22%3E%3Cscript%3E", 0},
    };
    for (const auto& row : rows) {
        INFO(row.says);
        const auto page = site.get("/account" + row.query, cookie);
        CHECK(page.status == 200);
        CHECK(boxes(page) == row.rows);
        CHECK_FALSE(has(page, "<script"));
        if (row.rows == 0) CHECK(has(page, "Nothing matches."));
    }
    CHECK(has(site.get("/account?text=a+b&class=spam", cookie), "value=\"a b\""));
    CHECK(has(site.get("/account?class=spam", cookie), "<option value=\"spam\" selected>"));
    // What is over is greyed, with when and by whom.
    site.post_in(cookie, "/account/act", {{"deed", "delete"}, {"c1", spam[0].text()}});
    const auto gone = site.get("/account?state=deleted", cookie);
    CHECK(boxes(gone) == 1);
    CHECK(has(gone, "<li class=\"past\">"));
    CHECK(has(gone, "Deleted at "));
    CHECK(has(gone, "By bob@example.com."));
}

TEST_CASE("the quarantine is in the order that is asked for, over all its pages", "[portal]")
{
    Site site;
    site.hold_many(101);
    // Neither order is that of the dates.
    Sql{site.config.connection}.run(
        "update lazaret.held_copy set score = 5 + (substr(subject_line, 8, 4)::int * 37 % 101), "
        "from_line = 'sender ' || chr(97 + substr(subject_line, 8, 4)::int * 53 % 26)");
    const auto cookie = site.session();
    const std::regex shown{"number (1\\d\\d\\d) "};
    const auto read = [&](const std::string& sort) {
        std::vector<int> numbers;
        for (auto path = "/account?sort=" + sort; !path.empty();) {
            const auto page = site.get(path, cookie);
            for (std::sregex_iterator one{page.body.begin(), page.body.end(), shown}, end;
                 one != end; ++one)
                if (numbers.empty() || numbers.back() != std::stoi((*one)[1]))
                    numbers.push_back(std::stoi((*one)[1]));
            path = linked(page, "next");
            if (numbers.size() > 200) break;
        }
        return numbers;
    };
    const auto by_score = read("score");
    CHECK(by_score.size() == 101);
    CHECK(std::ranges::is_sorted(by_score, std::greater{},
                                 [](int number) { return number * 37 % 101; }));
    const auto by_sender = read("sender");
    CHECK(by_sender.size() == 101);
    CHECK(std::ranges::is_sorted(by_sender, std::less{},
                                 [](int number) { return number * 53 % 26; }));
}

TEST_CASE("who has dealt with all of the last page finds what is left", "[portal]")
{
    Site site;
    const auto held = site.hold_many(60);
    const auto cookie = site.session();
    const auto last = linked(site.get("/account", cookie), "next");
    CHECK(boxes(site.get(last, cookie)) == 10);
    Form all{{"deed", "delete"}};
    for (int at = 50; at < 60; ++at)
        all.emplace("c" + std::to_string(at - 49), held[static_cast<std::size_t>(at)].text());
    site.post_in(cookie, "/account/act", all);
    CHECK(boxes(site.get(last, cookie)) == 50);
}

TEST_CASE("what a page of the account leads to ends with the session", "[portal]")
{
    Site site{};
    site.hold();
    const auto cookie = site.session();
    const std::regex link{"/m/[A-Za-z0-9_.-]+"};
    const auto page = site.get("/account", cookie).body;
    std::smatch found;
    REQUIRE(std::regex_search(page, found, link));
    const auto copy = found.str();
    CHECK(site.post_in(cookie, copy + "/block", {}).status == 303);
    site.now += 13h;
    CHECK(site.post_in(cookie, copy + "/delete", {}).status == 410);
}

TEST_CASE("of what was discarded nobody was told, and the page says so", "[portal]")
{
    Site site;
    site.hold();
    Sql{site.config.connection}.run(
        "insert into lazaret.refusal (at, tenant_id, reference, mailbox, queue_id, sender, "
        "client_ip, class, action, score, hits, explanation) values (now(), 1, '" +
        Reference::random().text() +
        "', 'bob@example.com', '', 'eve@example.net', '', 'spam', 'discard', 20, '[]', '{}')");
    CHECK(has(site.get("/account?state=refused", site.session()), "its sender was not told"));
}

TEST_CASE("what was refused has a view of its own, with the reason", "[portal]")
{
    Site site;
    site.hold();
    Sql{site.config.connection}.run(
        "insert into lazaret.refusal (at, tenant_id, reference, mailbox, queue_id, sender, "
        "client_ip, class, action, score, hits, explanation) values (now(), 1, '" +
        Reference::random().text() +
        "', 'bob@example.com', '', 'eve@example.net', '192.0.2.66', 'virus', 'refuse', 20, "
        "'[{\"name\": \"VIRUS\", \"points\": 20, \"why\": \"found the worm\"}]', '{}')");
    const auto page = site.get("/account?state=refused", site.session());
    CHECK(has(page, "eve@example.net"));
    CHECK(has(page, "It carries a virus"));
    CHECK(has(page, "found the worm"));
    CHECK_FALSE(has(page, "192.0.2.66"));
    CHECK(boxes(page) == 0);
    CHECK(boxes(site.get("/account", site.session())) == 1);
}

TEST_CASE("many are acted on once, after a page that says what will happen", "[portal]")
{
    Site site;
    const auto spam = site.hold_many(4);
    const auto dangerous = site.hold_many(1, Class::Dangerous);
    const auto cookie = site.session();
    const auto query = "/account/confirm?sort=score&deed=release&c1=" + spam[0].text() +
                       "&c2=" + spam[1].text() + "&c3=" + dangerous[0].text();
    const auto confirm = site.get(query, cookie);
    CHECK(has(confirm, "2 messages will be sent to your mailbox."));
    CHECK(has(confirm, "1 message stays as it is"));
    CHECK(has(confirm, "href=\"/account?sort=score\""));
    CHECK(site.state(spam[0]) == store::CopyState::Held);
    CHECK(site.get("/account/act", cookie).status == 405);

    const auto form = hidden(confirm);
    const auto done = site.post_in(cookie, "/account/act", form);
    CHECK(done.status == 303);
    CHECK(done.header("Location").starts_with("/account?sort=score&done="));
    CHECK(has(site.get(done.header("Location"), cookie), "2 messages are being sent to you."));
    CHECK(site.is_released(spam[0]));
    CHECK(site.is_released(spam[1]));
    CHECK(site.state(dangerous[0]) == store::CopyState::Held);
    const auto again = site.post_in(cookie, "/account/act", form);
    CHECK(has(site.get(again.header("Location"), cookie), "There was nothing left to do."));
    CHECK(site.mta.sent.size() == 2);

    CHECK(has(site.get("/account/confirm?deed=release", cookie), "Go back and tick"));
    CHECK(has(site.get("/account/confirm?deed=export&all=1", cookie), "Nothing is selected"));
    CHECK(site.post_in("", "/account/act", form).status == 403);
}

TEST_CASE("all that match are those that were told, and no later ones", "[portal]")
{
    Site site;
    const auto before = site.hold_many(60);
    const auto letter = site.hold_many(1, Class::Newsletter);
    const auto cookie = site.session();
    const auto confirm = site.get("/account/confirm?class=spam&deed=delete&all=1", cookie);
    CHECK(has(confirm, "60 messages will be deleted."));
    site.now += 1min;
    const SampleMail sample{5'000};
    auto late = sample.mail;
    late.received = site.now;
    const auto after = site.hold(late);
    const auto form = hidden(confirm);
    const auto done = site.post_in(cookie, "/account/act", form);
    CHECK(has(site.get(done.header("Location"), cookie), "60 messages were deleted."));
    CHECK(site.state(before.back()) == store::CopyState::Deleted);
    CHECK(site.state(after) == store::CopyState::Held);
    CHECK(site.state(letter[0]) == store::CopyState::Held);
    site.post_in(cookie, "/account/act", form);
    CHECK(site.state(after) == store::CopyState::Held);
}

TEST_CASE("senders of many are listed once each", "[portal]")
{
    Site site;
    const auto spam = site.hold_many(3);
    const auto letters = site.hold_many(2, Class::Newsletter);
    const auto cookie = site.session();
    const auto asked = site.get("/account/confirm?deed=allow&c1=" + spam[0].text(), cookie);
    CHECK(has(asked, "<li><bdi>ada@example.org</bdi></li>"));
    const SampleMail unproven{5'000};
    const auto narrow = site.hold(unproven.mail, Explanation::Proved{});
    CHECK(has(site.get("/account/confirm?deed=allow&c1=" + narrow.text(), cookie),
              "ada@example.org: proves nothing, so only from 192.0.2."));
    CHECK_FALSE(has(site.get("/account/confirm?deed=delete&c1=" + spam[0].text(), cookie),
                    "ada@example.org"));
    const auto block = site.post_in(cookie, "/account/act",
                                    {{"deed", "block"},
                                     {"c1", spam[0].text()},
                                     {"c2", spam[1].text()},
                                     {"c3", spam[2].text()}});
    CHECK(has(site.get(block.header("Location"), cookie), "1 entry stands on the lists."));
    CHECK(site.entries().size() == 1);
    CHECK(site.state(spam[0]) == store::CopyState::Held);
    // Of the two classes only newsletters are accepted, and sent.
    site.post_in(cookie, "/account/act",
                 {{"deed", "newsletter"}, {"c1", spam[0].text()}, {"c2", letters[0].text()}});
    CHECK(site.entries().size() == 2);
    CHECK(site.is_released(letters[0]));
    CHECK(site.state(spam[0]) == store::CopyState::Held);
}

TEST_CASE("whose lists are full is told so, and nothing of many is sent", "[portal]")
{
    Site site;
    const auto spam = site.hold_many(2);
    const auto letter = site.hold_many(1, Class::Newsletter);
    site.fill_lists("warn");
    const auto cookie = site.session();
    const auto said = [&](const std::string& deed, const Reference& copy) {
        const auto done =
            site.post_in(cookie, "/account/act", {{"deed", deed}, {"c1", copy.text()}});
        return site.get(done.header("Location"), cookie);
    };
    for (const auto& page :
         {said("block", spam[0]), said("allow", spam[1]), said("newsletter", letter[0])}) {
        CHECK(has(page, "Nothing was changed. Your lists are full."));
        CHECK_FALSE(has(page, "There was nothing left to do."));
    }
    CHECK(site.entries().size() == 2000);
    for (const auto& copy : {spam[0], spam[1], letter[0]})
        CHECK(site.state(copy) == store::CopyState::Held);
}

TEST_CASE("another's copies are not acted on by whoever names them", "[portal]")
{
    Site site;
    site.hold();
    const SampleMail sample{77};
    const auto of_ann = store::make_keeper(site.config, 1)
                            ->hold(sample.mail, std::vector{sample_copy("ann@example.com")})
                            .at(0);
    const auto cookie = site.session();
    for (const std::string deed : {"release", "delete", "allow", "block", "newsletter"}) {
        CHECK(has(site.get("/account/confirm?deed=" + deed + "&c1=" + of_ann.text(), cookie),
                  "Go back and tick"));
        site.post_in(cookie, "/account/act", {{"deed", deed}, {"c1", of_ann.text()}});
    }
    CHECK(site.state(of_ann) == store::CopyState::Held);
    CHECK(site.entries().empty());
}

TEST_CASE("no link can tell of what did not happen", "[portal]")
{
    Site site;
    site.hold();
    const portal::Visit bob{1, site.account(), {"bob@example.com"}};
    const auto sealed = portal::seal_outcome(site.keys, bob, {1, 2, 3, 4});
    CHECK(portal::open_outcome(site.keys, bob, sealed) == portal::Outcome{1, 2, 3, 4});
    auto other = bob;
    ++other.account;
    CHECK_FALSE(portal::open_outcome(site.keys, other, sealed));
    for (const auto& text : {std::string{}, std::string{"."}, "9" + sealed, sealed + "x",
                             std::string{"1.2.3"}, std::string(300, '.')})
        CHECK_FALSE(portal::open_outcome(site.keys, bob, text));
    CHECK_FALSE(has(site.get("/account?done=0.500.0.x", site.session()), "role=\"status\""));
}

TEST_CASE("the account orders a report by a button", "[portal]")
{
    Site site;
    site.hold();
    const auto cookie = site.session();
    CHECK(site.get("/account/report", cookie).status == 405);
    CHECK(site.post_in("", "/account/report", {}).status == 403);
    CHECK(site.post_in(cookie, "/account/report", {}).status == 200);
    auto admin = site.database();
    const auto wanted = store::Notifications{admin}.status(10, true);
    REQUIRE(wanted.size() == 1);
    CHECK(wanted[0].mailbox == "bob@example.com");
}

TEST_CASE("the navigation says where one is", "[portal]")
{
    Site site;
    site.hold();
    const auto cookie = site.session();
    for (const std::string page : {"/account", "/account/lists", "/account/help"})
        CHECK(has(site.get(page, cookie), "<a href=\"" + page + "\" aria-current=\"page\">"));
    CHECK(has(site.get("/account/lists", cookie), "Nobody so far."));
    CHECK(has(site.get("/account/help", cookie), "It carries a virus"));
}
