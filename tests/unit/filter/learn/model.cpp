#include "milter/filter/learn/model.hpp"

#include <string>
#include <vector>

#include "milter/filter/learn/features.hpp"
#include "milter/filter/learn/points.hpp"
#include "milter/filter/message/message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"
#include "tests/support/taught_model.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using test::spam_mail;
using test::taught_model;
using test::wanted_mail;

namespace {

double points(const Model& model, const std::string& message)
{
    const auto opinion = model.opinion_of(message);
    return learned_points(opinion.shared, opinion.experience, LearnedConfig{});
}

bool same_judgement(const Model& left, const Model& right)
{
    for (std::size_t i = 0; i < 40; ++i)
        for (const auto& message : {wanted_mail(i), spam_mail(i)})
            if (left.log_odds(message) != right.log_odds(message)) return false;
    return left.seen(Label::Ham) == right.seen(Label::Ham) &&
           left.seen(Label::Spam) == right.seen(Label::Spam);
}

Findings findings_of(const Model& model, const std::string& message, const LearnedConfig& config)
{
    const auto check = learned_check(std::make_shared<const Snapshot<Model>>(model), config);
    const Envelope envelope;
    const Message nothing;
    Findings findings;
    check.run({envelope, message, nothing}, findings);
    return findings;
}

}  // namespace

TEST_CASE("a model that knows nothing is undecided", "[learn]")
{
    const Model model;
    CHECK(model.log_odds(spam_mail(1)) == 0.0);
    CHECK(model.log_odds("") == 0.0);
    CHECK(model.seen(Label::Ham) == 0);
    CHECK(model.seen(Label::Spam) == 0);
}

TEST_CASE("fifteen messages of each kind tell their like apart", "[learn]")
{
    // In turn, or a folder of one kind after a folder of the other.
    Model spam_first;
    for (std::size_t i = 0; i < 15; ++i) spam_first.learn(spam_mail(i), Label::Spam);
    for (std::size_t i = 0; i < 15; ++i) spam_first.learn(wanted_mail(i), Label::Ham);
    Model ham_first;
    for (std::size_t i = 0; i < 15; ++i) ham_first.learn(wanted_mail(i), Label::Ham);
    for (std::size_t i = 0; i < 15; ++i) ham_first.learn(spam_mail(i), Label::Spam);

    for (const auto& model : {taught_model(15), spam_first, ham_first}) {
        CHECK(model.seen(Label::Ham) == 15);
        CHECK(model.seen(Label::Spam) == 15);
        for (std::size_t i = 15; i < 40; ++i) {
            CHECK(points(model, spam_mail(i)) >= 5.0);
            CHECK(points(model, wanted_mail(i)) < 0.0);
        }
    }
}

TEST_CASE("a changed mind is learned", "[learn]")
{
    // One mailing that a person first called spam, among spam of other kinds.
    const std::string mailing =
        "From: Society of Gardeners <letter@gardeners.example>\r\nTo: carl@example.com\r\n"
        "Subject: Letter to our members\r\nList-Id: <letter.gardeners.example>\r\n\r\n"
        "Dear members, on Sunday the roses are pruned. Bring gloves and shears.\r\n";
    auto model = taught_model(10);
    for (int i = 0; i < 3; ++i) model.learn(mailing, Label::Spam);
    REQUIRE(points(model, mailing) > 0.0);
    for (int i = 0; i < 2; ++i) model.learn(mailing, Label::Ham);
    CHECK(points(model, mailing) < 0.0);
    for (std::size_t i = 0; i < 20; ++i) model.learn(wanted_mail(i), Label::Ham);
    CHECK(points(model, mailing) < 0.0);
    CHECK(points(model, spam_mail(30)) > 0.0);
}

TEST_CASE("the way of a message does not decide", "[learn]")
{
    const auto model = taught_model(15);
    const std::string way =
        "Return-Path: <sales@promo.test>\r\nDelivered-To: carl@example.com\r\n"
        "X-Lazaret-Class: spam\r\nReceived: from promo.test (promo.test [192.0.2.1])\r\n"
        "\tby mx.example.com (Postfix) with ESMTP id 4XyZ1b; Mon, 23 Nov 2026 15:04:05 +0000\r\n";
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(model.log_odds(way + wanted_mail(i)) == model.log_odds(wanted_mail(i)));
}

