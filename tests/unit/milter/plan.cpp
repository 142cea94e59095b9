#include "milter/plan.hpp"

#include <ostream>

#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

namespace lazaret::milter {

static std::ostream& operator<<(std::ostream& out, const Plan& plan)
{
    out << "reply " << static_cast<int>(plan.reply) << " hold";
    for (const auto at : plan.hold) out << ' ' << at;
    out << (plan.kept_after_refusal ? " (kept)" : "") << " drop";
    for (const auto at : plan.drop) out << ' ' << at;
    out << " mark '" << plan.subject_mark << "' done";
    for (const auto one : plan.done) out << ' ' << token(one);
    return out;
}

}  // namespace lazaret::milter

using namespace lazaret;
using namespace lazaret::milter;
using filter::Decision;

namespace {

Decision wants(Action action, Class verdict = Class::Spam, const char* mark = "[Spam?]")
{
    Decision one;
    one.is_protected = true;
    one.verdict = verdict;
    one.action = action;
    if (action == Action::Tag) one.subject_mark = mark;
    return one;
}

Decision stranger() { return {}; }

Decision virus(Action action) { return wants(action, Class::Virus); }

constexpr Moment noon{std::chrono::hours{12}};
constexpr auto an_hour = std::chrono::hours{1};

Circumstances at_noon(bool infected = false, std::optional<Moment> first = std::nullopt)
{
    return {infected, first, noon, an_hour};
}

}  // namespace

TEST_CASE("one reply is found for many recipients", "[plan]")
{
    using enum Action;
    using R = Plan::Reply;
    struct Row {
        const char* says;
        std::vector<Decision> in;
        Plan out;
    };
    const auto d = wants(Deliver);
    const auto t = wants(Tag);
    const auto h = wants(Hold);
    const auto r = wants(Refuse);
    const auto k = wants(RefuseKeep);
    const auto x = wants(Discard);
    const auto s = stranger();

    const auto row = GENERATE_COPY(values<Row>({
        {"nobody", {}, {R::Accept, {}, false, {}, "", {}}},
        {"all wanted", {d, d}, {R::Accept, {}, false, {}, "", {Deliver, Deliver}}},
        {"a stranger", {s}, {R::Accept, {}, false, {}, "", {Deliver}}},

        {"all held: taken off, then accepted",
         {h, h},
         {R::Accept, {0, 1}, false, {0, 1}, "", {Hold, Hold}}},
        {"one held", {d, h}, {R::Accept, {1}, false, {1}, "", {Deliver, Hold}}},
        {"held, and a stranger", {h, s}, {R::Accept, {0}, false, {0}, "", {Hold, Deliver}}},

        {"all refused", {r, r}, {R::Refuse, {}, false, {}, "", {Refuse, Refuse}}},
        {"one refused, one wanted", {d, r}, {R::Accept, {1}, false, {1}, "", {Deliver, Hold}}},
        {"one refused, one held", {h, r}, {R::Accept, {0, 1}, false, {0, 1}, "", {Hold, Hold}}},
        {"one refused, and a stranger", {r, s}, {R::Accept, {0}, false, {0}, "", {Hold, Deliver}}},
        {"one refused, one discarded",
         {r, x},
         {R::Accept, {0}, false, {0, 1}, "", {Hold, Discard}}},
        {"one refused, one marked", {r, t}, {R::Accept, {0}, false, {0}, "[Spam?]", {Hold, Tag}}},

        {"refused and kept", {k}, {R::Refuse, {0}, true, {}, "", {RefuseKeep}}},
        {"refused, one of them kept", {r, k}, {R::Refuse, {1}, true, {}, "", {Refuse, RefuseKeep}}},
        {"kept, mixed", {k, d}, {R::Accept, {0}, false, {0}, "", {Hold, Deliver}}},

        {"discarded", {x}, {R::Accept, {}, false, {0}, "", {Discard}}},
        {"one discarded", {d, x}, {R::Accept, {}, false, {1}, "", {Deliver, Discard}}},

        {"all marked", {t, t}, {R::Accept, {}, false, {}, "[Spam?]", {Tag, Tag}}},
        {"marked, and one held", {t, h}, {R::Accept, {1}, false, {1}, "[Spam?]", {Tag, Hold}}},
        {"marked, and one wanted unmarked",
         {t, d},
         {R::Accept, {0}, false, {0}, "", {Hold, Deliver}}},
        {"marked, and a stranger", {t, s}, {R::Accept, {0}, false, {0}, "", {Hold, Deliver}}},
        {"marked otherwise",
         {t, wants(Tag, Class::Spam, "[?]")},
         {R::Accept, {1}, false, {1}, "[Spam?]", {Tag, Hold}}},
    }));

    DYNAMIC_SECTION(row.says) { CHECK(plan_for(row.in, at_noon()) == row.out); }
}

