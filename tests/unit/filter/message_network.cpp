#include "milter/filter/message_network.hpp"

#include "tests/support/catch.hpp"

namespace lazaret::filter {
namespace {

using namespace std::chrono_literals;
using auth::Result;
using dns::Answer;
using dns::Question;
using dns::RecordType;

/// A DNS that knows what the test says, and that nothing else exists.
struct World {
    dns::Answers records;
    dns::Questions asked;

    void text(const std::string& name, std::string record)
    {
        records[{name, RecordType::Txt}] = {Answer::State::Found, {std::move(record)}};
    }
    dns::Ask ask()
    {
        return [this](const dns::Questions& questions, const dns::Answered& answered) {
            for (const auto& question : questions) {
                asked.insert(question);
                const auto found = records.find(question);
                answered(question, found == records.end() ? Answer{Answer::State::NoName, {}}
                                                          : found->second);
            }
        };
    }
};

Envelope envelope()
{
    Envelope envelope;
    envelope.client_ip = "192.0.2.7";
    envelope.helo = "mail.a.example";
    envelope.sender_verbatim = "<bob@a.example>";
    envelope.sender = parse_address("bob@a.example").value();
    return envelope;
}

const std::string bytes = "From: Bob <bob@a.example>\r\nSubject: x\r\n\r\nHello\r\n";

TEST_CASE("who sent a message is found out from the envelope and the message", "[dns]")
{
    World world;
    world.text("a.example", "v=spf1 include:b.example -all");
    world.text("b.example", "v=spf1 ip4:192.0.2.0/24 -all");
    world.text("_dmarc.a.example", "v=DMARC1; p=reject");
    MessageNetwork network{world.ask(), nullptr, {"mx.example", {}}, envelope(), {}};
    // Before the message is there.
    CHECK(world.asked.contains({"b.example", RecordType::Txt}));
    const auto message = read_message(bytes, {});
    network.read(message, 1s);
    CHECK(world.asked.contains({"_dmarc.a.example", RecordType::Txt}));
    const auto& found = network.authentication();
    CHECK(found.spf_mail_from.result == Result::Pass);
    CHECK(found.spf_helo.result == Result::None);
    CHECK(found.dmarc.result == Result::Pass);
    CHECK(found.dkim.empty());
}

TEST_CASE("a relay of the site proves nothing by its address", "[dns]")
{
    World world;
    world.text("a.example", "v=spf1 ip4:192.0.2.0/24 -all");
    world.text("_dmarc.a.example", "v=DMARC1; p=reject");
    AuthenticationSettings settings{"mx.example", {}};
    settings.relays = Networks::parse(std::vector<std::string>{"192.0.2.0/28"});
    MessageNetwork network{world.ask(), nullptr, settings, envelope(), {}};
    const auto message = read_message(bytes, {});
    network.read(message, 1s);
    CHECK(network.authentication().spf_mail_from.result == Result::None);
    CHECK_FALSE(world.asked.contains({"a.example", RecordType::Txt}));
}

TEST_CASE("DMARC fails behind a relay only where SPF could not have passed", "[dns]")
{
    struct Row {
        const char* client;
        const char* sender;
        Result dmarc;
    };
    const auto row = GENERATE(values<Row>({
        {"192.0.2.7", "bob@a.example", Result::None},
        {"192.0.2.7", "bob@Mail.A.example", Result::None},
        {"192.0.2.7", "", Result::None},
        {"192.0.2.7", "bob@b.example", Result::Fail},
        {"198.51.100.7", "bob@a.example", Result::Fail},
    }));
    CAPTURE(row.client, row.sender);
    World world;
    world.text("a.example", "v=spf1 ip4:203.0.113.7 -all");
    world.text("_dmarc.a.example", "v=DMARC1; p=reject");
    AuthenticationSettings settings{"mx.example", {}};
    settings.relays = Networks::parse(std::vector<std::string>{"192.0.2.0/28"});
    auto sent = envelope();
    sent.client_ip = row.client;
    sent.sender_verbatim = std::string{"<"} + row.sender + ">";
    sent.sender.reset();
    MessageNetwork network{world.ask(), nullptr, settings, sent, {}};
    const auto message = read_message(bytes, {});
    network.read(message, 1s);
    const auto& found = network.authentication();
    CHECK(found.dmarc.result == row.dmarc);
    CHECK(found.dmarc.from_domain == "a.example");
}

TEST_CASE("who begins many messages and sends none takes the DNS from nobody", "[dns]")
{
    std::vector<dns::Answered> waiting;
    dns::Questions asked;
    const dns::Ask silent = [&](const dns::Questions& questions, dns::Answered answered) {
        for (const auto& question : questions) asked.insert(question);
        waiting.push_back(std::move(answered));
    };
    dns::ClientShares shares;
    auto stranger = envelope();
    const auto begins = [&](const std::string& domain) {
        stranger.sender_verbatim = "<x@" + domain + ">";
        stranger.sender = parse_address("x@" + domain).value();
        return std::make_unique<MessageNetwork>(
            silent, nullptr, AuthenticationSettings{"mx.example", {}}, stranger, Moment{}, &shares);
    };
    for (int number = 0; number < 1'000; ++number)
        begins("e" + std::to_string(number) + ".example");
    CHECK(asked.size() <= dns::ClientShares::most_of_client);
    CHECK_FALSE(asked.contains({"e999.example", RecordType::Txt}));
    // What he sends in the end is looked at like any other's, and so are those of others.
    const auto sent = begins("e1000.example");
    const auto message = read_message(bytes, {});
    sent->read(message, 1ms);
    CHECK(asked.contains({"_dmarc.a.example", RecordType::Txt}));
    stranger.client_ip = "198.51.100.7";
    begins("other.example");
    CHECK(asked.contains({"other.example", RecordType::Txt}));
}

TEST_CASE("what a client's full share left unasked is asked when the message is there", "[dns]")
{
    World world;
    world.text("a.example", "v=spf1 include:b.example -all");
    world.text("b.example", "v=spf1 ip4:192.0.2.0/24 -all");
    bool is_full = true;
    const auto ask = [&, real = world.ask()](const dns::Questions& questions,
                                             const dns::Answered& answered) {
        if (!is_full) return real(questions, answered);
        for (const auto& question : questions) answered(question, {});
    };
    MessageNetwork network{ask, nullptr, {"mx.example", {}}, envelope(), {}};
    is_full = false;
    const auto message = read_message(bytes, {});
    network.read(message, 1s);
    CHECK(network.authentication().spf_mail_from.result == Result::Pass);
}

TEST_CASE("who waits may rest, and only who waits", "[dns]")
{
    const auto message = read_message(bytes, {});
    int rests = 0;
    const auto rest = [&](const auto& wait) {
        ++rests;
        wait();
    };
    World world;
    MessageNetwork known{world.ask(), nullptr, {"mx.example", {}}, envelope(), {}};
    known.read(message, 1s, rest);
    known.authentication();
    CHECK(rests == 0);

    MessageNetwork silent{
        [](const auto&, const auto&) {}, nullptr, {"mx.example", {}}, envelope(), {}};
    silent.read(message, 20ms, rest);
    silent.authentication();
    CHECK(rests == 1);
    // The time is over.
    silent.look_up([](dns::View& view) { view.ask({"late.example", RecordType::A}); });
    silent.answers();
    CHECK(rests == 1);
}

TEST_CASE("without answers nothing is proved and nothing failed", "[dns]")
{
    MessageNetwork network{
        [](const auto&, const auto&) {}, nullptr, {"mx.example", {}}, envelope(), {}};
    const auto message = read_message(bytes, {});
    network.read(message, 1ms);
    CHECK(network.authentication().spf_mail_from.result == Result::TempError);
    CHECK(network.authentication().dmarc.result == Result::TempError);
}

}  // namespace
}  // namespace lazaret::filter
