#include <sstream>

#include "base/error.hpp"
#include "milter/filter/lists.hpp"
#include "milter/filter/message/message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"
#include "tests/support/repeated.hpp"

// What people put on lists, and the mail that comes: from the bytes of a header to the entry.
using namespace lazaret;
using namespace lazaret::filter;

namespace {

constexpr Moment now{std::chrono::hours{500'000}};
const std::vector<Owner> owners = {Owner::site(), Owner::tenant(3), Owner::domain("example.org"),
                                   Owner::account(17)};

Owner owner_named(const std::string& name)
{
    if (name == "site") return Owner::site();
    if (name == "tenant") return Owner::tenant(3);
    if (name == "domain") return Owner::domain("example.org");
    return Owner::account(17);
}

// `account allow bob@a.example dkim=a.example off`: owner, kind, sender, what it asks for (`-`:
// what is usual), and perhaps `off`, `ended` or `ending`.
ListEntry entry_from(std::int64_t id, const std::string& text)
{
    std::istringstream words{text};
    std::string owner, kind, sender, proof, more;
    words >> owner >> kind >> sender >> proof >> more;
    ListEntry entry;
    entry.id = id;
    entry.tenant = 3;
    entry.owner = owner_named(owner);
    entry.kind = list_kind_of(kind).value();
    entry.sender = parse_sender_pattern(sender).value();
    entry.proof = entry.kind == ListKind::Deny ? Proof::none() : Proof::any();
    if (!proof.empty() && proof != "-") entry.proof = proof_of(proof).value();
    if (more == "ended") entry.expires = now - std::chrono::microseconds{1};
    if (more == "ending") entry.expires = now;
    entry.enabled = more != "off";
    return entry;
}

// The entries are numbered from 1.
Policy policy_with(const std::vector<std::string>& entries)
{
    Policy policy;
    std::int64_t id = 0;
    for (const auto& text : entries) {
        const auto entry = entry_from(++id, text);
        policy.lists.change(list_key(entry.owner, entry.sender.text),
                            [&](auto& list) { list.push_back(entry); });
    }
    return policy;
}

// `dmarc=a.example spf=b.example`
SenderProofs proofs_from(const std::string& text)
{
    SenderProofs proofs;
    std::istringstream words{text};
    for (std::string word; words >> word;) {
        const auto proof = proof_of(word).value();
        if (proof.kind == Proof::Kind::Dmarc) proofs.dmarc_domains.push_back(proof.of);
        if (proof.kind == Proof::Kind::Dkim) proofs.dkim_domains.push_back(proof.of);
        if (proof.kind == Proof::Kind::Spf) proofs.spf_domains.push_back(proof.of);
    }
    return proofs;
}

// `deny 3`, `allow 1 by dkim=a.example`, `unproven 5`; nothing: empty.
std::string shown(const ListAnswer& answer)
{
    std::string out;
    if (const auto& match = answer.decided)
        out = std::string{token(match->kind)} + ' ' + std::to_string(match->entry) +
              (match->proof.empty() ? "" : " by " + match->proof);
    for (const auto& match : answer.unproven)
        out += (out.empty() ? "unproven " : ", unproven ") + std::to_string(match.entry);
    return out;
}

struct Row {
    const char* says;
    std::string from;       // the field, as it stands in the header
    std::string mail_from;  // empty: the null sender
    std::string client;
    std::string proofs;
    std::vector<std::string> entries;
    std::string answer;
};

std::string answer_to(const Row& row)
{
    const auto bytes = row.from + "\r\nSubject: x\r\n\r\nHello.\r\n";
    const auto message = read_message(bytes, {});
    Envelope envelope;
    envelope.client_ip = row.client;
    if (!row.mail_from.empty()) envelope.sender = parse_address(row.mail_from).value();
    return shown(ask_lists(policy_with(row.entries), owners,
                           sender_of(message, envelope, proofs_from(row.proofs)), now));
}

const std::string bank = "From: Bob <bob@bank.example>";
const std::string evil = "x@evil.test";
const std::string home = "192.0.2.7";

}  // namespace

TEST_CASE("an entry counts for its sender only", "[lists]")
{
    const auto row = GENERATE_COPY(values<Row>({
        {"a forged From", bank, evil, home, "", {"account allow bob@bank.example"}, "unproven 1"},
        {"a forged From, and the forger proves himself",
         bank,
         evil,
         home,
         "dkim=evil.test spf=evil.test",
         {"account allow bob@bank.example"},
         "unproven 1"},
        {"a name that looks like an address",
         "From: \"bob@bank.example\" <x@evil.test>",
         evil,
         home,
         "dmarc=evil.test spf=evil.test",
         {"account allow bob@bank.example"},
         ""},
        {"an address that cannot be read before the one that can",
         "From: ceo@bank..example, x@evil.test",
         evil,
         home,
         "dmarc=evil.test",
         {"account allow x@evil.test dmarc=evil.test"},
         "unproven 1"},
        {"a longer domain",
         "From: bob@bank.example.evil.test",
         evil,
         home,
         "dmarc=bank.example.evil.test",
         {"account allow bob@bank.example"},
         ""},
        {"a longer domain, by its domain",
         "From: bob@bank.example.evil.test",
         evil,
         home,
         "dmarc=bank.example.evil.test",
         {"account allow @bank.example"},
         ""},
        {"a longer domain, by those below",
         "From: bob@bank.example.evil.test",
         evil,
         home,
         "dmarc=bank.example.evil.test",
         {"account allow .bank.example"},
         ""},
        {"a longer local part",
         "From: notbob@bank.example",
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example"},
         ""},
        {"a longer first label",
         "From: bob@mybank.example",
         evil,
         home,
         "dmarc=mybank.example",
         {"account allow .bank.example", "account allow @bank.example"},
         ""},
        {"an address in quotes",
         "From: \"bob@bank.example\"@evil.test",
         evil,
         home,
         "dmarc=evil.test",
         {"account allow bob@bank.example"},
         ""},
        {"a source route",
         "From: <@evil.test:bob@bank.example>",
         evil,
         home,
         "",
         {"account allow bob@bank.example"},
         "unproven 1"},

        {"the domain",
         bank,
         evil,
         home,
         "dmarc=bank.example",
         {"account allow @bank.example"},
         "allow 1 by dmarc=bank.example"},
        {"the domain without its sign",
         bank,
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bank.example"},
         "allow 1 by dmarc=bank.example"},
        {"the domain is not those below",
         "From: bob@mail.bank.example",
         evil,
         home,
         "dmarc=mail.bank.example",
         {"account allow @bank.example"},
         ""},
        {"those below are the domain, too",
         bank,
         evil,
         home,
         "dmarc=bank.example",
         {"account allow .bank.example"},
         "allow 1 by dmarc=bank.example"},
        {"those below",
         "From: bob@a.b.bank.example",
         evil,
         home,
         "dmarc=a.b.bank.example",
         {"account allow .bank.example"},
         "allow 1 by dmarc=a.b.bank.example"},
        {"those below, unproven",
         "From: bob@a.bank.example",
         evil,
         home,
         "dmarc=bank.example",
         {"account allow .bank.example"},
         "unproven 1"},

        {"an IDN, written by a person",
         "From: bob@xn--bcher-kva.example",
         evil,
         home,
         "dmarc=xn--bcher-kva.example",
         {"account allow bob@b\xc3\xbc"
          "cher.example"},
         "allow 1 by dmarc=xn--bcher-kva.example"},
        {"an IDN in capitals",
         "From: bob@XN--BCHER-KVA.example",
         evil,
         home,
         "dmarc=xn--bcher-kva.example",
         {"account allow @B\xc3\x9c"
          "CHER.example"},
         "allow 1 by dmarc=xn--bcher-kva.example"},
        {"an IDN in the mail",
         "From: bob@b\xc3\xbc"
         "cher.example",
         evil,
         home,
         "dmarc=xn--bcher-kva.example",
         {"account allow .xn--bcher-kva.example"},
         "allow 1 by dmarc=xn--bcher-kva.example"},
        {"a look-alike IDN",
         "From: bob@b\xd0\xb0nk.example",
         evil,
         home,
         "",
         {"account deny bob@bank.example"},
         ""},

        {"capitals in the mail",
         "From: BOB@Bank.EXAMPLE",
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example"},
         "allow 1 by dmarc=bank.example"},
        {"capitals in the entry",
         bank,
         evil,
         home,
         "dmarc=bank.example",
         {"account allow Bob@BANK.example"},
         "allow 1 by dmarc=bank.example"},
        {"a dot at the end",
         "From: bob@bank.example.",
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example."},
         "allow 1 by dmarc=bank.example"},

        {"a tag is not asked for",
         "From: bob+x@bank.example",
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example"},
         ""},
        {"a tag is asked for",
         "From: bob+x@bank.example",
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob+@bank.example"},
         "allow 1 by dmarc=bank.example"},
        {"every tag is not none",
         bank,
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob+@bank.example"},
         ""},
        {"one tag",
         "From: bob+y@bank.example",
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob+x@bank.example"},
         ""},
        {"VERP is not asked for",
         bank,
         "b-1-me=example.org@bank.example",
         home,
         "spf=bank.example",
         {"account allow b@bank.example"},
         ""},
        {"VERP is asked for",
         bank,
         "b-1-me=example.org@bank.example",
         home,
         "spf=bank.example",
         {"account allow b-@bank.example"},
         "allow 1 by spf=bank.example"},
        {"VERP, unproven",
         bank,
         "b-1-me=example.org@bank.example",
         home,
         "",
         {"account allow b-@bank.example"},
         "unproven 1"},
        {"SRS is not asked for",
         "From: x@y.example",
         "SRS0=Xy=7A=bank.example=bob@fwd.example",
         home,
         "spf=fwd.example",
         {"account allow bob@bank.example", "account allow @bank.example"},
         ""},
        {"SRS is asked for",
         "From: x@y.example",
         "SRS0=Xy=7A=bank.example=bob@fwd.example",
         home,
         "spf=fwd.example",
         {"account allow SRS0=bank.example=bob@fwd.example"},
         "allow 1 by spf=fwd.example"},
        {"SRS of somebody else",
         "From: x@y.example",
         "SRS0=Xy=7A=evil.test=bob@fwd.example",
         home,
         "spf=fwd.example",
         {"account allow SRS0=bank.example=bob@fwd.example"},
         ""},
        {"SRS of another forwarder",
         "From: x@y.example",
         "SRS0=Xy=7A=bank.example=bob@evil.test",
         home,
         "spf=evil.test",
         {"account allow SRS0=bank.example=bob@fwd.example"},
         ""},
        {"SRS, forwarded twice",
         "From: x@y.example",
         "SRS1=Qw=fwd.example==Xy=7A=bank.example=bob@two.example",
         home,
         "spf=two.example",
         {"account allow SRS1=fwd.example==bank.example=bob@two.example"},
         "allow 1 by spf=two.example"},
        {"SRS does not let all of a forwarder in",
         "From: x@y.example",
         "SRS0+Xy=7A=bank.example=bob@fwd.example",
         home,
         "spf=fwd.example",
         {"account allow SRS0+@fwd.example"},
         ""},

        {"the null sender",
         bank,
         "",
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example"},
         "allow 1 by dmarc=bank.example"},
        {"the null sender and no From",
         "X-No: From",
         "",
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example", "account deny @bank.example"},
         ""},
        {"several authors",
         "From: x@evil.test, bob@bank.example",
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example"},
         "unproven 1"},
        {"several authors are denied by any",
         "From: x@evil.test, bob@bank.example",
         evil,
         home,
         "",
         {"account deny bob@bank.example"},
         "deny 1"},
        {"a From that is no address list is denied by what is shown",
         "From: Offers :) <bob@bank.example>",
         evil,
         home,
         "",
         {"account deny @bank.example"},
         "deny 1"},
        {"a From that is no address list is not allowed by it",
         "From: Offers :) <bob@bank.example>",
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example", "account allow bob@bank.example network=192.0.2.0/24"},
         "unproven 1, unproven 2"},
        {"the last of fifty authors is denied",
         "From: " + test::repeated("x@evil.test, ", 49) + "bob@bank.example",
         evil,
         home,
         "",
         {"account deny bob@bank.example"},
         "deny 1"},
        {"two From fields",
         "From: bob@bank.example\r\nFrom: x@evil.test",
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example"},
         "unproven 1"},
        {"an empty From",
         "From: ",
         "x@fwd.example",
         home,
         "spf=fwd.example",
         {"account allow x@fwd.example"},
         "allow 1 by spf=fwd.example"},

        {"ended",
         bank,
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example - ended"},
         ""},
        {"on its last day",
         bank,
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example - ending"},
         "allow 1 by dmarc=bank.example"},
        {"switched off",
         bank,
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example - off"},
         ""},
        {"a deny entry, switched off",
         bank,
         evil,
         home,
         "",
         {"account deny bob@bank.example - off"},
         ""},
        {"a deny entry, ended",
         bank,
         evil,
         home,
         "",
         {"account deny bob@bank.example - ended"},
         ""},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(answer_to(row) == row.answer); }
}

TEST_CASE("an allow entry asks for what was proved when it was made", "[lists]")
{
    const std::string bounce = "x@bounce.example";
    const auto row = GENERATE_COPY(values<Row>({
        {"the same DMARC",
         bank,
         bounce,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example dmarc=bank.example"},
         "allow 1 by dmarc=bank.example"},
        {"weaker: DKIM for DMARC",
         bank,
         bounce,
         home,
         "dkim=bank.example",
         {"account allow bob@bank.example dmarc=bank.example"},
         "unproven 1"},
        {"the same DKIM",
         bank,
         bounce,
         home,
         "dkim=bank.example",
         {"account allow bob@bank.example dkim=bank.example"},
         "allow 1 by dkim=bank.example"},
        {"better: DMARC for DKIM",
         bank,
         bounce,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example dkim=bank.example"},
         "allow 1 by dmarc=bank.example"},
        {"better beside the same: the better is shown",
         bank,
         bounce,
         home,
         "dkim=bank.example dmarc=bank.example",
         {"account allow bob@bank.example dkim=bank.example"},
         "allow 1 by dmarc=bank.example"},
        {"another signer, as good",
         "From: bob@news.bank.example",
         bounce,
         home,
         "dkim=news.bank.example",
         {"account allow bob@news.bank.example dkim=bank.example"},
         "unproven 1"},
        {"the signer above",
         "From: bob@news.bank.example",
         bounce,
         home,
         "dkim=bank.example",
         {"account allow bob@news.bank.example dkim=bank.example"},
         "allow 1 by dkim=bank.example"},
        {"a signer that is not aligned",
         bank,
         bounce,
         home,
         "dkim=bounce.example",
         {"account allow bob@bank.example dkim=bounce.example"},
         "unproven 1"},
        {"a signature of another kind for another name",
         bank,
         bounce,
         home,
         "spf=bounce.example",
         {"account allow bob@bank.example dkim=bank.example"},
         "unproven 1"},
        {"SPF",
         bank,
         bounce,
         home,
         "spf=bounce.example",
         {"account allow x@bounce.example spf=bounce.example"},
         "allow 1 by spf=bounce.example"},
        {"SPF is not proved by DMARC of From",
         bank,
         "bob@bank.example",
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example spf=bank.example"},
         "unproven 1"},
        {"SPF of the address that is in From, too",
         bank,
         "bob@bank.example",
         home,
         "spf=bank.example",
         {"account allow bob@bank.example spf=bank.example"},
         "allow 1 by spf=bank.example"},
        {"SPF of another domain",
         bank,
         bounce,
         home,
         "spf=evil.test",
         {"account allow x@bounce.example spf=bounce.example"},
         "unproven 1"},
        {"a domain below, with the proof of its own",
         "From: bob@shop.bank.example",
         bounce,
         home,
         "dmarc=shop.bank.example",
         {"account allow .bank.example dmarc=bank.example"},
         "unproven 1"},
        {"a domain below, signed as the one above was",
         "From: bob@shop.bank.example",
         bounce,
         home,
         "dkim=bank.example",
         {"account allow .bank.example dkim=bank.example"},
         "allow 1 by dkim=bank.example"},
        {"a domain below, by DMARC of its own, where the one above must sign",
         "From: bob@evil.hosting.example",
         bounce,
         home,
         "dmarc=evil.hosting.example dkim=evil.hosting.example",
         {"account allow .hosting.example dkim=hosting.example"},
         "unproven 1"},
        {"the domain itself, by DMARC",
         "From: bob@hosting.example",
         bounce,
         home,
         "dmarc=hosting.example",
         {"account allow .hosting.example dkim=hosting.example"},
         "allow 1 by dmarc=hosting.example"},
        {"an entry for the domain below, by its DMARC",
         "From: bob@news.hosting.example",
         bounce,
         home,
         "dmarc=news.hosting.example",
         {"account allow @news.hosting.example dkim=hosting.example"},
         "allow 1 by dmarc=news.hosting.example"},
        {"any, as entries of old",
         bank,
         bounce,
         home,
         "dkim=bank.example",
         {"account allow bob@bank.example any"},
         "allow 1 by dkim=bank.example"},
        {"any is not none",
         bank,
         bounce,
         home,
         "",
         {"account allow bob@bank.example any"},
         "unproven 1"},

        {"narrow, from its network",
         bank,
         bounce,
         "192.0.2.99",
         "",
         {"account allow bob@bank.example network=192.0.2.0/24 ending"},
         "allow 1 by network=192.0.2.0/24"},
        {"narrow, from another network",
         bank,
         bounce,
         "192.0.3.7",
         "",
         {"account allow bob@bank.example network=192.0.2.0/24 ending"},
         "unproven 1"},
        {"narrow, from nowhere",
         bank,
         bounce,
         "",
         "",
         {"account allow bob@bank.example network=192.0.2.0/24 ending"},
         "unproven 1"},
        {"narrow, and a proof from elsewhere",
         bank,
         bounce,
         "198.51.100.1",
         "dmarc=bank.example",
         {"account allow bob@bank.example network=192.0.2.0/24 ending"},
         "unproven 1"},
        {"narrow, ended",
         bank,
         bounce,
         home,
         "",
         {"account allow bob@bank.example network=192.0.2.0/24 ended"},
         ""},
        {"narrow, switched off",
         bank,
         bounce,
         home,
         "",
         {"account allow bob@bank.example network=192.0.2.0/24 off"},
         ""},
        {"narrow, IPv6",
         bank,
         bounce,
         "2001:db8:1:2:ffff::1",
         "",
         {"account allow bob@bank.example network=2001:db8:1:2::/64 ending"},
         "allow 1 by network=2001:db8:1:2::/64"},
        {"narrow, IPv6 of a neighbour",
         bank,
         bounce,
         "2001:db8:1:3::1",
         "",
         {"account allow bob@bank.example network=2001:db8:1:2::/64 ending"},
         "unproven 1"},
        {"narrow, IPv4 within IPv6",
         bank,
         bounce,
         "::ffff:192.0.2.8",
         "",
         {"account allow bob@bank.example network=192.0.2.0/24 ending"},
         "allow 1 by network=192.0.2.0/24"},
        {"narrow, by MAIL FROM",
         "From: y@other.example",
         "bob@bank.example",
         home,
         "",
         {"account allow bob@bank.example network=192.0.2.0/24 ending"},
         "allow 1 by network=192.0.2.0/24"},
        {"narrow, several authors",
         "From: x@evil.test, bob@bank.example",
         bounce,
         home,
         "",
         {"account allow bob@bank.example network=192.0.2.0/24 ending"},
         "unproven 1"},
        {"narrow is one address and no family",
         "From: bob+x@bank.example",
         bounce,
         home,
         "",
         {"account allow bob+@bank.example network=192.0.2.0/24 ending"},
         ""},
        {"narrow does not make others narrow",
         bank,
         bounce,
         home,
         "",
         {"account allow bob@bank.example network=192.0.2.0/24 off",
          "domain allow bob@bank.example"},
         "unproven 2"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(answer_to(row) == row.answer); }
}

TEST_CASE("who decides when entries differ", "[lists]")
{
    const auto row = GENERATE_COPY(values<Row>({
        {"account over tenant",
         bank,
         evil,
         home,
         "dmarc=bank.example",
         {"tenant deny @bank.example", "account allow bob@bank.example"},
         "allow 2 by dmarc=bank.example"},
        {"tenant over site",
         bank,
         evil,
         home,
         "dmarc=bank.example",
         {"tenant deny @bank.example", "site allow bob@bank.example"},
         "deny 1 by dmarc=bank.example"},
        {"deny over allow on one level",
         bank,
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example dmarc=bank.example", "account deny .bank.example"},
         "deny 2 by dmarc=bank.example"},
        {"a narrow allow of the account over a deny of the site",
         bank,
         evil,
         home,
         "",
         {"account allow bob@bank.example network=192.0.2.0/24 ending", "site deny @bank.example"},
         "allow 1 by network=192.0.2.0/24"},
        {"an allow without its proof gives way",
         bank,
         evil,
         home,
         "dkim=bank.example",
         {"account allow bob@bank.example dmarc=bank.example", "site deny @bank.example"},
         "deny 2 by dkim=bank.example, unproven 1"},
        {"an allow of another level stands in",
         bank,
         evil,
         home,
         "dkim=bank.example",
         {"account allow bob@bank.example dmarc=bank.example", "domain allow bob@bank.example any"},
         "allow 2 by dkim=bank.example, unproven 1"},
        {"one that is off gives way",
         bank,
         evil,
         home,
         "dmarc=bank.example",
         {"account allow bob@bank.example - off", "domain deny bob@bank.example"},
         "deny 2 by dmarc=bank.example"},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(answer_to(row) == row.answer); }
}

TEST_CASE("each entry is a candidate once, with what becomes of it", "[lists]")
{
    const auto policy = policy_with(
        {"account allow bob@bank.example spf=bank.example",
         "account allow @bank.example dmarc=bank.example", "account deny .bank.example - off",
         "account deny @bank.example - ended", "account newsletter @bank.example"});
    const auto message = read_message("From: bob@bank.example\r\n\r\nHello.\r\n", {});
    Envelope envelope;
    envelope.sender = parse_address("bob@bank.example").value();
    const auto sender = sender_of(message, envelope, proofs_from("spf=bank.example"));
    const auto candidates = candidates_of(policy, Owner::account(17), sender, now);
    std::string all;
    for (const auto& one : candidates)
        all += std::to_string(one.entry->id) + ' ' + std::string{token(one.state)} + '\n';
    CHECK(all == "1 counts\n2 not-proven\n4 expired\n5 counts\n3 disabled\n");
    CHECK_FALSE(candidates.front().name->is_from);
    CHECK(candidates.front().proof == "spf=bank.example");
    CHECK(proved_by(sender) == Explanation::Proved{{}, {Proof::spf("bank.example")}});
}
