#include "milter/filter/rules/rules_check.hpp"

#include "milter/filter/assess.hpp"
#include "milter/filter/rules/language/rule_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"
#include "tests/support/rule_text.hpp"
#include "tests/support/taught_mail.hpp"
#include "tests/unit/filter/rules/network/network_case.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using namespace lazaret::filter::rules;

namespace {

Check says(std::string name)
{
    return {"test", [name = std::move(name)](const Mail&, Findings& findings) {
                findings.hits.push_back({name, 0.0, "because"});
            }};
}

}  // namespace

TEST_CASE("a rule's hit says why in all languages that the files have", "[rules]")
{
    const auto book = std::make_shared<Snapshot<RuleBook>>(std::make_shared<const RuleBook>(
        rules_in("body OFFER /special/\ndescribe OFFER Offers something\n"
                 "lang de describe OFFER Bietet etwas an\nlang fr describe OFFER\n"
                 "body __HELPER /special/\nbody SILENT /special/\nscore SILENT 0\n"),
        ""));
    const Letter letter{"From: ann@example.org\r\nSubject: 1\r\n\r\nA special one\r\n"};
    const std::vector<Check> checks{says("BEFORE"), rules_check({book, nullptr, false}),
                                    says("BEHIND")};
    const auto hits = assess(letter.mail(), checks).findings.hits;
    REQUIRE(hits.size() == 3);
    CHECK(hits[0].name == "BEFORE");
    CHECK(hits[1] ==
          Hit{"OFFER", 1.0, "Offers something", Translations{{{"de", "Bietet etwas an"}}}});
    CHECK(hits[2].name == "BEHIND");
}

TEST_CASE("rules ask the network at once, and wait when all others have run", "[rules][network]")
{
    NetworkCase one{"header LISTED eval:check_rbl('a', 'l.example.')\ntflags LISTED net\n"};
    one.network.add("7.113.0.203.l.example", "127.0.0.2");
    const auto book =
        std::make_shared<Snapshot<RuleBook>>(std::make_shared<const RuleBook>(std::move(one.book)));
    const Check looks{"looks", [&](const Mail&, Findings& findings) {
                          CHECK(one.network.was_asked("7.113.0.203.l.example"));
                          CHECK_FALSE(one.network.is_waited_for);
                          findings.hits.push_back({"LOOKED", 0.0, "because"});
                      }};
    const Message message{};
    Mail mail{one.envelope, one.bytes, message};
    mail.network = &one.network;
    const std::vector<Check> checks{rules_check({book, nullptr, false}), looks};
    const auto hits = assess(mail, checks).findings.hits;
    CHECK(one.network.is_waited_for);
    REQUIRE(hits.size() == 2);
    CHECK(hits[0].name == "LISTED");
    CHECK(hits[1].name == "LOOKED");
}

TEST_CASE("scores beside a learner count where it knows the message's kind", "[rules]")
{
    const auto book = std::make_shared<Snapshot<RuleBook>>(std::make_shared<const RuleBook>(
        rules_in("body OFFER /special/\nscore OFFER 1 2 3 4\n"), ""));
    auto model = std::make_shared<Model>();
    const auto points_of = [&](std::string_view type) {
        const Letter letter{
            fmt::format("From: ann@example.org\r\nSubject: 1\r\nContent-Type: text/{}\r\n\r\n"
                        "<p>A special one</p>\r\n",
                        type)};
        const std::vector<Check> checks{
            rules_check({book, std::make_shared<const Snapshot<Model>>(model), false})};
        const auto hits = assess(letter.mail(), checks).findings.hits;
        REQUIRE(hits.size() == 1);
        return hits.front().points;
    };
    const auto teach = [&](std::size_t messages) {
        for (std::size_t at = 0; at < messages; ++at) {
            model->learn(test::wanted_mail(at), Label::Ham);  // plain
            model->learn(test::spam_mail(at), Label::Spam);   // HTML
        }
    };
    CHECK(points_of("plain") == 1);
    teach(250);
    CHECK(points_of("plain") == 3);
    CHECK(points_of("html") == 1);  // no wanted message of the kind was seen
    for (std::size_t at = 0; at < 250; ++at) {
        auto wanted = test::spam_mail(at);
        wanted.replace(0, wanted.find("\r\n"), "From: Anna <anna@example.org>");
        model->learn(wanted, Label::Ham);
    }
    CHECK(points_of("html") == 3);
}
