#include "milter/filter/lists.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

constexpr Moment now{std::chrono::hours{500'000}};
constexpr AccountId account = 17;
constexpr TenantId tenant = 3;

const std::vector<Owner> owners = {Owner::site(), Owner::tenant(tenant),
                                   Owner::domain("example.org"), Owner::account(account)};

struct Entry {
    std::int64_t id;
    Owner owner;
    ListKind kind;
    std::string sender;
    Proof proof = Proof::none();
    std::string list_id = {};
    std::optional<Moment> expires = {};
    bool enabled = true;
};

Policy policy_with(const std::vector<Entry>& entries)
{
    Policy policy;
    for (const auto& entry : entries) {
        const auto sender = *parse_sender_pattern(entry.sender);
        policy.lists.change(list_key(entry.owner, sender.text), [&](auto& list) {
            list.push_back({entry.id, tenant, entry.owner, entry.kind, sender, entry.list_id,
                            entry.proof, entry.expires, entry.enabled});
        });
    }
    return policy;
}

// `deny 3`, `allow 1 by dkim=a.example`, `newsletter 4`, `unproven 5 6`; nothing: empty.
std::string shown(const ListAnswer& answer)
{
    std::string out;
    const auto add = [&](const Explanation::Match& match) {
        out += std::string{out.empty() ? "" : ", "} + std::string{token(match.kind)} + ' ' +
               std::to_string(match.entry) + (match.proof.empty() ? "" : " by " + match.proof);
    };
    if (answer.decided) add(*answer.decided);
    if (answer.newsletter) add(*answer.newsletter);
    if (answer.warned) add(*answer.warned);
    for (const auto& match : answer.unproven)
        out += std::string{out.empty() ? "" : ", "} + "unproven " + std::to_string(match.entry);
    return out;
}

const SenderProofs dkim{{"a.example"}, {}, {}};
const SenderProofs dmarc{{}, {}, {"a.example"}};
const SenderProofs spf{{}, {"bounce.example"}, {}};

// From bob@a.example, MAIL FROM x@bounce.example, List-Id news.a.example.
std::string ask(const std::vector<Entry>& entries, const SenderProofs& proofs = {})
{
    Letter letter{"From: bob@a.example\r\n", {"Bob@A.example"}, "x@bounce.example"};
    letter.message.list_id = "news.a.example";
    return shown(ask_lists(policy_with(entries), owners,
                           sender_of(letter.message, letter.envelope, proofs), now));
}

}  // namespace

TEST_CASE("an entry names what it says and nothing else", "[lists]")
{
    struct Row {
        const char* says;
        std::string sender;
        bool named;
    };
    const auto row = GENERATE(values<Row>({
        {"the address of From", "bob@a.example", true},
        {"in capitals", "BOB@A.EXAMPLE", true},
        {"its domain", "@a.example", true},
        {"its domain with those below", ".a.example", true},
        {"a whole top-level domain", ".example", true},
        {"the address of MAIL FROM", "x@bounce.example", true},
        {"the domain of MAIL FROM", "@bounce.example", true},
        {"another address", "bo@a.example", false},
        {"one that ends alike", "ob@a.example", false},
        {"a tag", "bob+x@a.example", false},
        {"a domain above, exactly", "@example", false},
        {"a domain below", "@x.a.example", false},
        {"a domain that ends alike", ".ba.example", false},
        {"a part of the domain", "@a.exampl", false},
        {"another domain", "@b.example", false},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(ask({{1, Owner::site(), ListKind::Deny, row.sender}}) == (row.named ? "deny 1" : ""));
    }
}

TEST_CASE("an entry for a family names all that were made for one message each", "[lists]")
{
    struct Row {
        const char* says;
        std::string from;
        std::string sender;
        bool named;
    };
    const auto row = GENERATE(values<Row>({
        {"a tag", "news+8f3a@a.example", "news+@a.example", true},
        {"another tag", "news+x@a.example", "news+@a.example", true},
        {"without tag", "news@a.example", "news+@a.example", false},
        {"another name", "snews+x@a.example", "news+@a.example", false},
        {"another domain", "news+x@b.example", "news+@a.example", false},
        {"VERP", "bounce-77-bob=c.example@a.example", "bounce-@a.example", true},
        {"exactly that one", "news+8f3a@a.example", "news+8f3a@a.example", true},
        {"not its sister", "news+8f3b@a.example", "news+8f3a@a.example", false},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const Letter letter{"From: " + row.from + "\r\n", {row.from}, "x@bounce.example"};
        const auto answer = ask_lists(policy_with({{1, Owner::site(), ListKind::Deny, row.sender}}),
                                      owners, sender_of(letter.message, letter.envelope, {}), now);
        CHECK(shown(answer) == (row.named ? "deny 1" : ""));
    }
}

TEST_CASE("an allow entry counts only with its proof", "[lists]")
{
    using enum ListKind;
    const auto site = Owner::site();
    struct Row {
        const char* says;
        std::vector<Entry> entries;
        SenderProofs proofs;
        std::string answer;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"From by DKIM",
         {{1, site, Allow, "@a.example", Proof::any()}},
         dkim,
         "allow 1 by dkim=a.example"},
        {"From by DMARC",
         {{1, site, Allow, "bob@a.example", Proof::any()}},
         dmarc,
         "allow 1 by dmarc=a.example"},
        {"From not by SPF", {{1, site, Allow, "@a.example", Proof::any()}}, spf, "unproven 1"},
        {"MAIL FROM by SPF",
         {{1, site, Allow, "@bounce.example", Proof::any()}},
         spf,
         "allow 1 by spf=bounce.example"},
        {"MAIL FROM not by DKIM",
         {{1, site, Allow, "@bounce.example", Proof::any()}},
         dkim,
         "unproven 1"},
        {"no proof at all", {{1, site, Allow, "@a.example", Proof::any()}}, {}, "unproven 1"},
        {"an entry that asks for none needs it too",
         {{1, site, Allow, "@a.example", Proof::none()}},
         {},
         "unproven 1"},
        {"a deny entry needs none", {{1, site, Deny, "@a.example"}}, {}, "deny 1"},
        {"a deny entry that asks for it", {{1, site, Deny, "@a.example", Proof::any()}}, {}, ""},
        {"and has it",
         {{1, site, Deny, "@a.example", Proof::any()}},
         dkim,
         "deny 1 by dkim=a.example"},
        {"one entry, both names, one proof",
         {{1, site, Allow, ".example", Proof::any()}},
         spf,
         "allow 1 by spf=bounce.example"},
        {"the proven one beside the unproven",
         {{1, site, Allow, "@a.example", Proof::any()},
          {2, site, Allow, "@bounce.example", Proof::any()}},
         spf,
         "allow 2 by spf=bounce.example, unproven 1"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(ask(row.entries, row.proofs) == row.answer); }
}

TEST_CASE("the more specific owner wins, and deny on one level", "[lists]")
{
    using enum ListKind;
    const auto site = Owner::site();
    const auto customer = Owner::tenant(tenant);
    const auto domain = Owner::domain("example.org");
    const auto person = Owner::account(account);
    struct Row {
        const char* says;
        std::vector<Entry> entries;
        std::string answer;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"account over tenant",
         {{1, customer, Deny, "@a.example"}, {2, person, Allow, "@a.example"}},
         "allow 2 by dkim=a.example"},
        {"account over domain",
         {{1, domain, Allow, "@a.example"}, {2, person, Deny, "@a.example"}},
         "deny 2 by dkim=a.example"},
        {"domain over tenant",
         {{1, customer, Allow, "@a.example"}, {2, domain, Deny, "@a.example"}},
         "deny 2 by dkim=a.example"},
        {"tenant over site",
         {{1, site, Deny, "@a.example"}, {2, customer, Allow, "@a.example"}},
         "allow 2 by dkim=a.example"},
        {"deny over allow",
         {{1, person, Allow, "@a.example"}, {2, person, Deny, "@a.example"}},
         "deny 2 by dkim=a.example"},
        {"deny of a domain over allow of an address",
         {{1, person, Allow, "bob@a.example"}, {2, person, Deny, ".example"}},
         "deny 2 by dkim=a.example"},
        {"deny of MAIL FROM over allow of From",
         {{1, person, Allow, "bob@a.example"}, {2, person, Deny, "@bounce.example"}},
         "deny 2"},
        {"another account", {{1, Owner::account(18), Deny, "@a.example"}}, ""},
        {"another tenant", {{1, Owner::tenant(4), Deny, "@a.example"}}, ""},
        {"another domain", {{1, Owner::domain("example.com"), Deny, "@a.example"}}, ""},
        {"the more specific pattern is the one shown",
         {{1, site, Deny, ".example"}, {2, site, Deny, "bob@a.example"}},
         "deny 2 by dkim=a.example"},
        {"an unproven allow gives way to the site's deny",
         {{1, person, Allow, "@bounce.example"}, {2, site, Deny, "@a.example"}},
         "deny 2 by dkim=a.example, unproven 1"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(ask(row.entries, dkim) == row.answer); }
}

TEST_CASE("a warn entry decides nothing, and a block silences it", "[lists]")
{
    using enum ListKind;
    const auto site = Owner::site();
    const auto domain = Owner::domain("example.org");
    const auto person = Owner::account(account);
    struct Row {
        const char* says;
        std::vector<Entry> entries;
        std::string answer;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"by From, without proof", {{1, person, Warn, "bob@a.example"}}, "warn 1"},
        {"by MAIL FROM", {{1, person, Warn, "@bounce.example"}}, "warn 1"},
        {"another sender", {{1, person, Warn, "@b.example"}}, ""},
        {"another account", {{1, Owner::account(18), Warn, "@a.example"}}, ""},
        {"switched off", {{1, person, Warn, "@a.example", Proof::none(), {}, {}, false}}, ""},
        {"one that asks for proof", {{1, person, Warn, "@a.example", Proof::any()}}, ""},
        {"the more specific owner's is named",
         {{1, site, Warn, "@a.example"}, {2, person, Warn, ".example"}},
         "warn 2"},
        {"beside an allow entry that lacks its proof",
         {{1, person, Allow, "@a.example", Proof::any()}, {2, person, Warn, "@a.example"}},
         "warn 2, unproven 1"},
        {"blocked by the same owner",
         {{1, person, Deny, "@a.example"}, {2, person, Warn, "@a.example"}},
         "deny 1"},
        {"blocked by a more specific owner",
         {{1, person, Deny, "@a.example"}, {2, site, Warn, "@a.example"}},
         "deny 1"},
        {"blocked by the site, and somebody wants to know",
         {{1, site, Deny, "@a.example"}, {2, domain, Warn, "@a.example"}},
         "deny 1, warn 2"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(ask(row.entries) == row.answer); }
}

TEST_CASE("expired and switched off entries do not count", "[lists]")
{
    const Entry entry{1, Owner::site(), ListKind::Deny, "@a.example"};
    auto until = entry;
    until.expires = now;
    CHECK(ask({until}) == "deny 1");
    until.expires = now - std::chrono::microseconds{1};
    CHECK(ask({until}).empty());
    auto off = entry;
    off.enabled = false;
    CHECK(ask({off}).empty());
    auto allow = entry;
    allow.kind = ListKind::Allow;
    allow.enabled = false;
    CHECK(ask({allow}).empty());
}

TEST_CASE("a newsletter is accepted by List-Id and From", "[lists]")
{
    using enum ListKind;
    const auto person = Owner::account(account);
    struct Row {
        const char* says;
        std::vector<Entry> entries;
        std::string answer;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"both",
         {{1, person, Newsletter, "@a.example", Proof::any(), "news.a.example"}},
         "newsletter 1"},
        {"any list of this sender", {{1, person, Newsletter, "@a.example"}}, "newsletter 1"},
        {"another list",
         {{1, person, Newsletter, "@a.example", Proof::none(), "shop.a.example"}},
         ""},
        {"another sender",
         {{1, person, Newsletter, "@b.example", Proof::none(), "news.a.example"}},
         ""},
        {"MAIL FROM is not asked", {{1, person, Newsletter, "@bounce.example"}}, ""},
        {"a proof that the sender has not",
         {{1, person, Newsletter, "@a.example", Proof::dkim("a.example"), "news.a.example"}},
         "unproven 1"},
        {"the site's", {{1, Owner::site(), Newsletter, "@a.example"}}, "newsletter 1"},
        {"beside a deny entry",
         {{1, person, Newsletter, "@a.example"}, {2, Owner::site(), Deny, "@a.example"}},
         "deny 2, newsletter 1"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(ask(row.entries) == row.answer); }
}

TEST_CASE("several authors prove nothing, but each can be denied", "[lists]")
{
    const SenderProofs proofs{{"a.example", "b.example"}, {}, {}};
    const auto asked = [&](const std::string& header, const std::vector<std::string>& from,
                           ListKind kind) {
        const Letter letter{header, from};
        return shown(ask_lists(policy_with({{1, Owner::site(), kind, "@a.example", Proof::none()}}),
                               owners, sender_of(letter.message, letter.envelope, proofs), now));
    };
    const std::vector<std::string> two = {"x@b.example", "bob@a.example"};
    CHECK(asked("From: x@b.example, bob@a.example\r\n", two, ListKind::Allow) == "unproven 1");
    CHECK(asked("From: x@b.example, bob@a.example\r\n", two, ListKind::Deny) == "deny 1");
    // Two fields of which the reading took one.
    CHECK(asked("From: x@b.example\r\nFROM: bob@a.example\r\n", {"bob@a.example"},
                ListKind::Allow) == "unproven 1");
    CHECK(asked("From: bob@a.example\r\n", {"bob@a.example"}, ListKind::Allow) ==
          "allow 1 by dkim=a.example");
}

TEST_CASE("odd senders are asked about without harm", "[lists]")
{
    const auto policy = policy_with({{1, Owner::site(), ListKind::Deny, "@[192.0.2.1]"},
                                     {2, Owner::site(), ListKind::Deny, "@many.example"}});
    const auto asked = [&](const Letter& letter) {
        return shown(
            ask_lists(policy, owners, sender_of(letter.message, letter.envelope, {}), now));
    };
    CHECK(asked(Letter{"Subject: no From, null sender\r\n"}).empty());
    CHECK(asked(Letter{"From: bob@[192.0.2.1]\r\n", {"bob@[192.0.2.1]"}}) == "deny 1");
    std::vector<std::string> many(5'000, "x@other.example");
    many[1] = "x@many.example";
    CHECK(asked(Letter{"From: ...\r\n", many}) == "deny 2");
    std::string deep = "x@";
    for (int at = 0; at < 120; ++at) deep += "a.";
    CHECK(asked(Letter{"From: ...\r\n", {deep + "example"}}).empty());
}
