#include <algorithm>

#include "base/words/words.hpp"
#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using store::CopyState;

TEST_CASE("allowing makes one entry for exactly this sender, and can be undone", "[portal]")
{
    PrivatePortal site;
    const auto link = "/m/" + site.claim(site.hold());
    CHECK(site.post(link + "/allow").status == 303);
    CHECK(site.post(link + "/allow").status == 303);
    const auto entries = site.entries();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].entry.kind == ListKind::Allow);
    CHECK(entries[0].entry.sender.text == "ada@example.org");
    CHECK(entries[0].entry.proof == Proof::any());
    CHECK(entries[0].entry.owner.level == Level::Account);
    CHECK(entries[0].origin == "report");
    CHECK(site.mta.sent.size() == 1);
    CHECK(has(site.get(link), "You always allow this sender"));
    CHECK(site.post(link + "/forget", {{"kind", "deny"}, {"sender", "ada@example.org"}}).status ==
          303);
    CHECK(site.entries().size() == 1);
    CHECK(site.post(link + "/forget", {{"kind", "allow"}, {"sender", "ada@example.org"}}).status ==
          303);
    CHECK(site.entries().empty());
}

TEST_CASE("allowing asks for the proof that the sender of the copy had", "[portal]")
{
    PrivatePortal site;
    struct Row {
        const char* says;
        Explanation::Proved proved;
        const char* mail_from;
        const char* proof;
    };
    const auto row = GENERATE(values<Row>({
        {"the best of From",
         {{Proof::dmarc("example.org"), Proof::dkim("example.org")}, {Proof::spf("b.example")}},
         "x@b.example",
         "dmarc=example.org"},
        {"a signature", {{Proof::dkim("example.org")}, {}}, "x@b.example", "dkim=example.org"},
        {"SPF of the same address",
         {{}, {Proof::spf("example.org")}},
         "Ada@example.org",
         "spf=example.org"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        SampleMail sample{1};
        sample.mail.sender = row.mail_from;
        const auto link = "/m/" + site.claim(site.hold(sample.mail, row.proved));
        CHECK(has(site.get(link), "always allow this sender"));
        CHECK(site.post(link + "/allow").status == 303);
        REQUIRE(site.entries().size() == 1);
        CHECK(site.entries()[0].entry.proof.text() == row.proof);
        CHECK_FALSE(site.entries()[0].entry.expires.has_value());
    }
}

TEST_CASE("who proves nothing is allowed narrowly, and the page says so before and after",
          "[portal]")
{
    PrivatePortal site;
    SampleMail sample{1};
    sample.mail.sender = "x@bounce.example";
    sample.mail.client_ip = "203.0.113.77";
    // The proof of MAIL FROM says nothing about From.
    const Explanation::Proved proved{{}, {Proof::spf("bounce.example")}};
    const auto link = "/m/" + site.claim(site.hold(sample.mail, proved));
    const Words english{"en", "UTC"};
    const auto last_day = english.date(site.now + usual_unproven_life);

    const auto before = site.get(link);
    CHECK(has(before, "allow this sender for 90 days"));
    CHECK(has(before,
              "Nothing proves that this message is from its sender: anybody can write "
              "this address."));
    CHECK(has(before, "only from the network 203.0.113.0/24, and only until " + last_day));
    CHECK_FALSE(has(before, "always allow"));
    CHECK_FALSE(has(before, "provably"));
    CHECK(site.entries().empty());

    CHECK(site.post(link + "/allow", {{"which", "steady"}}).status == 303);
    CHECK(site.post(link + "/allow").status == 303);
    const auto entries = site.entries();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].entry.sender.text == "ada@example.org");
    CHECK(entries[0].entry.proof == Proof::network("203.0.113.0/24"));
    CHECK(entries[0].entry.expires == site.now + usual_unproven_life);

    const auto after = site.get(link);
    CHECK(has(after, "You allow this sender until " + last_day +
                         ", and only from the network 203.0.113.0/24, because nothing proves"));
    CHECK_FALSE(has(after, "/allow\""));
    CHECK(has(after, "/forget\""));

    // The same from another network takes its place.
    sample.mail.digest = digest_number(2);
    sample.mail.client_ip = "198.51.100.1";
    const auto moved = "/m/" + site.claim(site.hold(sample.mail, proved));
    CHECK(has(site.get(moved), "only from the network 198.51.100.0/24"));
    CHECK(site.post(moved + "/allow").status == 303);
    REQUIRE(site.entries().size() == 1);
    CHECK(site.entries()[0].entry.proof == Proof::network("198.51.100.0/24"));

    // What has ended is not shown as if it counted, and can be made anew.
    Sql{site.config.connection}.run(
        "update lazaret.list_entry set expires = now() - interval '1h'");
    const auto ended = site.get(moved);
    CHECK_FALSE(has(ended, "/forget\""));
    CHECK(has(ended, "/allow\""));
}

TEST_CASE("a forged message does not cost a sender the proof that his entry asks for", "[portal]")
{
    PrivatePortal site;
    const SampleMail first{1};
    const SampleMail forged{2};
    const Explanation::Proved good{{Proof::dmarc("example.org")}, {}};
    const auto link = "/m/" + site.claim(site.hold(first.mail, good));
    CHECK(site.post(link + "/allow").status == 303);
    const auto other = "/m/" + site.claim(site.hold(forged.mail, Explanation::Proved{}));
    CHECK_FALSE(has(site.get(other), "/allow\""));
    CHECK(site.post(other + "/allow").status == 303);
    REQUIRE(site.entries().size() == 1);
    CHECK(site.entries()[0].entry.proof == Proof::dmarc("example.org"));
    CHECK_FALSE(site.entries()[0].entry.expires.has_value());
}

TEST_CASE("of an address made for one mail its family can be allowed, and nothing else", "[portal]")
{
    PrivatePortal site;
    SampleMail sample{77};
    sample.mail.from_address = "news+8f3a@example.org";
    const auto link = "/m/" + site.claim(site.hold(sample.mail));
    const auto page = site.get(link);
    CHECK(has(page, "news+@example.org"));
    CHECK(site.post(link + "/allow", {{"which", "@example.net"}}).status == 303);
    CHECK(site.entries().at(0).entry.sender.text == "news+8f3a@example.org");
    CHECK(site.post(link + "/allow", {{"which", "steady"}}).status == 303);
    CHECK(site.entries().size() == 2);
    const auto entries = site.entries();
    CHECK(std::any_of(entries.begin(), entries.end(), [](const auto& listed) {
        return listed.entry.sender.text == "news+@example.org";
    }));
}

TEST_CASE("blocking, accepting a newsletter and deleting", "[portal]")
{
    PrivatePortal site;
    const auto news = site.hold(Class::Newsletter);
    const auto link = "/m/" + site.claim(news);
    CHECK(site.post(link + "/newsletter").status == 303);
    auto entries = site.entries();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].entry.list_id == "news.example.org");
    CHECK(site.copy(news).summary.state == CopyState::Released);

    const auto spam = site.hold();
    CHECK(site.post("/m/" + site.claim(spam) + "/newsletter").status == 403);
    CHECK(site.post("/m/" + site.claim(spam) + "/block").status == 303);
    CHECK(site.entries().size() == 2);
    CHECK(site.post("/m/" + site.claim(spam) + "/delete").status == 303);
    CHECK(site.post("/m/" + site.claim(spam) + "/delete").status == 303);
    CHECK(site.post("/m/" + site.claim(spam) + "/release").status == 303);
    CHECK(site.copy(spam).summary.state == CopyState::Deleted);
    CHECK(has(site.get("/m/" + site.claim(spam)), "Deleted at "));
}