TEST_CASE("a model is written down and read again", "[learn]")
{
    for (const std::size_t of_each : {0U, 1U, 20U, 300U}) {
        const auto model = taught_model(of_each);
        const auto read = Model::from_snapshot(model.snapshot());
        REQUIRE(read);
        CHECK(same_judgement(model, *read));
        CHECK(read->snapshot() == model.snapshot());
    }
}

TEST_CASE("a delta brings a model up to date, and only the one before", "[learn]")
{
    const auto before = taught_model(20);
    auto after = before;
    for (std::size_t i = 20; i < 30; ++i) after.learn(spam_mail(i), Label::Spam);
    after.learn(spam_mail(50), Label::Ham);
    const auto delta = after.delta_since(before);

    auto updated = before;
    REQUIRE(updated.apply(delta));
    CHECK(same_judgement(updated, after));
    CHECK(updated.snapshot() == after.snapshot());

    // Models that go on from either learn the same.
    updated.learn(wanted_mail(60), Label::Ham);
    auto next = after;
    next.learn(wanted_mail(60), Label::Ham);
    CHECK(updated.snapshot() == next.snapshot());

    auto other = taught_model(21);
    const auto unchanged = other.snapshot();
    CHECK_FALSE(other.apply(delta));
    CHECK_FALSE(other.apply(other.snapshot()));
    CHECK(other.snapshot() == unchanged);
    CHECK_FALSE(Model::from_snapshot(delta));
}

TEST_CASE("stored versions are taken up to the first that does not fit", "[learn]")
{
    struct Step {
        bool is_snapshot;
        std::string bytes;
    };
    const auto first = taught_model(3);
    auto second = first;
    second.learn(spam_mail(50), Label::Spam);
    auto third = second;
    third.learn(wanted_mail(50), Label::Ham);
    const Step whole{true, first.snapshot()};
    const Step to_second{false, second.delta_since(first)};
    const Step to_third{false, third.delta_since(second)};

    const auto check = [](const std::vector<Step>& steps, std::size_t taken, const Model& reached) {
        Model model;
        CHECK(advance(model, steps) == taken);
        CHECK(model.differing_weights(reached) == 0);
        // Each new model has a secret of its own.
        CHECK((model.snapshot() == reached.snapshot()) == (taken > 0));
    };
    check({}, 0, Model{});
    check({whole, to_second, to_third}, 3, third);
    check({whole, to_third, to_second}, 1, first);
    check({to_second}, 0, Model{});
    check({whole, to_second, {true, "no model"}, to_third}, 2, second);
    check({to_third, whole}, 0, Model{});
    check({whole, to_second, {true, third.snapshot()}}, 3, third);
}

TEST_CASE("little learning makes small deltas", "[learn]")
{
    const auto before = taught_model(200);
    auto after = before;
    for (std::size_t i = 0; i < 100; ++i) after.learn(spam_mail(i), Label::Spam);
    CHECK(after.delta_since(before).size() < before.snapshot().size() / 2);
    CHECK(before.delta_since(before).size() < 150);
}

TEST_CASE("damaged models are not read", "[learn]")
{
    const auto before = taught_model(2);
    auto after = before;
    after.learn(spam_mail(9), Label::Spam);
    const auto snapshot = after.snapshot();
    const auto delta = after.delta_since(before);

    CHECK_FALSE(Model::from_snapshot(""));
    CHECK_FALSE(Model::from_snapshot("LZMODELS"));
    for (std::size_t at = 0; at < snapshot.size(); at += 1 + snapshot.size() / 97) {
        CHECK_FALSE(Model::from_snapshot(snapshot.substr(0, at)));
        auto damaged = snapshot;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        CHECK_FALSE(Model::from_snapshot(damaged));
    }
    auto model = before;
    for (std::size_t at = 0; at < delta.size(); at += 1 + delta.size() / 97) {
        CHECK_FALSE(model.apply(delta.substr(0, at)));
        auto damaged = delta;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x01);
        CHECK_FALSE(model.apply(damaged));
    }
    CHECK(same_judgement(model, before));
}

