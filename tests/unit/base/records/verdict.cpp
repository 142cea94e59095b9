#include "base/records/verdict.hpp"

#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;

TEST_CASE("who may do what with a held copy", "[verdict]")
{
    // A letter a deed: Look, look at the Text, Release, reQuest release, ask for adJustment, accept
    // Newsletter, Allow, Block, Delete, Export.
    struct Row {
        Class id;
        std::string recipient, domain_administrator, site_administrator;
    };
    const auto row = GENERATE(values<Row>({
        {Class::Clean, "LTRJABDE", "LTRQJABDE", "LTRQJABDE"},
        {Class::Newsletter, "LTRJNBDE", "LTRQJNABDE", "LTRQJNABDE"},
        {Class::Spam, "LTRJABDE", "LTRQJABDE", "LTRQJABDE"},
        {Class::SpamCertain, "LTRJABDE", "LTRQJABDE", "LTRQJABDE"},
        {Class::Denied, "LTRDE", "LTRQJABDE", "LTRQJABDE"},
        {Class::Dangerous, "TQBD", "LTRQJABDE", "LTRQJABDE"},
        {Class::Virus, "D", "TD", "LTJBDE"},
        {Class::Unscanned, "TQBD", "LTRQJABDE", "LTRQJABDE"},
    }));
    const auto allowed = [&](Role role) {
        const std::string letters = "LTRQJNABDE";
        std::string out;
        for (std::size_t at = 0; at < letters.size(); ++at)
            if (may(role, static_cast<Deed>(at), row.id)) out += letters[at];
        return out;
    };
    CAPTURE(row.id);
    CHECK(allowed(Role::Recipient) == row.recipient);
    CHECK(allowed(Role::DomainAdministrator) == row.domain_administrator);
    CHECK(allowed(Role::SiteAdministrator) == row.site_administrator);
}

TEST_CASE("a refusal has a sentence, a permission none", "[verdict]")
{
    for (const auto& kind : all_classes())
        for (const auto role :
             {Role::Recipient, Role::DomainAdministrator, Role::SiteAdministrator})
            for (int deed = 0; deed <= static_cast<int>(Deed::Export); ++deed) {
                const auto id = static_cast<Deed>(deed);
                CHECK(refusal_sentence(role, id, kind.id).empty() == may(role, id, kind.id));
            }
    CHECK(refusal_sentence(Role::SiteAdministrator, Deed::Release, Class::Virus) ==
          "a message with a virus is never released");
    CHECK(refusal_sentence(Role::Recipient, Deed::Release, Class::Dangerous) ==
          "only an administrator can release this message");
}

TEST_CASE("tokens of classes and actions are read as they are written", "[verdict]")
{
    for (const auto& row : all_classes()) CHECK(class_of(token(row.id)) == row.id);
    for (std::size_t at = 0; at < action_count; ++at)
        CHECK(action_of(token(static_cast<Action>(at))) == static_cast<Action>(at));
    CHECK_FALSE(class_of("").has_value());
    CHECK_FALSE(class_of("Spam").has_value());
    CHECK_FALSE(action_of("drop").has_value());
    CHECK(token(Class::SpamCertain) == "spam-certain");
    CHECK(token(Action::RefuseKeep) == "refuse-keep");
}

TEST_CASE("only the unscanned are put off by default, and nothing is discarded", "[verdict]")
{
    for (const auto& row : all_classes()) {
        CAPTURE(row.id);
        CHECK((row.action == Action::Later) == (row.id == Class::Unscanned));
        CHECK(row.action != Action::Discard);
        CHECK(row.retention_days == 14);
    }
}