TEST_CASE("what is pressed on a copy says nothing to who has its domain since", "[portal]")
{
    PrivatePortal site;
    SampleMail letter{1};
    auto newsletter = sample_copy("bob@example.com");
    newsletter.verdict = Class::Newsletter;
    const auto old = "/m/" + site.claim(site.hold());
    const auto old_newsletter =
        "/m/" +
        site.claim(
            store::make_keeper(site.config, 1)->hold(letter.mail, std::vector{newsletter}).at(0));
    auto admin = site.database();
    store::Directory directory{admin};
    directory.remove_domain("example.com", {"test", "test"});
    directory.add_domain("example.com", "another customer", {"test", "test"});
    SampleMail of_his{3};
    auto copy = sample_copy("bob@example.com");
    copy.tenant = 2;
    const auto held = store::make_keeper(site.config, 1)->hold(of_his.mail, std::vector{copy});
    CHECK(site.post("/m/" + site.claim(held.at(0)) + "/block").status == 303);
    const auto his = site.entries();
    REQUIRE(his.size() == 1);
    REQUIRE(his[0].entry.tenant == 2);

    for (const auto& deed : {"/allow", "/block", "/newsletter"}) {
        CAPTURE(deed);
        CHECK(site.post(old + deed).status != 303);
        CHECK(site.post(old_newsletter + deed).status != 303);
    }
    CHECK_FALSE(has(site.get(old), "You block this sender"));
    site.post(old + "/forget", {{"kind", "deny"}, {"sender", "ada@example.org"}});
    const auto left = site.entries();
    REQUIRE(left.size() == 1);
    CHECK(left[0].entry.id == his[0].entry.id);
    CHECK(site.mta.sent.empty());
}
