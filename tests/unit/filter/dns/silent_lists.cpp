#include "milter/filter/dns/silent_lists.hpp"

#include "tests/support/catch.hpp"

namespace lazaret::filter::dns {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a list that refuses us is left out for an hour", "[dns]")
{
    SilentLists lists;
    const SilentLists::Moment now{};
    lists.add("bl.example", now);
    CHECK(lists.hold({"2.0.0.127.bl.example", RecordType::A}, now + 1min));
    CHECK(lists.hold({"bl.example", RecordType::Txt}, now + 59min));
    CHECK_FALSE(lists.hold({"2.0.0.127.bl.example", RecordType::A}, now + 1h));
    CHECK_FALSE(lists.hold({"2.0.0.127.other.example", RecordType::A}, now));
    CHECK_FALSE(lists.hold({"notbl.example", RecordType::A}, now));
}

TEST_CASE("questions to such a list are answered without asking", "[dns]")
{
    SilentLists lists;
    lists.add("bl.example", std::chrono::steady_clock::now());
    Questions asked;
    const auto ask =
        asking_all_but(lists, [&](const Questions& questions, Answered) { asked = questions; });
    Questions answered;
    const Question silent{"2.0.0.127.bl.example", RecordType::A};
    const Question other{"2.0.0.127.other.example", RecordType::A};
    ask({silent, other}, [&](const Question& question, const Answer& answer) {
        answered.insert(question);
        CHECK(answer.state == Answer::State::NoAnswer);
    });
    CHECK(asked == Questions{other});
    CHECK(answered == Questions{silent});
}

}  // namespace
}  // namespace lazaret::filter::dns
