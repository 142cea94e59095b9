#include <cmath>
#include <string>
#include <vector>

#include "milter/filter/learn/features.hpp"
#include "milter/filter/learn/model.hpp"
#include "milter/filter/learn/step.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/taught_model.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using test::spam_mail;
using test::taught_model;
using test::wanted_mail;

namespace {

constexpr Taste anna{1, 11};
constexpr Taste bert{1, 12};
constexpr Taste clara{2, 13};

// The i-th issue of a weekly letter that some want and others do not.
std::string letter(std::size_t i)
{
    return fmt::format(
        "From: Gardeners Weekly <news@gardeners.example>\r\nTo: carl@example.com\r\n"
        "Subject: Gardeners Weekly, issue {0}\r\nList-Id: Weekly <weekly.gardeners.example>\r\n"
        "List-Unsubscribe: <https://gardeners.example/leave/{1}>\r\n\r\n"
        "Dear readers, in issue {0} we speak of {2}. Read more at "
        "https://gardeners.example/{1}\r\n",
        i, i * 7919, test::matters[i % 5]);
}

std::string large_mail()
{
    std::string mail = "From: a@example.org\r\nSubject: random\r\n";
    std::uint64_t state = 1;
    const auto next = [&] {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<char>('!' + (state >> 33) % 90);
    };
    for (int field = 0; field < 8; ++field) {
        mail += fmt::format("X-Field-{}: ", field);
        for (int i = 0; i < 390; ++i) mail += next();
        mail += "\r\n";
    }
    mail += "\r\n";
    for (int i = 0; i < 8'000; ++i) mail += next();
    return mail;
}

}  // namespace

TEST_CASE("a vote that is taken back leaves the weights as they were", "[learn]")
{
    const auto before = taught_model(10);
    for (const auto& message :
         {spam_mail(30), letter(1), large_mail(), std::string{"Subject: no more\n"}}) {
        for (const double share : {1.0, 0.3, 0.0}) {
            auto model = before;
            const auto step = model.learn_vote(message, Label::Ham, anna, share);
            CHECK(step.size() <= Step::packed_most);
            REQUIRE(model.differing_weights(before) > 0);
            CHECK(model.log_odds(message, anna) < before.log_odds(message, anna));
            REQUIRE(model.take_back(step));
            CHECK(model.differing_weights(before) == 0);
            CHECK(model.seen(Label::Ham) == before.seen(Label::Ham));
            // What each weight has spent as well: both go on alike.
            auto other = before;
            CHECK(model.learn_vote(letter(2), Label::Spam, bert, 1.0) ==
                  other.learn_vote(letter(2), Label::Spam, bert, 1.0));
        }
    }
}

TEST_CASE("a vote is taken back from among others", "[learn]")
{
    auto model = taught_model(10);
    auto without = model;
    const auto first = model.learn_vote(letter(1), Label::Spam, anna, 1.0);
    const auto second = model.learn_vote(spam_mail(40), Label::Spam, bert, 1.0);
    REQUIRE(model.take_back(first));
    without.learn_vote(spam_mail(40), Label::Spam, bert, 1.0);
    // Not the same, since the second saw the first; but near.
    CHECK(std::abs(model.log_odds(letter(1), anna) - without.log_odds(letter(1), anna)) < 0.5);
    REQUIRE(model.take_back(second));
}

TEST_CASE("a few votes give each his way, and leave others alone", "[learn]")
{
    auto model = taught_model(20);
    const auto before = model;
    for (std::size_t i = 0; i < 5; ++i) {
        model.learn_vote(letter(i), Label::Ham, anna, 0.0);
        model.learn_vote(letter(i), Label::Spam, bert, 0.0);
    }
    for (std::size_t i = 5; i < 20; ++i) {
        CHECK(model.log_odds(letter(i), anna) < -2.5);
        CHECK(model.log_odds(letter(i), bert) > 2.5);
        for (const auto other : {Taste{1, 99}, clara, Taste{}})
            CHECK(std::abs(model.log_odds(letter(i), other) - before.log_odds(letter(i), other)) <
                  0.02);
    }
}

TEST_CASE("which weights a vote moves is each model's own secret", "[learn]")
{
    Model one;
    Model other;
    const auto same = one;
    const auto step = one.learn_vote(letter(1), Label::Spam, anna, 0.0);
    CHECK(other.learn_vote(letter(1), Label::Spam, anna, 0.0) != step);
    CHECK(one.differing_weights(other) > one.differing_weights(same));
    auto copy = same;
    CHECK(copy.learn_vote(letter(1), Label::Spam, anna, 0.0) == step);
    // It goes where the model goes.
    auto read = Model::from_snapshot(one.snapshot());
    REQUIRE(read);
    CHECK(read->learn_vote(letter(2), Label::Spam, bert, 0.0) ==
          one.learn_vote(letter(2), Label::Spam, bert, 0.0));
    CHECK(read->log_odds(letter(1), anna) == one.log_odds(letter(1), anna));
}

TEST_CASE("of who never voted only his tenant is asked", "[learn]")
{
    auto model = taught_model(20);
    for (std::int64_t account = 100; account < 200; ++account)
        model.learn_vote(letter(static_cast<std::size_t>(account)), Label::Spam, {1, account}, 1.0);
    const auto own = [&](Taste taste) {
        return model.own_log_odds(model.opinion_of(letter(5)), taste);
    };
    CHECK(own({0, 999}).sum() == 0.0);
    CHECK(own({1, 999}).account == 0.0);
    CHECK(own({1, 999}).tenant > 0.0);
    CHECK(own({1, 100}).account > own({1, 100}).tenant);
    CHECK(own({2, 999}).sum() == 0.0);
}

TEST_CASE("what an account thinks of one sender says little about another", "[learn]")
{
    auto model = taught_model(20);
    const auto before = model;
    for (std::size_t i = 0; i < 5; ++i) model.learn_vote(letter(i), Label::Ham, anna, 0.0);
    for (std::size_t i = 30; i < 40; ++i)
        CHECK(std::abs(model.log_odds(spam_mail(i), anna) - before.log_odds(spam_mail(i), anna)) <
              0.5);
}

TEST_CASE("a vote with a share moves what all think", "[learn]")
{
    const auto before = taught_model(3);
    const auto moved = [&](double share) {
        auto model = before;
        model.learn_vote(letter(1), Label::Spam, anna, share);
        return model.log_odds(letter(2)) - before.log_odds(letter(2));
    };
    CHECK(moved(0.0) == 0.0);
    CHECK(moved(0.1) > 0.0);
    CHECK(moved(1.0) > 3.0 * moved(0.1));
}

TEST_CASE("a vote without a share counts nothing of what all share", "[learn]")
{
    const auto before = taught_model(10);
    auto model = before;
    for (const auto label : {Label::Ham, Label::Spam}) {
        const auto step = model.learn_vote(letter(1), label, anna, 0.0);
        CHECK(model.seen(Label::Ham) == before.seen(Label::Ham));
        CHECK(model.seen(Label::Spam) == before.seen(Label::Spam));
        REQUIRE(model.take_back(step));
    }
    CHECK(model.seen(Label::Ham) == before.seen(Label::Ham));
    model.learn_vote(letter(1), Label::Ham, anna, 0.1);
    CHECK(model.seen(Label::Ham) == before.seen(Label::Ham) + 1);
}

TEST_CASE("damaged steps are not taken back", "[learn]")
{
    auto model = taught_model(3);
    const auto step = model.learn_vote(letter(1), Label::Spam, anna, 1.0);
    const auto after = model;
    CHECK_FALSE(model.take_back(""));
    CHECK_FALSE(model.take_back(model.snapshot()));
    for (std::size_t at = 0; at < step.size(); at += 1 + step.size() / 97) {
        CHECK_FALSE(model.take_back(step.substr(0, at)));
        auto damaged = step;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x04);
        CHECK_FALSE(model.take_back(damaged));
    }
    CHECK(model.differing_weights(after) == 0);
}

TEST_CASE("votes travel in deltas", "[learn]")
{
    const auto before = taught_model(3);
    auto after = before;
    after.learn_vote(letter(1), Label::Spam, anna, 0.5);
    const auto step = after.learn_vote(letter(2), Label::Spam, bert, 0.0);
    REQUIRE(after.take_back(step));
    auto updated = before;
    REQUIRE(updated.apply(after.delta_since(before)));
    CHECK(updated.snapshot() == after.snapshot());
    CHECK_FALSE(updated.apply(after.delta_since(before)));
}
