#include "tools/lazaretctl/lesson.hpp"

#include <cmath>

#include "tests/support/catch.hpp"
#include "tests/support/taught_mail.hpp"

using namespace lazaret;
using namespace lazaret::tools;

namespace {

store::PendingVote vote_of(AccountId account, int place, const std::string& says)
{
    store::PendingVote vote;
    vote.tenant = 1;
    vote.account = account;
    vote.place = place;
    vote.says = says;
    vote.digest.bytes[0] = static_cast<unsigned char>(account);
    vote.digest.bytes[1] = static_cast<unsigned char>(place);
    return vote;
}

bool is_near(double a, double b) { return std::abs(a - b) < 1e-3; }

double sum(const std::vector<double>& shares)
{
    double all = 0.0;
    for (const auto share : shares) all += share;
    return all;
}

}  // namespace

TEST_CASE("each vote of a day moves what all share less than the one before", "[votes]")
{
    std::vector<store::PendingVote> votes;
    for (int place = 1; place <= 3; ++place) votes.push_back(vote_of(1, place, "spam"));
    const auto shares = shares_of(votes);
    CHECK(is_near(shares[0], 1.0));
    CHECK(is_near(shares[1], 0.5));
    CHECK(is_near(shares[2], 1.0 / 3));
    CHECK(is_near(shares_of(std::vector{vote_of(1, 20, "ham")})[0], 0.05));
    CHECK(shares_of(std::vector{vote_of(1, 21, "ham")})[0] == 0.0);
    auto held_out = vote_of(1, 1, "ham");
    held_out.is_held_out = true;
    CHECK(shares_of(std::vector{held_out})[0] == 0.0);
}

TEST_CASE("one account moves a quarter of a version, or as much as two votes", "[votes]")
{
    std::vector<store::PendingVote> alone;
    for (int place = 1; place <= 200; ++place) alone.push_back(vote_of(1, place, "ham"));
    CHECK(is_near(sum(shares_of(alone)), 2.0));

    auto among = alone;
    for (AccountId other = 2; other <= 11; ++other) among.push_back(vote_of(other, 1, "spam"));
    const auto shares = shares_of(among);
    const auto others = sum({shares.begin() + 200, shares.end()});
    CHECK(is_near(others, 10.0));
    // Of 3.6 from him and 10 from the others.
    CHECK(is_near(sum(shares) - others, 3.3994));
}

