#include <fmt/format.h>

#include "base/processor_time.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/network/network_case.hpp"

namespace lazaret::filter::rules {
namespace {

using auth::Result;
using Hits = std::set<std::string>;

const std::string spf_rules =
    "header PASS eval:check_for_spf_pass()\nheader FAIL eval:check_for_spf_fail()\n"
    "header SOFT eval:check_for_spf_softfail()\nheader NEUTRAL eval:check_for_spf_neutral()\n"
    "header NONE eval:check_for_spf_none()\nheader TEMP eval:check_for_spf_temperror()\n"
    "header PERM eval:check_for_spf_permerror()\n"
    "header HELO_PASS eval:check_for_spf_helo_pass()\n"
    "header HELO_NONE eval:check_for_spf_helo_none()\n"
    "header SKIPPED eval:check_spf_skipped_noenvfrom()\n"
    "header WELCOME eval:check_for_spf_welcomelist_from()\n"
    "header DEFAULT eval:check_for_def_spf_welcomelist_from()\n";

auth::DkimResult signature(const std::string& domain, Result result = Result::Pass)
{
    auth::DkimResult one;
    one.result = result;
    one.domain = domain;
    one.algorithm = "rsa-sha256";
    one.key_bits = 2048;
    return one;
}

struct DkimRow {
    std::string call;
    std::vector<auth::DkimResult> signatures;
    bool hits;
};

auth::DkimResult short_key(const std::string& domain)
{
    auto one = signature(domain);
    one.key_bits = 512;
    return one;
}

auth::DkimResult by_key_in_testing(const std::string& domain)
{
    auto one = signature(domain);
    one.is_testing = true;
    return one;
}

auth::DkimResult with_identity(const std::string& domain, const std::string& identity)
{
    auto one = signature(domain);
    one.identity = identity;
    return one;
}

}  // namespace

TEST_CASE("SPF rules say what was found", "[rules][network]")
{
    const auto hits = [](Result mail_from, Result helo, const std::string& settings = {}) {
        NetworkCase one{settings + spf_rules};
        one.network.found.spf_mail_from.result = mail_from;
        one.network.found.spf_helo.result = helo;
        return one.hits();
    };
    CHECK(hits(Result::Pass, Result::Pass) == Hits{"PASS", "HELO_PASS"});
    CHECK(hits(Result::Fail, Result::None) == Hits{"FAIL", "HELO_NONE"});
    CHECK(hits(Result::SoftFail, Result::Pass) == Hits{"SOFT", "HELO_PASS"});
    CHECK(hits(Result::Neutral, Result::Fail) == Hits{"NEUTRAL"});
    CHECK(hits(Result::None, Result::Fail) == Hits{"NONE"});
    CHECK(hits(Result::TempError, Result::Fail) == Hits{"TEMP"});
    CHECK(hits(Result::PermError, Result::Fail) == Hits{"PERM"});

    const std::string lists =
        "whitelist_from_spf *@sender.example\ndef_welcomelist_auth *@sender.*\n";
    CHECK(hits(Result::Pass, Result::Fail, lists) == Hits{"PASS", "WELCOME", "DEFAULT"});
    CHECK(hits(Result::SoftFail, Result::Fail, lists) == Hits{"SOFT"});
    CHECK(hits(Result::Pass, Result::Fail, lists + "unwelcomelist_from_spf *@sender.example\n") ==
          Hits{"PASS", "DEFAULT"});
}

TEST_CASE("SPF says nothing of what it was not asked about", "[rules][network]")
{
    NetworkCase null_sender{spf_rules};
    null_sender.envelope.sender.reset();
    null_sender.envelope.helo = "[203.0.113.7]";
    CHECK(null_sender.hits() == Hits{});

    // The client belongs to the site: what was found is about it, not about the sender's host.
    NetworkCase inner{"internal_networks 203.0.113.7\n" + spf_rules};
    inner.network.found.spf_mail_from.result = Result::Fail;
    CHECK(inner.hits() == Hits{"SKIPPED"});
}

TEST_CASE("DKIM rules say what was found", "[rules][network]")
{
    // The author is bob@from.sender.example, the envelope's sender bob@sender.example.
    const auto row = GENERATE(values<DkimRow>({
        {"check_dkim_signed()", {}, false},
        {"check_dkim_signed()", {signature("other.example", Result::Fail)}, true},
        {"check_dkim_signed('third.example')", {signature("other.example")}, false},
        {"check_dkim_valid()", {signature("other.example", Result::Fail)}, false},
        {"check_dkim_valid()", {signature("other.example")}, true},
        {"check_dkim_valid('a.test', '.other.example')", {signature("x.other.example")}, true},
        {"check_dkim_valid('other.example')", {signature("another.example")}, false},
        {"check_dkim_valid()", {short_key("other.example")}, false},
        // t=y is of no matter, as in SpamAssassin.
        {"check_dkim_valid()", {by_key_in_testing("other.example")}, true},
        {"check_dkim_valid_author_sig()", {by_key_in_testing("from.sender.example")}, true},
        {"check_dkim_testing()", {by_key_in_testing("other.example")}, true},
        {"check_dkim_testing()", {signature("other.example")}, false},
        {"check_dkim_valid_author_sig()", {signature("other.example")}, false},
        {"check_dkim_valid_author_sig()", {signature("from.sender.example")}, true},
        {"check_dkim_valid_author_sig()", {short_key("from.sender.example")}, false},
        {"check_dkim_valid_author_sig()",
         {with_identity("sender.example", "x@from.sender.example")},
         true},
        {"check_dkim_valid_envelopefrom()", {signature("sender.example")}, true},
        {"check_dkim_valid_envelopefrom()", {signature("from.sender.example")}, false},
        {"check_dkim_dependable()", {}, true},
        {"check_dkim_signsome()", {signature("other.example")}, false},
        {"check_arc_signed()", {}, true},
        {"check_arc_valid()", {}, true},
    }));
    NetworkCase one{"full HIT eval:" + row.call + "\n"};
    CHECK(one.book.problems().empty());
    one.network.found.dkim = row.signatures;
    one.network.found.arc.result = Result::Pass;
    INFO(row.call);
    CHECK(one.hits().contains("HIT") == row.hits);
}

TEST_CASE("tens of thousands of authors are no more than gone through", "[rules][network]")
{
    NetworkCase one{
        "full AUTHOR eval:check_dkim_valid_author_sig()\n"
        "askdns ASKED _AUTHORDOMAIN_.l.example\n"};
    one.network.add("d1.example.l.example", "127.0.0.2");
    one.network.found.dkim = {signature("d49999.example")};
    std::string authors;
    for (int at = 0; at < 50'000; ++at) {
        if (at % 100 == 0)
            authors += authors.empty() ? "From: b@d0.example" : "\r\nFrom: b@x.example";
        authors += fmt::format(", a@d{}.example", at);
    }
    one.bytes = authors + "\r\nSubject: Hello\r\n\r\nHello\r\n";
    const auto begin = thread_processor_time();
    CHECK(one.hits() == Hits{"AUTHOR", "ASKED"});
    CHECK(thread_processor_time() - begin < std::chrono::seconds{5});
}

TEST_CASE("senders are welcome by their signature", "[rules][network]")
{
    struct Row {
        std::string setting;
        std::string signer;
        bool hits;
    };
    const auto row = GENERATE(values<Row>({
        {"welcomelist_from_dkim *@from.sender.example", "from.sender.example", true},
        {"welcomelist_from_dkim *@from.sender.example", "sender.example", false},
        {"welcomelist_from_dkim *@*.sender.example Sender.example", "sender.example", true},
        {"welcomelist_from_dkim *@*.sender.example", "other.example", false},
        {"welcomelist_from_dkim *@* *.remailer.example", "a.remailer.example", true},
        {"welcomelist_from_dkim *@* *.remailer.example", "remailer.example", false},
        {"welcomelist_from_dkim ann@* from.sender.example", "from.sender.example", false},
        {"welcomelist_auth bob@from.sender.example", "from.sender.example", true},
        {"welcomelist_auth bob@from.sender.example", "sender.example", false},
        {"welcomelist_from_dkim *@* a.example\nunwelcomelist_from_dkim *@* a.example", "a.example",
         false},
        {"def_welcomelist_from_dkim *@from.sender.example", "from.sender.example", false},
    }));
    NetworkCase one{row.setting + "\nheader HIT eval:check_for_dkim_welcomelist_from()\n"};
    one.network.found.dkim = {signature(row.signer)};
    INFO(row.setting << ' ' << row.signer);
    CHECK(one.hits().contains("HIT") == row.hits);
    one.network.found.dkim = {signature(row.signer, Result::Fail)};
    CHECK(one.hits().empty());
}

TEST_CASE("DMARC rules say what was found", "[rules][network]")
{
    const auto hits = [](Result result, auth::DmarcResult::Policy policy,
                         const std::string& from = "from.sender.example") {
        NetworkCase one{
            "header PASS eval:check_dmarc_pass()\nheader NONE eval:check_dmarc_none()\n"
            "header QUARANTINE eval:check_dmarc_quarantine()\n"
            "header REJECT eval:check_dmarc_reject()\nheader MISSING eval:check_dmarc_missing()\n"};
        one.network.found.dmarc.result = result;
        one.network.found.dmarc.policy = policy;
        one.network.found.dmarc.from_domain = from;
        return one.hits();
    };
    using Policy = auth::DmarcResult::Policy;
    CHECK(hits(Result::Pass, Policy::Reject) == Hits{"PASS"});
    CHECK(hits(Result::Fail, Policy::Reject) == Hits{"REJECT"});
    CHECK(hits(Result::Fail, Policy::Quarantine) == Hits{"QUARANTINE"});
    CHECK(hits(Result::Fail, Policy::None) == Hits{"NONE"});
    CHECK(hits(Result::None, Policy::None) == Hits{"MISSING"});
    CHECK(hits(Result::None, Policy::None, "").empty());
    CHECK(hits(Result::TempError, Policy::None).empty());
}

TEST_CASE("a signature can say that a sender's name is in order", "[rules][network]")
{
    NetworkCase one{"fns_ignore_dkim lists.example\nheader HIT eval:check_fromname_spoof()\n"};
    one.bytes = "From: \"ann@bank.example\" <bob@from.sender.example>\r\n\r\nx\r\n";
    CHECK(one.hits() == Hits{"HIT"});
    one.network.found.dkim = {signature("lists.example")};
    CHECK(one.hits().empty());
}

}  // namespace lazaret::filter::rules
