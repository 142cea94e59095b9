#include "milter/filter/rules/evals/body_addresses.hpp"
#include "milter/filter/rules/evals/globs.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/evals/sender_case.hpp"

using namespace lazaret::filter::rules;

TEST_CASE("addresses are found by their ends", "[sender_evals]")
{
    AddressGlobs globs;
    for (const auto* glob :
         {"bob@example.org", "*@Example.com", "*@*.test", "eve@*", "*x.example", "a?c@example.org"})
        globs.add(glob);
    struct Row {
        const char* address;
        bool is_in;
    };
    const auto row = GENERATE(values<Row>({
        {"bob@example.org", true},
        {"bo@example.org", false},
        {"any@example.com", true},
        {"any@a.example.com", false},
        {"any@a.test", true},
        {"any@a.b.test", true},
        {"any@test", false},
        {"eve@nowhere", true},
        {"steve@nowhere", false},
        {"a@xx.example", true},
        {"a@y.example", false},
        {"abc@example.org", true},
        {"abbc@example.org", false},
        {"", false},
    }));
    DYNAMIC_SECTION(row.address) { CHECK(globs.has(row.address) == row.is_in); }
    CHECK(globs.add("BOB@example.org") == 0);
}

TEST_CASE("lists are asked about senders and recipients", "[sender_evals]")
{
    struct Row {
        const char* says;
        const char* function;
        std::vector<std::string> arguments;
        SenderCase::Headers headers;
        unsigned answer;
    };
    const auto row = GENERATE(values<Row>({
        {"From", "check_from_in_blocklist", {}, {{"From:addr", {"x@BAD.example"}}}, 1},
        {"the envelope",
         "check_from_in_blocklist",
         {},
         {{"EnvelopeFrom:addr", {"x@bad.example"}}},
         1},
        {"two dots", "check_from_in_blocklist", {}, {{"From:addr", {"x@bad..example"}}}, 1},
        {"taken off the list",
         "check_from_in_blocklist",
         {},
         {{"From:addr", {"x@once.example"}}},
         0},
        {"only Resent-From counts",
         "check_from_in_blocklist",
         {},
         {{"Resent-From:first:addr", {"x@a.test"}}, {"From:addr", {"x@bad.example"}}},
         0},
        {"a named list", "check_from_in_list", {"BANKS"}, {{"From:addr", {"x@bank.test"}}}, 1},
        {"no such list", "check_from_in_list", {"NONE"}, {{"From:addr", {"x@bank.test"}}}, 0},
        {"Reply-To", "check_replyto_in_list", {"BANKS"}, {{"Reply-To:addr", {"x@bank.test"}}}, 1},
        {"a recipient", "check_to_in_welcomelist", {}, {{"Cc:addr", {"bob@example.org"}}}, 1},
        {"a recipient in a trace",
         "check_to_in_welcomelist",
         {},
         {{"Received", {"from a by b for <bob@example.org>; today\n"}}},
         1},
        {"in the fourth trace",
         "check_to_in_welcomelist",
         {},
         {{"Received", {"a\n", "b\n", "c\n", "x for <bob@example.org>; today\n"}}},
         0},
        {"put back on the list",
         "check_from_in_blocklist",
         {},
         {{"From:addr", {"x@again.example"}}},
         1},
        {"a welcome sender",
         "check_from_in_welcomelist",
         {},
         {{"From:addr", {"x@good.example"}}},
         1},
    }));
    DYNAMIC_SECTION(row.says)
    {
        SenderCase mail{row.headers,
                        {{"blocklist_from", "*@bad.example *@once.example"},
                         {"unblocklist_from", "*@once.example *@again.example"},
                         {"blocklist_from", "*@again.example"},
                         {"enlist_addrlist", "(BANKS) *@bank.test *@bank2.test"},
                         {"welcomelist_to", "bob@example.org"},
                         {"welcomelist_from", "*@good.example"}}};
        CHECK(mail.ask(row.function, row.arguments) == row.answer);
    }
}

TEST_CASE("a sender is welcome by his own relays only", "[sender_evals]")
{
    struct Row {
        const char* says;
        std::string ip;
        std::string rdns;
        std::string from;
        unsigned welcome;
        unsigned forged;
    };
    const auto row = GENERATE(values<Row>({
        {"by name", "192.0.2.1", "Mail.example.org", "bob@example.org", 1, 0},
        {"by a name that ends alike", "192.0.2.1", "notexample.org", "bob@example.org", 0, 1},
        {"by network", "198.51.100.7", "", "bob@example.org", 1, 0},
        {"by old class", "203.0.113.9", "", "bob@example.org", 1, 0},
        {"by no relay of his", "192.0.2.1", "a.test", "bob@example.org", 0, 1},
        {"who may come by any", "192.0.2.1", "a.test", "free@example.org", 0, 0},
        {"somebody else", "192.0.2.1", "mail.example.org", "bob@a.test", 0, 0},
    }));
    DYNAMIC_SECTION(row.says)
    {
        SenderCase mail{{{"From:addr", {row.from}}},
                        {{"welcomelist_from_rcvd", "*@example.org example.org"},
                         {"welcomelist_from_rcvd", "*@example.org [198.51.100.0/24]"},
                         {"welcomelist_from_rcvd", "*@example.org [203.0.113]"},
                         {"welcomelist_allows_relays", "free@*"}}};
        Relay relay;
        relay.ip = row.ip;
        relay.rdns = row.rdns;
        mail.rendering.relays.untrusted = {relay};
        CHECK(mail.ask("check_from_in_welcomelist") == row.welcome);
        CHECK(mail.ask("check_forged_in_welcomelist") == row.forged);
    }
}

