#include "milter/filter/classify.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

enum class Lists { Silent, Allow, Deny };

ListAnswer answer_of(Lists lists, bool accepted)
{
    ListAnswer answer;
    if (lists == Lists::Allow)
        answer.decided = {1, ListKind::Allow, {}, "@a.example", "dkim=a.example"};
    if (lists == Lists::Deny) answer.decided = {2, ListKind::Deny, {}, "@a.example", ""};
    if (accepted) answer.newsletter = {3, ListKind::Newsletter, {}, "news.a.example", ""};
    return answer;
}

}  // namespace

TEST_CASE("findings, score and lists make one class", "[classify]")
{
    using enum Class;
    using L = Lists;
    struct Row {
        const char* says;
        Scan scan;
        bool dangerous;
        bool bulk;
        double score;
        Lists lists;
        bool accepted;
        Class verdict;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", Scan::Clean, false, false, 0.0, L::Silent, false, Clean},
        {"just below", Scan::Clean, false, false, 4.99, L::Silent, false, Clean},
        {"spam, inclusive", Scan::Clean, false, false, 5.0, L::Silent, false, Spam},
        {"just below certain", Scan::Clean, false, false, 14.99, L::Silent, false, Spam},
        {"certain spam, inclusive", Scan::Clean, false, false, 15.0, L::Silent, false, SpamCertain},
        {"a newsletter", Scan::Clean, false, true, 0.0, L::Silent, false, Newsletter},
        {"a newsletter just below spam", Scan::Clean, false, true, 4.99, L::Silent, false,
         Newsletter},
        {"an accepted newsletter", Scan::Clean, false, true, 0.0, L::Silent, true, Clean},
        {"bulk that is spam", Scan::Clean, false, true, 5.0, L::Silent, false, Spam},
        {"an accepted newsletter that is spam", Scan::Clean, false, true, 5.0, L::Silent, true,
         Spam},
        {"denied", Scan::Clean, false, false, 0.0, L::Deny, false, Denied},
        {"denied over certain spam", Scan::Clean, false, false, 20.0, L::Deny, false, Denied},
        {"denied over an accepted newsletter", Scan::Clean, false, true, 0.0, L::Deny, true,
         Denied},
        {"allowed spam", Scan::Clean, false, false, 5.0, L::Allow, false, Clean},
        {"allowed certain spam", Scan::Clean, false, false, 20.0, L::Allow, false, Clean},
        {"allow does not lift newsletter", Scan::Clean, false, true, 0.0, L::Allow, false,
         Newsletter},
        {"nor one that looks like spam", Scan::Clean, false, true, 9.0, L::Allow, false,
         Newsletter},
        {"allowed and accepted", Scan::Clean, false, true, 9.0, L::Allow, true, Clean},
        {"a virus", Scan::Infected, false, false, 0.0, L::Silent, false, Virus},
        {"a virus of an allowed sender", Scan::Infected, false, false, 0.0, L::Allow, false, Virus},
        {"a virus of a denied sender", Scan::Infected, false, false, 0.0, L::Deny, false, Virus},
        {"a virus over dangerous", Scan::Infected, true, false, 20.0, L::Silent, false, Virus},
        {"dangerous", Scan::Clean, true, false, 0.0, L::Silent, false, Dangerous},
        {"dangerous of an allowed sender", Scan::Clean, true, false, 0.0, L::Allow, false,
         Dangerous},
        {"dangerous of a denied sender", Scan::Clean, true, false, 0.0, L::Deny, false, Dangerous},
        {"dangerous over unscanned", Scan::Unscanned, true, false, 0.0, L::Silent, false,
         Dangerous},
        {"dangerous over certain spam", Scan::Clean, true, false, 20.0, L::Silent, false,
         Dangerous},
        {"unscanned", Scan::Unscanned, false, false, 0.0, L::Silent, false, Unscanned},
        {"unscanned of an allowed sender", Scan::Unscanned, false, false, 0.0, L::Allow, false,
         Unscanned},
        {"unscanned over denied", Scan::Unscanned, false, false, 0.0, L::Deny, false, Unscanned},
        {"unscanned over spam", Scan::Unscanned, false, false, 20.0, L::Silent, false, Unscanned},
        {"unscanned newsletter", Scan::Unscanned, false, true, 0.0, L::Silent, true, Unscanned},
        {"no antivirus", Scan::Skipped, false, false, 0.0, L::Silent, false, Clean},
    }));
    DYNAMIC_SECTION(row.says)
    {
        Findings findings;
        findings.scan = row.scan;
        findings.dangerous = row.dangerous;
        findings.bulk = row.bulk;
        CHECK(classify(findings, row.score, Settings{}, answer_of(row.lists, row.accepted)) ==
              row.verdict);
    }
}

TEST_CASE("the thresholds are the recipient's", "[classify]")
{
    Settings settings;
    settings.hold_at = 8.0;
    settings.refuse_at = 9.0;
    CHECK(classify({}, 7.9, settings, {}) == Class::Clean);
    CHECK(classify({}, 8.0, settings, {}) == Class::Spam);
    CHECK(classify({}, 9.0, settings, {}) == Class::SpamCertain);
    settings.refuse_at = 3.0;
    CHECK(classify({}, 3.0, settings, {}) == Class::SpamCertain);
}