TEST_CASE("a virus reaches nobody whom we do not protect", "[plan]")
{
    using enum Action;
    using R = Plan::Reply;
    struct Row {
        const char* says;
        std::vector<Decision> in;
        Plan out;
    };
    const auto s = stranger();

    const auto row = GENERATE_COPY(values<Row>({
        {"protected only", {virus(Refuse)}, {R::Refuse, {}, false, {}, "", {Refuse}}},
        {"strangers only", {s, s}, {R::Refuse, {}, false, {}, "", {Refuse, Refuse}}},
        {"protected and a stranger",
         {virus(Refuse), s},
         {R::Refuse, {}, false, {}, "", {Refuse, Refuse}}},
        {"to be held, and a stranger",
         {virus(Hold), s},
         {R::Refuse, {0}, true, {}, "", {RefuseKeep, Refuse}}},
        {"to be held", {virus(Hold)}, {R::Accept, {0}, false, {0}, "", {Hold}}},
        {"one to be held, one refused",
         {virus(Hold), virus(Refuse)},
         {R::Accept, {0, 1}, false, {0, 1}, "", {Hold, Hold}}},
        {"to be discarded, and a stranger",
         {virus(Discard), s},
         {R::Refuse, {}, false, {}, "", {Refuse, Refuse}}},
    }));

    DYNAMIC_SECTION(row.says) { CHECK(plan_for(row.in, at_noon(true)) == row.out); }
}

TEST_CASE("without a scanner the message waits, then it is held", "[plan]")
{
    using enum Action;
    using R = Plan::Reply;
    struct Row {
        const char* says;
        std::vector<Decision> in;
        std::optional<Moment> first;
        Plan out;
    };
    const auto l = wants(Later, Class::Unscanned);
    const auto d = wants(Deliver, Class::Unscanned);
    const auto h = wants(Hold, Class::Unscanned);
    const auto just_before = noon - an_hour + std::chrono::microseconds{1};

    const auto row = GENERATE_COPY(values<Row>({
        {"seen for the first time", {l}, {}, {R::Later, {}, false, {}, "", {Later}}},
        {"seen just now", {l}, noon, {R::Later, {}, false, {}, "", {Later}}},
        {"not yet an hour", {l}, just_before, {R::Later, {}, false, {}, "", {Later}}},
        {"an hour", {l}, noon - an_hour, {R::Accept, {0}, false, {0}, "", {Hold}}},
        {"a day", {l}, noon - an_hour * 24, {R::Accept, {0}, false, {0}, "", {Hold}}},
        {"all wait for one, and nothing is held",
         {d, l, h},
         noon,
         {R::Later, {}, false, {}, "", {Later, Later, Later}}},
        {"each his own, after the hour",
         {d, l, h},
         noon - an_hour,
         {R::Accept, {1, 2}, false, {1, 2}, "", {Deliver, Hold, Hold}}},
        {"nobody asks to wait", {d, h}, {}, {R::Accept, {1}, false, {1}, "", {Deliver, Hold}}},
    }));

    DYNAMIC_SECTION(row.says) { CHECK(plan_for(row.in, at_noon(false, row.first)) == row.out); }
}

TEST_CASE("no delay means that nobody waits", "[plan]")
{
    const std::vector<Decision> one{wants(Action::Later, Class::Unscanned)};
    const auto plan = plan_for(one, {false, std::nullopt, noon, std::chrono::milliseconds{0}});
    CHECK(plan.reply == Plan::Reply::Accept);
    CHECK(plan.done == std::vector{Action::Hold});
}

TEST_CASE("every pair of actions is folded without losing anybody", "[plan]")
{
    using enum Action;
    const std::vector<Action> all{Deliver, Tag, Hold, Refuse, RefuseKeep, Discard, Later};
    for (const auto first : all)
        for (const auto second : all)
            for (const bool with_stranger : {false, true}) {
                std::vector<Decision> decisions{wants(first), wants(second)};
                if (with_stranger) decisions.push_back(stranger());
                const auto plan = plan_for(decisions, at_noon(false, noon - an_hour));
                CAPTURE(token(first), token(second), with_stranger, plan);
                CHECK(plan.done.size() == decisions.size());
                CHECK(plan.reply != Plan::Reply::Later);
                if (with_stranger) CHECK(plan.done.back() == Deliver);
                for (std::size_t at = 0; at < decisions.size(); ++at) {
                    const auto held = std::count(plan.hold.begin(), plan.hold.end(), at);
                    const auto dropped = std::count(plan.drop.begin(), plan.drop.end(), at);
                    if (plan.reply == Plan::Reply::Refuse) {
                        CHECK(dropped == 0);
                        continue;
                    }
                    // Off the envelope only when held, or when an administrator said discard.
                    CHECK(dropped == (held || plan.done[at] == Discard ? 1 : 0));
                    CHECK((plan.done[at] == Discard) ==
                          (decisions[at].is_protected && decisions[at].action == Discard));
                    CHECK(held == (plan.done[at] == Hold ? 1 : 0));
                }
            }
}
