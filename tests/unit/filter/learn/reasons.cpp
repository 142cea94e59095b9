#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "milter/filter/learn/model.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"
#include "tests/support/taught_model.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

bool any_holds(const std::vector<std::string>& words, std::string_view part)
{
    return std::ranges::any_of(
        words, [&](const auto& word) { return word.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("reasons are words that stand in the message", "[learn]")
{
    const auto model = test::taught_model(30);
    const auto spam = model.telling_words(test::spam_mail(77), Label::Spam);
    INFO(fmt::format("{}", fmt::join(spam, ", ")));
    CHECK(spam.size() >= 2);
    CHECK(spam.size() <= 4);
    CHECK(any_holds(spam, "promo.test"));
    CHECK((any_holds(spam, "Act now") || any_holds(spam, "Dear winner") ||
           any_holds(spam, "midnight")));

    const auto ham = model.telling_words(test::wanted_mail(77), Label::Ham);
    INFO(fmt::format("{}", fmt::join(ham, ", ")));
    CHECK(ham.size() >= 2);
    CHECK(any_holds(ham, "thank you for your note"));
    // Names of fields and of HTML's elements are no words.
    for (const auto* none : {"font", "Content", "href", "mailer", "In-Reply-To"}) {
        CHECK_FALSE(any_holds(spam, none));
        CHECK_FALSE(any_holds(ham, none));
    }
}

TEST_CASE("a message without telling words gives no reasons", "[learn]")
{
    CHECK(Model{}.telling_words(test::spam_mail(1), Label::Spam).empty());
    const auto model = test::taught_model(30);
    CHECK(model.telling_words("", Label::Spam).empty());
    CHECK(model.telling_words("Subject: \xff\xfe\n\n\x01\x02", Label::Spam).empty());
    CHECK(model.telling_words(test::wanted_mail(1), Label::Spam).size() <= 1);
}
