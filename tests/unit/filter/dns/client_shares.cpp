#include "milter/filter/dns/client_shares.hpp"

#include <fmt/format.h>

#include <vector>

#include "tests/support/catch.hpp"

namespace lazaret::filter::dns {
namespace {

Questions names(std::size_t count)
{
    Questions all;
    for (std::size_t number = 0; number < count; ++number)
        all.insert({fmt::format("n{}.example", number), RecordType::A});
    return all;
}

/// Somebody to ask who keeps what he was asked, and answers nothing.
struct Silence {
    std::vector<Answered> waiting;
    std::size_t asked = 0;

    Ask ask()
    {
        return [this](const Questions& questions, Answered answered) {
            asked += questions.size();
            waiting.push_back(std::move(answered));
        };
    }
};

// How many of them were answered at once, with nothing.
std::size_t refused(const Ask& ask, std::size_t count)
{
    std::size_t answers = 0;
    ask(names(count), [&](const Question&, const Answer& answer) {
        CHECK(answer == Answer{});
        ++answers;
    });
    return answers;
}

TEST_CASE("a client has so many questions on their way, and his neighbours with him", "[dns]")
{
    constexpr auto most = ClientShares::most_of_client;
    Silence silence;
    ClientShares shares;
    const auto ask = shares.asking("192.0.2.7", silence.ask());
    CHECK(refused(ask, most - 10) == 0);
    CHECK(refused(ask, 11) == 11);
    CHECK(refused(ask, 10) == 0);
    CHECK(silence.asked == most);
    struct Row {
        const char* client;
        std::size_t refused;
    };
    for (const auto& row : {Row{"192.0.2.7", 1}, Row{"192.0.2.8", 1}, Row{"::ffff:192.0.2.9", 1},
                            Row{"198.51.100.7", 0}, Row{"2001:db8::1", 0}, Row{"", 0}}) {
        CAPTURE(row.client);
        CHECK(refused(shares.asking(row.client, silence.ask()), 1) == row.refused);
    }
    silence.waiting.pop_back();
    silence.waiting.clear();
    CHECK(refused(ask, most) == 0);
}

TEST_CASE("all clients together have a share", "[dns]")
{
    constexpr auto of_client = ClientShares::most_of_client;
    constexpr auto clients = ClientShares::most_of_all / of_client;
    Silence silence;
    ClientShares shares;
    const auto ask_of = [&](std::size_t client) {
        return shares.asking(fmt::format("10.{}.{}.1", client / 256, client % 256), silence.ask());
    };
    for (std::size_t client = 0; client < clients; ++client)
        CHECK(refused(ask_of(client), of_client) == 0);
    CHECK(refused(ask_of(clients), 1) == 1);
    silence.waiting.pop_back();
    // What was refused took nothing of his own.
    CHECK(refused(ask_of(clients), of_client) == 0);
}

}  // namespace
}  // namespace lazaret::filter::dns
