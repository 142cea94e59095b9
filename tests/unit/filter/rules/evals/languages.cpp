#include <fmt/format.h>

#include "milter/filter/rules/evals/language_models.hpp"
#include "milter/filter/rules/language/rule_source.hpp"
#include "milter/filter/rules/rule_book.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"
#include "tests/support/repeated.hpp"
#include "tests/support/rule_text.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using namespace lazaret::filter::rules;
using lazaret::test::repeated;

namespace {

// Of each language the commonest n-grams, the most frequent first.
const std::string models = [] {
    std::string all;
    const auto add = [&](std::string_view ngrams, std::string_view name) {
        for (std::size_t at = 0; at < ngrams.size();) {
            const auto end = std::min(ngrams.find(' ', at), ngrams.size());
            std::string ngram{ngrams.substr(at, end - at)};
            for (auto& c : ngram)
                if (c == '_') c = '\0';
            all += ngram + '\n';
            at = end + 1;
        }
        all += fmt::format("0 {}\n", name);
    };
    add("_ a b ab _ab ab_ _ab_", "en");
    add("_ a b ab _ab ab_ _ab_", "sco");
    add("_ c d cd _cd cd_ _cd_", "de");
    add("_ \xc3 \xa4 \xc3\xa4", "fi.utf8");
    add("_ \xe4", "fi");
    add("_ \xa4 \xa5", "zh.big5");
    return all;
}();

/// Whether a rule of `check_language` hits that body.
bool is_unwanted(const std::string& body, const std::string& settings)
{
    auto source = rules_in(
        "loadplugin Mail::SpamAssassin::Plugin::TextCat\n"
        "body UNWANTED eval:check_language()\n" +
        settings + "\n");
    source.language_models = models;
    const RuleBook book{std::move(source), ""};
    const Letter letter{"From: ann@example.org\r\nSubject: 1\r\n\r\n" + body};
    return !book.judge(letter.mail(), {}).empty();
}

}  // namespace

TEST_CASE("a language is told by the frequency of its n-grams", "[languages]")
{
    const LanguageModels known{models};
    REQUIRE_FALSE(known.empty());
    LanguageLimits limits;
    limits.unlikely.insert("sco");
    using Names = std::vector<std::string_view>;
    CHECK(known.languages_in("ab ab ab ab", limits) == Names{"en"});
    CHECK(known.languages_in("cd cd, cd! cd", limits) == Names{"de"});
    // Words of four letters or more are compared in small letters.
    CHECK(known.languages_in("CDCD CDCD", limits) == Names{"de"});
    // Another charset is the same answer.
    CHECK(known.languages_in("\xc3\xa4 \xc3\xa4", limits) == Names{"fi"});
    CHECK(known.languages_in("\xe4 \xe4", limits) == Names{"fi"});
    CHECK(known.languages_in("\xa4\xa5 \xa4\xa5", limits) == Names{"zh.big5"});

    limits.unlikely.clear();
    CHECK(known.languages_in("ab ab", limits) == Names{"en", "sco"});
    limits.most_languages = 1;
    CHECK(known.languages_in("ab ab", limits).empty());
    // All of them are equally far from a text that none knows.
    CHECK(known.languages_in("xy", LanguageLimits{}).empty());
    CHECK(known.languages_in("", LanguageLimits{}).empty());
    CHECK(LanguageModels{}.languages_in("ab", LanguageLimits{}).empty());
    CHECK(LanguageModels{"0 \nno end of a language"}.empty());
}

TEST_CASE("a body in a language that is not wanted", "[languages]")
{
    const auto english = repeated("ab ab ab\r\n", 100);
    const auto german = repeated("cd cd cd\r\n", 100);
    CHECK(is_unwanted(german, "ok_languages en"));
    CHECK_FALSE(is_unwanted(german, "ok_languages en de"));
    CHECK_FALSE(is_unwanted(german, "ok_languages all"));
    CHECK_FALSE(is_unwanted(german, ""));
    CHECK_FALSE(is_unwanted(english, "ok_languages en"));
    CHECK(is_unwanted(english, "ok_languages de"));
    CHECK_FALSE(is_unwanted("cd cd cd\r\n", "ok_languages en"));  // too short to tell
    // Addresses are of no language.
    CHECK_FALSE(
        is_unwanted("cd https://cd.example/" + repeated("cd.", 300) + "\r\n", "ok_languages en"));
    CHECK_FALSE(is_unwanted(repeated("cd@cd.example www.cd.example\r\n", 50), "ok_languages en"));
}
