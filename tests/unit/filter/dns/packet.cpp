#include "milter/filter/dns/packet.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace lazaret::filter::dns {
namespace {

using namespace std::string_literals;
using State = Answer::State;
using Type = RecordType;

// A reply about a.b with this many answers, which are already on the wire.
std::string reply(int count, const std::string& answers, char rcode = 0)
{
    return "\x12\x34\x81"s + static_cast<char>(0x80 | rcode) + "\0\1\0"s +
           static_cast<char>(count) + "\0\0\0\0\1a\1b\0\0\1\0\1"s + answers;
}

// A record of a.b: its name points to the question.
std::string record(char type, const std::string& data)
{
    return "\xc0\x0c\0"s + type + "\0\1\0\0\0\x3c\0"s + static_cast<char>(data.size()) + data;
}

Answer read(const std::string& packet, Type type)
{
    return reply_of({reinterpret_cast<const unsigned char*>(packet.data()), packet.size()}, type)
        .answer;
}

TEST_CASE("replies are read", "[dns]")
{
    struct Row {
        const char* says;
        std::string packet;
        Type type;
        Answer answer;
    };
    const auto row = GENERATE(values<Row>({
        {"an address", reply(1, record(1, "\x7f\0\0\2"s)), Type::A, {State::Found, {"127.0.0.2"}}},
        {"an address of six",
         reply(1, record(28, "\x20\1\x0d\xb8"s + std::string(11, '\0') + '\1')),
         Type::Aaaa,
         {State::Found, {"2001:db8::1"}}},
        {"an alias and what it leads to",
         reply(2, record(5, "\1c\xc0\x0e"s) + record(1, "\x7f\0\0\3"s)),
         Type::A,
         {State::Found, {"127.0.0.3"}}},
        {"an alias to nothing", reply(1, record(5, "\1c\xc0\x0e"s)), Type::A, {State::NoData, {}}},
        {"mail servers by preference",
         reply(2, record(15, "\0\x14\1y\xc0\x0e"s) + record(15, "\0\x0a\1X\xc0\x0e"s)),
         Type::Mx,
         {State::Found, {"x.b", "y.b"}}},
        {"a null MX", reply(1, record(15, "\0\0\0"s)), Type::Mx, {State::Found, {""}}},
        {"a name server", reply(1, record(2, "\1N\xc0\x0e"s)), Type::Ns, {State::Found, {"n.b"}}},
        {"two strings", reply(1, record(16, "\3v=s\3pf1"s)), Type::Txt, {State::Found, {"v=spf1"}}},
        {"a string with a NUL",
         reply(1, record(16, "\3a\0b"s)),
         Type::Txt,
         {State::Found, {"a\0b"s}}},
        {"no records", reply(0, ""), Type::A, {State::NoData, {}}},
        {"no such name", reply(0, "", 3), Type::A, {State::NoName, {}}},
        {"a failure", reply(0, "", 2), Type::A, {State::Failed, {}}},
        {"fewer answers than it says",
         reply(2, record(1, "\x7f\0\0\2"s)),
         Type::A,
         {State::Failed, {}}},
        {"a string that ends too late",
         reply(1, record(16, "\x09v=s"s)),
         Type::Txt,
         {State::Failed, {}}},
        {"an address of three bytes",
         reply(1, record(1, "\x7f\0\0"s)),
         Type::A,
         {State::Failed, {}}},
        {"a name that points to itself",
         reply(1, record(2, "\xc0\x21"s)),
         Type::Ns,
         {State::Failed, {}}},
        {"nothing", "", Type::A, {State::Failed, {}}},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto answer = read(row.packet, row.type);
        CHECK(answer.state == row.answer.state);
        CHECK(answer.records == row.answer.records);
    }
}

TEST_CASE("a reply is truncated when it says so or ends too early", "[dns]")
{
    const auto cut = [](const std::string& packet) {
        return is_truncated({reinterpret_cast<const unsigned char*>(packet.data()), packet.size()});
    };
    auto whole = reply(1, record(1, "\x7f\0\0\2"s));
    CHECK(!cut(whole));
    CHECK(cut(whole.substr(0, whole.size() - 1)));
    CHECK(cut(""));
    whole[2] = static_cast<char>(whole[2] | 0x02);
    CHECK(cut(whole));
}

TEST_CASE("a server without EDNS says FORMERR, and no OPT record", "[dns]")
{
    const auto refuses = [](const std::string& packet) {
        return refuses_edns({reinterpret_cast<const unsigned char*>(packet.data()), packet.size()});
    };
    const auto with_opt_record = [](std::string packet) {
        packet[11] = 1;
        return packet + "\0\0\x29\x04\xd0\0\0\0\0\0\0"s;
    };
    CHECK(refuses(reply(0, "", 1)));
    CHECK(refuses("\x12\x34\x81\x81"s + std::string(8, '\0')));
    CHECK_FALSE(refuses(with_opt_record(reply(0, "", 1))));
    CHECK_FALSE(refuses(reply(0, "", 2)));
    CHECK_FALSE(refuses(reply(1, record(1, "\x7f\0\0\2"s))));
    CHECK_FALSE(refuses(""));
}

TEST_CASE("a reply says how long it may be used", "[dns]")
{
    using namespace std::chrono_literals;
    const auto lives = [](std::string packet, int negative_records = 0) {
        if (!packet.empty()) packet[9] = static_cast<char>(negative_records);
        return reply_of({reinterpret_cast<const unsigned char*>(packet.data()), packet.size()},
                        Type::A)
            .lives;
    };
    const auto with_life = [](std::string record, const std::string& seconds) {
        return record.replace(6, 4, seconds);
    };
    const auto address = record(1, "\x7f\0\0\2"s);
    const auto alias = record(5, "\1c\xc0\x0e"s);
    // A minute itself, and so long for what is not there.
    const auto zone = [](const std::string& seconds) {
        return record(6, "\0\0"s + std::string(16, '\0') + seconds);
    };
    CHECK(lives(reply(1, address)) == 60s);
    CHECK(lives(reply(2, with_life(alias, "\0\0\0\7"s) + address)) == 7s);
    CHECK(lives(reply(1, with_life(address, "\0\1\0\0"s))) == 1h);
    CHECK(lives(reply(1, with_life(address, "\x80\0\0\1"s))) == 0s);
    CHECK(lives(reply(0, zone("\0\0\0\7"s), 3), 1) == 7s);
    CHECK(lives(reply(0, zone("\0\0\1\0"s)), 1) == 60s);
    CHECK(lives(reply(0, with_life(zone("\0\1\0\0"s), "\0\1\0\0"s)), 1) == 10min);
    CHECK(lives(reply(1, with_life(alias, "\0\0\0\3"s) + zone("\0\0\0\7"s), 3), 1) == 3s);
    CHECK(lives(reply(0, record(6, "\0\0\1"s)), 1) == 0s);
    CHECK(lives(reply(0, "", 3)) == 0s);
    CHECK(lives(reply(0, "", 2)) == 5s);
    CHECK(lives("") == 5s);
}

// A record of one TXT that is so long when its strings are joined.
std::string long_text(std::size_t size)
{
    std::string data;
    while (size > 0) {
        const auto part = std::min<std::size_t>(size, 255);
        data += static_cast<char>(part) + std::string(part, 'x');
        size -= part;
    }
    const auto length = data.size();
    return "\xc0\x0c\0\x10\0\1\0\0\0\x3c"s + static_cast<char>(length >> 8U) +
           static_cast<char>(length & 0xFFU) + data;
}

TEST_CASE("of an answer only so many bytes are kept", "[dns]")
{
    const auto sizes = [](const std::string& packet) {
        std::vector<std::size_t> all;
        for (const auto& record : read(packet, Type::Txt).records) all.push_back(record.size());
        return all;
    };
    CHECK(sizes(reply(1, long_text(most_data))) == std::vector{most_data});
    CHECK(sizes(reply(3, long_text(16'384) + long_text(4'000) + long_text(300))) ==
          std::vector<std::size_t>{16'384, 300});
    CHECK(read(reply(1, long_text(most_data + 1)), Type::Txt).state == State::Failed);
    CHECK(read(reply(1, long_text(60'000)), Type::A).state == State::NoData);
}

}  // namespace
}  // namespace lazaret::filter::dns