TEST_CASE("the envelope's sender comes from his domain", "[sender_evals]")
{
    SenderCase mail{{{"EnvelopeFrom:addr", {"x@news.example.co.uk"}}}};
    Relay relay;
    relay.rdns = "mail7.example.co.uk";
    mail.rendering.relays.untrusted = {relay};
    CHECK(mail.ask("check_mailfrom_matches_rcvd") == 1);
    mail.rendering.relays.untrusted.front().rdns = "mail7.other.co.uk";
    CHECK(mail.ask("check_mailfrom_matches_rcvd") == 0);
}

TEST_CASE("hosts of links are in lists, the longest name decides", "[sender_evals]")
{
    struct Row {
        const char* host;
        unsigned listed;
    };
    const auto row = GENERATE(values<Row>({
        {"a.bad.example", 1},
        {"bad.example", 1},
        {"ok.bad.example", 0},
        {"x.ok.bad.example", 0},
        {"notbad.example", 0},
        {"192.0.2.1", 1},
        {"2.0.2.1", 0},
        {"back.test", 1},
        {"", 0},
    }));
    DYNAMIC_SECTION(row.host)
    {
        SenderCase mail{
            {},
            {{"enlist_uri_host", "(LIST) bad.example !ok.bad.example 192.0.2.1 gone.test"},
             {"delist_uri_host", "gone.test"},
             {"delist_uri_host", "(LIST) back.test"},
             {"enlist_uri_host", "(LIST) back.test"}}};
        mail.rendering.uris.details.emplace_back();
        auto& uri = mail.rendering.uris.details.back();
        uri.raw = "http://x/";
        uri.hosts = {{row.host, row.host}, {"gone.test", "gone.test"}};
        CHECK(mail.ask("check_uri_host_listed", {"LIST"}) == row.listed);
        CHECK(mail.ask("check_uri_host_listed", {"OTHER"}) == 0);
        CHECK(mail.ask("check_uri_host_in_blocklist") == 0);
    }
}

namespace {

const std::vector<std::pair<std::string, std::string>> freemail = {
    {"freemail_domains", "free.example mail.*.example free.test"},
    {"freemail_welcomelist", "good@free.example"}};

}  // namespace

TEST_CASE("freemail is told by its domain", "[sender_evals]")
{
    struct Row {
        const char* address;
        bool is_free;
    };
    const auto row = GENERATE(values<Row>({
        {"bob@free.example", true},
        {"bob@a.free.example", false},
        {"bob@mail.co.example", true},
        {"bob@mail.a.b.example", false},
        {"good@free.example", false},
        {"postmaster@free.example", false},
        {"info@free.example", false},
        {"infos@free.example", true},
        {"request-0123456789abcdef@free.example", false},
        {"a=b=c@free.example", false},
        {"01234567.89abcdef@free.example", false},
        {"01234567-89ab-cdef-0123-456789abcdef@free.example", false},
        {"free.example", true},
        {"", false},
        {"@", false},
    }));
    RuleSettings lines;
    for (const auto& [key, value] : freemail) lines.add(key, {value, {}});
    DYNAMIC_SECTION(row.address)
    {
        CHECK(SenderSettings::from(lines).freemail.has(row.address) == row.is_free);
    }
}

