#include "milter/filter/assess.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

constexpr Moment now{std::chrono::hours{500'000}};
const ProofSources our_filter{{{"mx.example.org", {"dkim", "spf", "dmarc"}}}};
const std::string signed_by_a =
    "Authentication-Results: mx.example.org; dkim=pass header.d=a.example\r\n"
    "From: Bob <bob@a.example>\r\n";
const std::string unsigned_from_a = "From: Bob <bob@a.example>\r\n";

// Domain example.org of tenant 3, account 17 is ann@example.org.
Policy site()
{
    Policy policy;
    policy.domains.set("example.org", 3);
    policy.accounts.set(account_key(3, "ann@example.org"), 17);
    return policy;
}

void choose_for(Policy& policy, const Owner& owner, const std::string& name,
                const std::string& value)
{
    policy.settings.change(owner.text(), [&](ChosenSettings& chosen) {
        REQUIRE_FALSE(choose(chosen, name, value).has_value());
    });
}

void list_for(Policy& policy, std::int64_t id, const Owner& owner, ListKind kind,
              const std::string& sender, const std::string& list_id = {})
{
    ListEntry entry;
    entry.id = id;
    entry.owner = owner;
    entry.kind = kind;
    entry.sender = *parse_sender_pattern(sender);
    entry.list_id = list_id;
    entry.proof = kind == ListKind::Allow ? Proof::any() : Proof::none();
    policy.lists.change(list_key(owner, entry.sender.text),
                        [&](auto& list) { list.push_back(entry); });
}

Assessment scored(double score) { return {.findings = {}, .score = score}; }

}  // namespace

TEST_CASE("every recipient gets his own decision, in order", "[decide]")
{
    Letter letter{signed_by_a, {"bob@a.example"}};
    letter.to("ann@example.org").to("eve@example.org").to("out@example.com").to("not an address");
    auto policy = site();
    list_for(policy, 5, Owner::account(17), ListKind::Allow, "@a.example");

    const auto decisions = decide(letter.mail(), scored(7.0), policy, our_filter, now);
    REQUIRE(decisions.size() == 4);
    for (std::size_t at = 0; at < decisions.size(); ++at) CHECK(decisions[at].recipient == at);

    CHECK(decisions[0].is_protected);
    CHECK(decisions[0].tenant == 3);
    CHECK(decisions[0].mailbox == "ann@example.org");
    CHECK(decisions[0].verdict == Class::Clean);
    CHECK(decisions[0].action == Action::Deliver);
    CHECK(decisions[0].score == 7.0);
    REQUIRE(decisions[0].explanation.decided.has_value());
    CHECK(decisions[0].explanation.decided->entry == 5);
    CHECK(decisions[0].explanation.decided->proof == "dkim=a.example");
    CHECK(decisions[0].explanation.decided->owner == Owner::account(17));

    CHECK(decisions[1].is_protected);
    CHECK(decisions[1].verdict == Class::Spam);
    CHECK(decisions[1].action == Action::Hold);
    CHECK_FALSE(decisions[1].explanation.decided.has_value());

    CHECK_FALSE(decisions[2].is_protected);
    CHECK_FALSE(decisions[3].is_protected);
}

TEST_CASE("a forged From stays what it is, and the entry is shown as unproven", "[decide]")
{
    Letter letter{
        "From: Bob <bob@a.example>\r\n"
        "Authentication-Results: evil.example; dkim=pass header.d=a.example\r\n",
        {"bob@a.example"}};
    letter.to("ann@example.org");
    auto policy = site();
    list_for(policy, 5, Owner::account(17), ListKind::Allow, "@a.example");
    const auto decision = decide(letter.mail(), scored(7.0), policy, our_filter, now).at(0);
    CHECK(decision.verdict == Class::Spam);
    CHECK_FALSE(decision.explanation.decided.has_value());
    REQUIRE(decision.explanation.unproven.size() == 1);
    CHECK(decision.explanation.unproven[0].entry == 5);
}

TEST_CASE("a tag reaches the account unless it is set otherwise", "[decide]")
{
    Letter letter{signed_by_a, {"bob@a.example"}};
    letter.to("Ann+shop@Example.org");
    auto policy = site();
    list_for(policy, 5, Owner::account(17), ListKind::Deny, "@a.example");
    auto decision = decide(letter.mail(), scored(0.0), policy, our_filter, now).at(0);
    CHECK(decision.mailbox == "ann@example.org");
    CHECK(decision.verdict == Class::Denied);

    choose_for(policy, Owner::domain("example.org"), "tag_is_same_recipient", "off");
    decision = decide(letter.mail(), scored(0.0), policy, our_filter, now).at(0);
    CHECK(decision.mailbox == "ann+shop@example.org");
    CHECK(decision.verdict == Class::Clean);

    choose_for(policy, Owner::address("ann+shop@example.org"), "tag_is_same_recipient", "on");
    const auto chosen = policy_for(policy, parse_address("ann+shop@example.org").value()).settings;
    CHECK_FALSE(chosen.tag_is_same_recipient);
    REQUIRE(chosen.winners.size() == 1);
    CHECK(chosen.winners[0].owner == Owner::domain("example.org"));
}

TEST_CASE("settings decide action, retention and mark, and who decided is kept", "[decide]")
{
    Letter letter{signed_by_a, {"bob@a.example"}};
    letter.to("ann@example.org");
    auto policy = site();
    choose_for(policy, Owner::site(), "action.spam", "refuse");
    choose_for(policy, Owner::tenant(3), "retention.spam", "30");
    choose_for(policy, Owner::domain("example.org"), "action.spam", "tag");
    choose_for(policy, Owner::account(17), "subject_mark", "[doubtful]");
    const auto decision = decide(letter.mail(), scored(7.0), policy, our_filter, now).at(0);
    CHECK(decision.action == Action::Tag);
    CHECK(decision.retention_days == 30);
    CHECK(decision.subject_mark == "[doubtful]");
    using Winner = Settings::Winner;
    const std::vector<Winner> winners = {{"retention.spam", Owner::tenant(3)},
                                         {"action.spam", Owner::domain("example.org")},
                                         {"subject_mark", Owner::account(17)}};
    CHECK(decision.explanation.settings == winners);

    const auto clean = decide(letter.mail(), scored(0.0), policy, our_filter, now).at(0);
    CHECK(clean.action == Action::Deliver);
    CHECK(clean.subject_mark.empty());
}

TEST_CASE("a tenant's rule scores count for his recipients and for no others", "[decide]")
{
    Letter letter{signed_by_a, {"bob@a.example"}};
    letter.to("ann@example.org").to("eve@other.example");
    auto policy = site();
    policy.domains.set("other.example", 4);
    choose_for(policy, Owner::tenant(3), "rule_scores",
               "MISSING_MID=0 FREEMAIL_FROM=0.5 UNKNOWN=9");
    choose_for(policy, Owner::site(), "rule_scores", "FREEMAIL_FROM=4");
    choose_for(policy, Owner::account(17), "rule_scores", "VIRUS=0");
    Assessment assessment;
    assessment.findings.hits = {{"FREEMAIL_FROM", 1.0, "a"},
                                {"MISSING_MID", 3.0, "b"},
                                {"VIRUS", 0.0, "c"},
                                {"LEARNED_SPAM", 2.0, "d"}};
    assessment.score = 6.0;

    const auto decisions = decide(letter.mail(), assessment, policy, our_filter, now);
    CHECK(decisions.at(0).score == 2.5);
    CHECK(decisions.at(0).verdict == Class::Clean);
    CHECK(hits_for(decisions.at(0), assessment) == std::vector<Hit>{{"FREEMAIL_FROM", 0.5, "a"},
                                                                    {"VIRUS", 0.0, "c"},
                                                                    {"LEARNED_SPAM", 2.0, "d"}});
    CHECK(decisions.at(0).explanation.note == "rule_scores took off MISSING_MID");
    CHECK(decisions.at(0).explanation.settings.size() == 3);

    CHECK(decisions.at(1).score == 9.0);
    CHECK(decisions.at(1).verdict == Class::Spam);
    CHECK(hits_for(decisions.at(1), assessment).front() == Hit{"FREEMAIL_FROM", 4.0, "a"});
    CHECK(hits_for(decisions.at(1), assessment).size() == 4);
    CHECK(decisions.at(1).explanation.note.empty());
}

TEST_CASE("rule scores for other rules leave the message's hits as they are", "[decide]")
{
    Letter letter{signed_by_a, {"bob@a.example"}};
    letter.to("ann@example.org").to("out@example.com");
    auto policy = site();
    choose_for(policy, Owner::domain("example.org"), "rule_scores", "UNKNOWN=9");
    auto assessment = scored(6.0);
    assessment.findings.hits = {{"LEARNED_SPAM", 6.0, "d"}};
    for (const auto& decision : decide(letter.mail(), assessment, policy, our_filter, now)) {
        CHECK_FALSE(decision.own_hits.has_value());
        CHECK(&hits_for(decision, assessment) == &assessment.findings.hits);
    }
}

TEST_CASE("an entry without force is not shown as the one that won", "[decide]")
{
    struct Row {
        const char* says;
        Scan scan;
        bool dangerous;
        bool bulk;
        Class verdict;
        bool note;
    };
    const auto row = GENERATE(values<Row>({
        {"virus", Scan::Infected, false, false, Class::Virus, true},
        {"dangerous", Scan::Clean, true, false, Class::Dangerous, true},
        {"unscanned", Scan::Unscanned, false, false, Class::Unscanned, true},
        {"newsletter", Scan::Clean, false, true, Class::Newsletter, true},
        {"clean", Scan::Clean, false, false, Class::Clean, false},
    }));
    Letter letter{signed_by_a, {"bob@a.example"}};
    letter.to("ann@example.org");
    auto policy = site();
    list_for(policy, 5, Owner::account(17), ListKind::Allow, "@a.example");
    DYNAMIC_SECTION(row.says)
    {
        auto assessment = scored(1.0);
        assessment.findings.scan = row.scan;
        assessment.findings.dangerous = row.dangerous;
        assessment.findings.bulk = row.bulk;
        const auto decision = decide(letter.mail(), assessment, policy, our_filter, now).at(0);
        CHECK(decision.verdict == row.verdict);
        CHECK(decision.explanation.decided.has_value() == !row.note);
        CHECK(decision.explanation.note.empty() == !row.note);
    }
}

TEST_CASE("an accepted newsletter is delivered, and the acceptance is the reason", "[decide]")
{
    Letter letter{"From: News <news@a.example>\r\n", {"news@a.example"}};
    letter.message.list_id = "news.a.example";
    letter.to("ann@example.org").to("eve@example.org");
    auto policy = site();
    list_for(policy, 8, Owner::account(17), ListKind::Newsletter, "@a.example", "news.a.example");
    auto assessment = scored(0.0);
    assessment.findings.bulk = true;
    const auto decisions = decide(letter.mail(), assessment, policy, our_filter, now);
    CHECK(decisions.at(0).verdict == Class::Clean);
    REQUIRE(decisions.at(0).explanation.decided.has_value());
    CHECK(decisions.at(0).explanation.decided->entry == 8);
    CHECK(decisions.at(0).explanation.decided->sender == "news.a.example");
    CHECK(decisions.at(1).verdict == Class::Newsletter);
    CHECK(decisions.at(1).action == Action::Hold);
}

TEST_CASE("a message without recipients has no decisions", "[decide]")
{
    const Letter letter{signed_by_a, {"bob@a.example"}};
    CHECK(decide(letter.mail(), scored(0.0), site(), our_filter, now).empty());
}

TEST_CASE("a warn entry changes no decision", "[decide]")
{
    Letter letter{signed_by_a, {"bob@a.example"}};
    letter.to("ann@example.org");
    const auto score = GENERATE(0.0, 7.0, 50.0);
    const auto is_listed =
        GENERATE(as<std::optional<ListKind>>{}, std::nullopt, ListKind::Allow, ListKind::Deny);
    auto policy = site();
    if (is_listed) list_for(policy, 5, Owner::account(17), *is_listed, "@a.example");
    const auto without = decide(letter.mail(), scored(score), policy, our_filter, now).at(0);
    list_for(policy, 6, Owner::account(17), ListKind::Warn, "bob@a.example");
    const auto with = decide(letter.mail(), scored(score), policy, our_filter, now).at(0);
    CHECK(with.verdict == without.verdict);
    CHECK(with.action == without.action);
    CHECK(with.score == without.score);
    CHECK(with.explanation == without.explanation);
    CHECK_FALSE(without.warned);
    CHECK(with.warned.has_value() == (is_listed != ListKind::Deny));
}

TEST_CASE("an account's own opinion counts for it alone, and for a sender only with proof",
          "[decide]")
{
    struct Row {
        const char* says;
        std::string_view message;
        double own;
        double score;
        Class verdict;
        bool counts;
    };
    const auto row = GENERATE(values<Row>({
        {"against", signed_by_a, 2.0, 6.0, Class::Spam, true},
        {"for, proven", signed_by_a, -2.0, 2.0, Class::Clean, true},
        {"for, not proven", unsigned_from_a, -2.0, 4.0, Class::Clean, false},
        {"against, not proven", unsigned_from_a, 2.0, 6.0, Class::Spam, true},
    }));
    DYNAMIC_SECTION(row.says)
    {
        Letter letter{std::string{row.message}, {"bob@a.example"}};
        letter.to("ann@example.org").to("eve@example.org");
        auto assessment = scored(4.0);
        assessment.findings.hits = {{"SOME_RULE", 4.0, "a"}};
        assessment.findings.own_opinion = [&](Taste taste) -> std::optional<Hit> {
            if (taste.tenant != 3 || taste.account != 17) return std::nullopt;
            return Hit{"LEARNED_OWN", row.own, "b"};
        };
        const auto decisions = decide(letter.mail(), assessment, site(), our_filter, now);
        CHECK(decisions.at(0).score == row.score);
        CHECK(decisions.at(0).verdict == row.verdict);
        CHECK(hits_for(decisions.at(0), assessment).size() == (row.counts ? 2u : 1u));
        CHECK(decisions.at(1).score == 4.0);
        CHECK_FALSE(decisions.at(1).own_hits.has_value());
    }
}
