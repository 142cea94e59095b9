#include "milter/filter/dns/inquiry.hpp"

#include <optional>

#include "tests/support/catch.hpp"

namespace lazaret::filter::dns {
namespace {

using namespace std::chrono_literals;

const Question first{"example.org", RecordType::Txt};
const Question second{"_spf.example.org", RecordType::Txt};

/// Somebody to ask who answers when the test says so.
struct Wire {
    std::vector<Questions> batches;
    std::vector<Answered> answered;

    Ask ask()
    {
        return [this](const Questions& questions, Answered answer) {
            batches.push_back(questions);
            answered.push_back(std::move(answer));
        };
    }
    void answer(std::size_t batch, const Question& question, std::string text)
    {
        answered[batch](question, {Answer::State::Found, {std::move(text)}});
    }
};

std::chrono::steady_clock::time_point at_once() { return std::chrono::steady_clock::now(); }

TEST_CASE("a stage runs again until it wants nothing", "[dns]")
{
    Wire wire;
    auto inquiry = Inquiry::begin(wire.ask());
    std::optional<std::string> result;
    int runs = 0;
    inquiry->look_up([&](View& view) {
        ++runs;
        const auto& one = view.ask(first);
        if (!one.is_found()) return;
        const auto& two = view.ask({one.records.front(), RecordType::Txt});
        if (two.is_found()) result = two.records.front();
    });
    REQUIRE(wire.batches == std::vector<Questions>{{first}});
    wire.answer(0, first, second.name);
    REQUIRE(wire.batches.size() == 2);
    CHECK(wire.batches[1] == Questions{second});
    CHECK_FALSE(result);
    wire.answer(1, second, "v=spf1 -all");
    CHECK(result.value_or("") == "v=spf1 -all");
    CHECK(runs == 3);
    CHECK(inquiry->wait(at_once() + 10s).size() == 2);
}

TEST_CASE("what nobody waits for is asked to its end, and then forgotten", "[dns]")
{
    Wire wire;
    auto seen = std::make_shared<int>(0);
    Inquiry::fetch(wire.ask(), [seen](View& view) {
        ++*seen;
        if (view.ask(first).is_found()) view.ask(second);
    });
    wire.answer(0, first, "v=spf1 include:_spf.example.org");
    REQUIRE(wire.batches.size() == 2);
    CHECK(*seen == 2);
    wire.answer(1, second, "v=spf1 -all");
    CHECK(*seen == 3);
    CHECK(seen.use_count() == 1);
    // One whose asker gives up, too.
    Inquiry::fetch(wire.ask(), [seen](View& view) { view.ask(first); });
    CHECK(seen.use_count() > 1);
    wire.answered.clear();
    CHECK(seen.use_count() == 1);
}

TEST_CASE("what two stages want is asked once", "[dns]")
{
    Wire wire;
    auto inquiry = Inquiry::begin(wire.ask());
    int told = 0;
    const auto stage = [&](View& view) { told += view.ask(first).is_found() ? 1 : 0; };
    inquiry->look_up(stage);
    inquiry->look_up(stage);
    REQUIRE(wire.batches.size() == 1);
    wire.answer(0, first, "x");
    CHECK(told == 2);
    inquiry->look_up(stage);
    CHECK(told == 3);
    CHECK(wire.batches.size() == 1);
}

TEST_CASE("no stage runs after the end", "[dns]")
{
    Wire wire;
    auto inquiry = Inquiry::begin(wire.ask());
    int runs = 0;
    inquiry->look_up([&](View& view) {
        ++runs;
        view.foresee(first);
    });
    inquiry->close();
    wire.answer(0, first, "late");
    inquiry->look_up([&](View&) { ++runs; });
    CHECK(runs == 1);
    auto late = wire.answered.front();
    inquiry.reset();
    late(first, {});  // nobody is there any more
}

TEST_CASE("a stage that waits for what is late is given up", "[dns]")
{
    Wire wire;
    auto inquiry = Inquiry::begin(wire.ask());
    int runs = 0;
    inquiry->look_up([&](View& view) {
        ++runs;
        view.foresee(first);
    });
    const auto& known = inquiry->wait(at_once());
    CHECK(known.empty());
    wire.answer(0, first, "late");
    CHECK(runs == 1);
    CHECK(known.empty());  // it may be read meanwhile
    // Who wants it then asks for it again.
    inquiry->look_up([](View& view) { view.foresee(first); });
    REQUIRE(wire.batches.size() == 2);
    wire.answer(1, first, "there");
    CHECK(inquiry->wait(at_once()).at(first).records.front() == "there");
}

TEST_CASE("questions stand in order, each once", "[dns]")
{
    Questions all{second, first, second};
    all.insert(first);
    const Question address{first.name, RecordType::A};
    CHECK_FALSE(all.contains(address));
    all.insert(address);
    CHECK(std::move(all).take() == std::vector{second, address, first});
}

TEST_CASE("a second answer to one question changes nothing", "[dns]")
{
    Wire wire;
    auto inquiry = Inquiry::begin(wire.ask());
    inquiry->look_up([](View& view) { view.foresee(first); });
    wire.answer(0, first, "one");
    wire.answer(0, first, "two");
    CHECK(inquiry->wait(at_once()).at(first).records.front() == "one");
}

}  // namespace
}  // namespace lazaret::filter::dns