TEST_CASE("answers to freemail go elsewhere", "[sender_evals]")
{
    struct Row {
        const char* says;
        const char* function;
        std::vector<std::string> arguments;
        SenderCase::Headers headers;
        std::string_view body;
        unsigned answer;
    };
    const auto row = GENERATE(values<Row>({
        {"From", "check_freemail_from", {}, {{"From:addr", {"Bob@Free.example"}}}, "", 1},
        {"From with expression",
         "check_freemail_from",
         {"^b"},
         {{"From:addr", {"Bob@free.example"}}},
         "",
         1},
        {"that does not fit",
         "check_freemail_from",
         {"^c"},
         {{"From:addr", {"bob@free.example"}}},
         "",
         0},
        {"a broken one",
         "check_freemail_from",
         {"("},
         {{"From:addr", {"bob@free.example"}}},
         "",
         0},
        {"a field",
         "check_freemail_header",
         {"Reply-To", "\\d@"},
         {{"Reply-To:addr", {"bob7@free.example"}}},
         "",
         1},
        {"two freemails",
         "check_freemail_replyto",
         {"replyto"},
         {{"From:addr", {"bob@free.example"}}, {"Reply-To:addr", {"eve@free.test"}}},
         "",
         1},
        {"the same twice",
         "check_freemail_replyto",
         {"replyto"},
         {{"From:addr", {"bob@free.example"}}, {"Reply-To:addr", {"bob@free.example"}}},
         "",
         0},
        {"from a list",
         "check_freemail_replyto",
         {"replyto"},
         {{"EnvelopeFrom", {"news-bounces@a.test"}},
          {"From:addr", {"bob@free.example"}},
          {"Reply-To:addr", {"eve@free.test"}}},
         "",
         0},
        {"no_reply",
         "check_freemail_replyto",
         {"replyto"},
         {{"EnvelopeFrom", {"no_reply@a.test"}},
          {"From:addr", {"bob@free.example"}},
          {"Reply-To:addr", {"eve@free.test"}}},
         "",
         0},
        {"another in the text",
         "check_freemail_replyto",
         {"reply"},
         {{"From:addr", {"bob@free.example"}}},
         "Write to eve@free.test!",
         1},
        {"for Reply-To only",
         "check_freemail_replyto",
         {"replyto"},
         {{"From:addr", {"bob@free.example"}}},
         "Write to eve@free.test!",
         0},
        {"a quoted one",
         "check_freemail_replyto",
         {"reply"},
         {{"From:addr", {"bob@free.example"}}},
         "On Monday <eve@free.test> wrote:",
         0},
        {"one in a page's address",
         "check_freemail_replyto",
         {"reply"},
         {{"From:addr", {"bob@free.example"}}},
         "at HTTPS://x.test/?to=eve@free.test&x",
         0},
        {"many in the text",
         "check_freemail_replyto",
         {"reply"},
         {{"From:addr", {"bob@free.example"}}},
         "a@free.test b@free.test c@free.test d@free.test e@free.test",
         0},
        {"the text", "check_freemail_body", {}, {}, "to eve@free.test.", 1},
    }));
    DYNAMIC_SECTION(row.says)
    {
        SenderCase mail{row.headers, freemail};
        mail.rendering.body = {row.body};
        CHECK(mail.ask(row.function, row.arguments) == row.answer);
    }
}

TEST_CASE("addresses are found in texts", "[sender_evals]")
{
    const std::vector<std::string> top = {"test", "org"};
    const RegistryBoundaries boundaries{top, {}, {}};
    struct Row {
        std::string text;
        std::string found;
    };
    const auto row = GENERATE(values<Row>({
        {"to a.b@x.test now", "a.b@x.test"},
        {"to ..b@x.test", "b@x.test"},
        {"to a..b@x.test", "b@x.test"},
        {"to a.@x.test", ""},
        {"a@b@x.test", "b@x.test"},
        {"a@x.test.", "a@x.test"},
        {"a@x.test.y", ""},
        {"a@x.testing", ""},
        {"a@test", ""},
        {"a@-x.test", ""},
        {"a@1.2.3.4.test", "a@1.2.3.4.test"},
        {"a@1.2.3.4.5.test", ""},
        {std::string(64, 'a') + "@x.test", std::string(64, 'a') + "@x.test"},
        {std::string(65, 'a') + "@x.test", ""},
        {std::string(65, 'a') + ".b@x.test", "b@x.test"},
        {std::string(30'000, '@'), ""},
    }));
    DYNAMIC_SECTION(row.text.substr(0, 40))
    {
        const auto [begin, end] = find_address(row.text, 0, boundaries);
        CHECK(row.text.substr(begin, end - begin) == row.found);
    }
}

TEST_CASE("a name that is an address disguises the sender", "[sender_evals]")
{
    struct Row {
        const char* says;
        std::string name;
        const char* function;
        unsigned answer;
    };
    const auto row = GENERATE(values<Row>({
        {"no address", "Bob", "check_fromname_contains_email", 0},
        {"an address", "Bob <boss@bank.test>", "check_fromname_contains_email", 1},
        {"of no registry", "boss@bank.nowhere", "check_fromname_contains_email", 0},
        {"another's", "boss@bank.test", "check_fromname_spoof", 1},
        {"his own", "Eve@spam.test", "check_fromname_spoof", 0},
        {"of his domain", "other@spam.test", "check_fromname_spoof", 0},
        {"of his domain, but another address", "other@spam.test", "check_fromname_different", 1},
        {"of his house, says the list", "boss@house.test", "check_fromname_owners_differ", 0},
        {"in a long text",
         "boss@bank.test and a text that is much longer than the address, very much so",
         "check_fromname_spoof", 0},
        {"the recipient's", "bob@example.org", "check_fromname_equals_to", 1},
        {"that of Reply-To", "r@reply.test", "check_fromname_equals_replyto", 1},
    }));
    DYNAMIC_SECTION(row.says)
    {
        SenderCase mail{{{"From:addr", {"eve@spam.test"}},
                         {"From:name", {row.name}},
                         {"To:addr", {"bob@example.org"}},
                         {"Reply-To:addr", {"r@reply.test"}}},
                        {{"fns_add_addrlist", "(House) *@house.test *@spam.test"}}};
        CHECK(mail.ask(row.function) == row.answer);
    }
}
