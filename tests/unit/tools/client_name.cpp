#include "tools/lazaretctl/client_name.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret::tools;
using namespace lazaret::filter::dns;

TEST_CASE("a client's name is the one that leads back to it", "[tools]")
{
    const Question reverse{"9.2.0.192.in-addr.arpa", RecordType::Ptr};
    const Question mail{"mail.example.com", RecordType::A};
    const auto found = [](std::vector<std::string> records) {
        return Answer{Answer::State::Found, std::move(records)};
    };
    const Answer no_name{Answer::State::NoName, {}};
    const Answer failed{Answer::State::Failed, {}};
    struct Row {
        const char* says;
        std::string ip;
        Answers known;
        std::optional<std::string> name;
        std::size_t wanted;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"nothing is known yet", "192.0.2.9", {}, std::nullopt, 1},
        {"its addresses are not known yet",
         "192.0.2.9",
         {{reverse, found({"mail.example.com"})}},
         std::nullopt,
         1},
        {"a name",
         "192.0.2.9",
         {{reverse, found({"mail.example.com"})}, {mail, found({"192.0.2.8", "192.0.2.9"})}},
         "mail.example.com",
         0},
        {"the second of two",
         "192.0.2.9",
         {{reverse, found({"other.example", "mail.example.com"})},
          {{"other.example", RecordType::A}, no_name},
          {mail, found({"192.0.2.9"})}},
         "mail.example.com",
         0},
        {"none", "192.0.2.9", {{reverse, no_name}}, "[192.0.2.9]", 0},
        {"one that leads elsewhere",
         "192.0.2.9",
         {{reverse, found({"mail.example.com"})}, {mail, found({"192.0.2.8"})}},
         "[192.0.2.9]",
         0},
        {"the DNS is in trouble", "192.0.2.9", {{reverse, failed}}, std::nullopt, 0},
        {"it is in trouble half way",
         "192.0.2.9",
         {{reverse, found({"mail.example.com"})}, {mail, failed}},
         std::nullopt,
         0},
        {"IPv6",
         "2001:db8::1",
         {{{"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
            RecordType::Ptr},
           found({"six.example"})},
          {{"six.example", RecordType::Aaaa}, found({"2001:DB8:0::1"})}},
         "six.example",
         0},
        {"no address", "1.2.3", {}, std::nullopt, 0},
    }));
    DYNAMIC_SECTION(row.says)
    {
        View dns{row.known};
        CHECK(client_name(dns, row.ip) == row.name);
        CHECK(dns.wanted().size() == row.wanted);
    }
}