namespace {

/// A vote of another account of its tenant each, all on one day.
std::vector<store::PendingVote> votes_of_tenant(TenantId tenant, int first, int last,
                                                const std::string& says)
{
    std::vector<store::PendingVote> votes;
    for (int place = first; place <= last; ++place) {
        auto& vote = votes.emplace_back(vote_of(10'000 * tenant + place, 1, says));
        vote.tenant = tenant;
        vote.place_in_tenant = place;
    }
    return votes;
}

}  // namespace

TEST_CASE("of a tenant among others the later votes of a day move less what all share", "[votes]")
{
    const auto share_of = [](int place) {
        auto votes = votes_of_tenant(1, place, place, "ham");
        return shares_of(votes)[0];
    };
    CHECK(is_near(share_of(1), 1.0));
    CHECK(is_near(share_of(50), 1.0));
    CHECK(is_near(share_of(100), 0.5));
    CHECK(is_near(share_of(500), 0.1));
    CHECK(share_of(store::most_places_in_tenant) == 0.0);
    CHECK(is_near(share_of(0), 1.0));  // there is no other tenant
}

TEST_CASE("the accounts of one tenant move half of a version, or as much as ten votes", "[votes]")
{
    const auto alone = votes_of_tenant(1, 1, 50, "ham");
    CHECK(is_near(sum(shares_of(alone)), 25.0));
    CHECK(is_near(sum(shares_of(votes_of_tenant(1, 1, 12, "ham"))), 10.0));
    // A thousand of one against ten of another.
    auto among = votes_of_tenant(1, 1, 1'000, "ham");
    const auto others = votes_of_tenant(2, 1, 10, "spam");
    among.insert(among.end(), others.begin(), others.end());
    const auto shares = shares_of(among);
    CHECK(is_near(sum({shares.begin() + 1'000, shares.end()}), 10.0));
    CHECK(sum(shares) < 120.0);
    // The same where there is one tenant only: nothing is held back.
    for (auto& vote : among) vote.place_in_tenant = 0;
    CHECK(is_near(sum(shares_of(among)), 1'010.0));
}

TEST_CASE("of votes that are refused those of a changed mind are taken back", "[votes]")
{
    auto changed = vote_of(1, 1, "ham");
    changed.told = "spam";
    auto same = vote_of(2, 1, "newsletter");
    same.told = "ham";
    const auto left = to_take_back(std::vector{changed, same, vote_of(3, 1, "spam")});
    REQUIRE(left.size() == 1);
    CHECK(left[0].account == 1);
    CHECK(left[0].says.empty());
    CHECK(left[0].told == "spam");
}

TEST_CASE("spam and wanted mail are mixed evenly, in a fixed order", "[votes]")
{
    std::vector<store::PendingVote> votes;
    for (int i = 1; i <= 6; ++i) votes.push_back(vote_of(i, 1, "spam"));
    for (int i = 7; i <= 9; ++i) votes.push_back(vote_of(i, 1, i == 8 ? "newsletter" : "ham"));
    CHECK(order_of(votes) == std::vector<std::size_t>{0, 6, 1, 2, 7, 3, 4, 8, 5});
    CHECK(order_of(std::vector{vote_of(1, 1, "ham")}) == std::vector<std::size_t>{0});
    CHECK(order_of({}).empty());
}

TEST_CASE("what was told and is not said any more is taken back, bit by bit", "[votes]")
{
    const auto message_of = [](const store::PendingVote& vote) -> std::optional<std::string> {
        return test::spam_mail(static_cast<std::size_t>(vote.account));
    };
    filter::Model model;
    for (std::size_t i = 0; i < 5; ++i) {
        model.learn(test::spam_mail(100 + i), filter::Label::Spam);
        model.learn(test::wanted_mail(i), filter::Label::Ham);
    }
    const auto before = model;
    std::vector<store::PendingVote> votes{vote_of(1, 1, "ham"), vote_of(2, 1, "spam"),
                                          vote_of(3, 1, "newsletter")};
    auto lesson = teach(model, votes, message_of);
    CHECK(lesson.learned == 3);
    CHECK(lesson.taken_back == 0);
    CHECK(model.differing_weights(before) > 0);
    REQUIRE(lesson.told.size() == 3);

    std::vector<store::PendingVote> changed;
    for (auto& one : lesson.told) {
        CHECK(one.told == one.vote.says);
        CHECK(one.step.size() <= 16'384);
        changed.push_back(one.vote);
        changed.back().told = one.told;
        changed.back().step = one.step;
        changed.back().told_since = 1;
    }

    SECTION("taken back")
    {
        for (auto& vote : changed) vote.says.clear();
        lesson = teach(model, changed, message_of);
        CHECK(lesson.learned == 0);
        CHECK(lesson.taken_back == 3);
        CHECK(model.differing_weights(before) == 0);
        for (const auto& one : lesson.told) CHECK(one.told.empty());
    }
    SECTION("another kind of wanted mail teaches nothing")
    {
        const auto taught = model;
        lesson = teach(model, std::vector{[&] {
                           auto vote = changed[2];
                           CHECK(vote.told == "newsletter");
                           vote.says = "ham";
                           return vote;
                       }()},
                       message_of);
        CHECK_FALSE(lesson.is_changed);
        REQUIRE(lesson.told.size() == 1);
        CHECK(lesson.told[0].told == "ham");
        CHECK_FALSE(lesson.told[0].step.empty());
        CHECK(model.differing_weights(taught) == 0);
    }
    SECTION("a changed mind whose message is gone is only taken back")
    {
        for (auto& vote : changed) vote.says = vote.told == "spam" ? "ham" : "spam";
        lesson = teach(model, changed, [](const auto&) { return std::nullopt; });
        CHECK(lesson.taken_back == 3);
        CHECK(model.differing_weights(before) == 0);
        for (const auto& one : lesson.told) CHECK(one.told.empty());
    }
}

TEST_CASE("a lesson is refused when held-out mail is judged worse by more than a margin", "[votes]")
{
    struct Row {
        const char* says;
        store::HeldOutFigures figures;
        bool is_refused;
    };
    const auto row = GENERATE(values<Row>({
        {"better", {50, 50, 0.5, 0.4, 9, 5}, false},
        {"the same", {50, 50, 0.5, 0.5, 9, 9}, false},
        {"a little more loss", {50, 50, 0.5, 0.53, 9, 9}, false},
        {"more loss", {50, 50, 0.5, 0.54, 9, 9}, true},
        {"one more wrong", {50, 50, 0.5, 0.5, 9, 10}, false},
        {"two more wrong", {50, 50, 0.5, 0.5, 9, 11}, true},
        {"of many a few more wrong", {200, 200, 0.1, 0.1, 9, 13}, false},
        {"of many more wrong", {200, 200, 0.1, 0.1, 9, 14}, true},
        {"too few to say", {19, 50, 0.5, 5.0, 9, 60}, false},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(why_worse(row.figures).empty() != row.is_refused); }
}

TEST_CASE("held-out mail is judged by what all share", "[votes]")
{
    filter::Model before;
    auto after = before;
    for (std::size_t i = 0; i < 30; ++i) {
        after.learn(test::spam_mail(i), filter::Label::Spam);
        after.learn(test::wanted_mail(i), filter::Label::Ham);
    }
    const std::vector<HeldOut> held_out{{test::spam_mail(40), true},
                                        {test::wanted_mail(40), false}};
    const auto figures = compare(before, after, held_out);
    CHECK(figures.spam == 1);
    CHECK(figures.ham == 1);
    CHECK(is_near(figures.loss_before, 0.6931));
    CHECK(figures.loss_after < 0.4);
    CHECK(figures.wrong_before == 1);  // undecided is not spam
    CHECK(figures.wrong_after == 0);
}

TEST_CASE("a vote against what all think counts little, and the less the oftener", "[votes]")
{
    struct Row {
        const char* says;
        bool is_spam;
        double log_odds;
        int place;
        double least, most;
    };
    const auto row = GENERATE(values<Row>({
        {"spam that was nearly held", true, 1.5, 40, 1.0, 1.0},
        {"wanted mail that was held by a little", false, 2.3, 1, 0.2, 0.4},
        {"the tenth such in a month", false, 2.3, 10, 0.02, 0.04},
        {"wanted mail that all call spam", false, 6.0, 1, 0.001, 0.01},
        {"spam that all want", true, -5.0, 1, 0.01, 0.03},
        {"nobody knows", false, 0.0, 100, 1.0, 1.0},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const double credit = credit_of(row.is_spam, row.log_odds, row.place);
        CHECK(credit >= row.least);
        CHECK(credit <= row.most);
    }
}