TEST_CASE("points grow with the log-odds and with what was taught", "[learn]")
{
    struct Row {
        const char* says;
        double log_odds;
        std::uint64_t ham, spam;
        double least, most;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing taught", 9.0, 0, 0, 0.0, 0.0},
        {"only spam", 9.0, 0, 500, 0.0, 0.0},
        {"only wanted mail", -9.0, 500, 0, 0.0, 0.0},
        {"undecided", 0.0, 100, 100, 0.0, 0.0},
        {"one of each is not enough to hold", 6.0, 1, 1, 0.5, 4.9},
        {"a dozen of each, clearly", 3.0, 15, 15, 5.0, 7.05},
        {"many, clearly", 2.5, 1'000, 1'000, 5.0, 5.9},
        {"many, a little", 1.0, 1'000, 1'000, 1.0, 3.0},
        {"much spam, little wanted mail", 3.0, 5, 40, 1.0, 4.0},
        {"much wanted mail, some spam", 3.0, 400, 40, 5.0, 7.05},
        {"at most", 50.0, 1'000, 1'000, 9.0, 9.0},
        {"at least", -50.0, 1'000, 1'000, -4.0, -4.0},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const Experience experience{row.ham, row.spam, row.ham, row.spam};
        const auto given = learned_points(row.log_odds, experience, LearnedConfig{});
        CHECK(given >= row.least);
        CHECK(given <= row.most);
    }
}

TEST_CASE("points are few for a kind of mail of which little wanted was seen", "[learn]")
{
    struct Row {
        const char* says;
        Experience experience;
        double least, most;
    };
    const auto row = GENERATE(values<Row>({
        {"fifteen of each, HTML only in spam", {15, 15, 0, 15}, 4.5, 7.05},
        {"much spam in HTML, no wanted mail", {1'000, 1'000, 0, 1'000}, 0.5, 2.0},
        {"much spam in HTML, some wanted mail", {1'000, 1'000, 100, 1'000}, 4.5, 5.5},
        {"much spam in HTML, much wanted mail", {1'000, 1'000, 800, 1'000}, 5.5, 7.05},
        {"newsletters, none wanted", {1'000, 1'000, 0, 50, true}, 0.0, 0.0},
        {"newsletters, some wanted", {1'000, 1'000, 20, 50, true}, 4.0, 7.05},
        {"newsletters, more wanted than not", {1'000, 1'000, 50, 20, true}, 5.0, 7.05},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto given = learned_points(3.0, row.experience, LearnedConfig{});
        CHECK(given >= row.least);
        CHECK(given <= row.most);
    }
}

TEST_CASE("what a message is like from afar", "[learn]")
{
    struct Row {
        const char* message;
        Kind kind;
    };
    const auto row = GENERATE(values<Row>({
        {"", Kind::Plain},
        {"Subject: a\n\nText\n", Kind::Plain},
        {"Content-Type: TEXT/HTML; charset=utf-8\n\n<p>Text\n", Kind::Html},
        {"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n",
         Kind::Html},
        {"List-Unsubscribe: <https://a.example>\n\nText\n", Kind::BulkPlain},
        {"List-Unsubscribe: <https://a.example>\nContent-Type: text/html\n\n", Kind::BulkHtml},
        {"List-Unsubscribe: <https://a.example>\nList-Post: NO\n\n", Kind::BulkPlain},
        {"List-Unsubscribe: <https://a.example>\nList-Post: <mailto:a@a.example>\n\n", Kind::Plain},
    }));
    DYNAMIC_SECTION(row.message) { CHECK(Features{row.message}.kind() == row.kind); }
}

TEST_CASE("the check says what it found and why", "[learn]")
{
    const auto model = taught_model(20);
    const auto spam = findings_of(model, spam_mail(30), {});
    REQUIRE(spam.hits.size() == 1);
    CHECK(spam.hits[0].name == "LEARNED_SPAM");
    CHECK(spam.hits[0].points >= 5.0);
    CHECK(spam.hits[0].why.starts_with("it closely resembles mail that people here called spam ("));

    const auto ham = findings_of(model, wanted_mail(30), {});
    REQUIRE(ham.hits.size() == 1);
    CHECK(ham.hits[0].name == "LEARNED_HAM");
    CHECK(ham.hits[0].points < 0.0);

    LearnedConfig narrow;
    narrow.most_points = 1.0;
    narrow.least_points = 0.0;
    CHECK(findings_of(model, spam_mail(30), narrow).hits.at(0).points == 1.0);
    CHECK(findings_of(model, wanted_mail(30), narrow).hits.empty());
    CHECK(findings_of(Model{}, spam_mail(30), {}).hits.empty());
}
