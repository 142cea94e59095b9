#include "milter/filter/rules/evals/content_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/small_file.hpp"
#include "milter/filter/rules/evals/phishing_feeds.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t most_of_feed = 256 << 20;  ///< bytes

double number_or(std::string_view text, double unless_said)
{
    std::from_chars(text.data(), text.data() + text.size(), unless_said);
    return unless_said;
}

struct Feed {
    std::string_view setting;
    FeedForm form;
};
constexpr auto feeds = std::to_array<Feed>({{phishing_feed_settings[0], FeedForm::OpenPhish},
                                            {phishing_feed_settings[1], FeedForm::PhishTank},
                                            {phishing_feed_settings[2], FeedForm::PhishStats}});

void read_feeds(const RuleSettings& settings, ContentSettings& content)
{
    content.phishing_without_query = settings.is_on("phishing_uri_noparam", false);
    const auto least_score = number_or(settings.last("phishing_phishstats_minscore"), 6);
    for (const auto& [setting, form] : feeds) {
        const auto lines = settings.lines(setting);
        if (lines.empty()) continue;
        const auto& line = lines.back();
        const auto text = read_small_file(line.value, most_of_feed);
        if (text)
            read_feed(*text, form, least_score, content.phishing_without_query, content.phishing);
        else
            content.problems.push_back(
                {line.place, {}, "The feed " + line.value + " " + text.error() + "."});
    }
}

LanguageLimits language_limits_of(const RuleSettings& settings)
{
    // Languages of few speakers, as SpamAssassin's TextCat leaves them out.
    constexpr std::string_view unlikely = "bs cy eo et eu fy ga gd is la lt lv rm sa sco sl yi";
    constexpr std::size_t most = 10'000;
    const auto whole = [&](std::string_view key, std::size_t unless_said) {
        return static_cast<std::size_t>(
            std::clamp(number_or(settings.last(key), static_cast<double>(unless_said)), 0.0,
                       static_cast<double>(most)));
    };
    LanguageLimits limits;
    limits.most_ngrams = whole("textcat_max_ngrams", limits.most_ngrams);
    limits.rare = whole("textcat_optimal_ngrams", limits.rare);
    limits.most_languages = whole("textcat_max_languages", limits.most_languages);
    limits.acceptable_score =
        number_or(settings.last("textcat_acceptable_score"), limits.acceptable_score);
    const auto said = settings.last("inactive_languages");
    for (const auto word : words_of(said.empty() ? unlikely : said)) limits.unlikely.emplace(word);
    return limits;
}

void read_languages(const RuleSettings& settings, std::string_view models, ContentSettings& content)
{
    const auto lines = settings.lines("ok_languages");
    if (lines.empty()) return;
    content.language_limits = language_limits_of(settings);
    for (const auto word : words_of(lines.back().value)) {
        if (word == "all") {
            content.languages.clear();
            return;
        }
        content.languages.emplace_back(word);
        if (const auto found = content.language_limits.unlikely.find(word);
            found != content.language_limits.unlikely.end())
            content.language_limits.unlikely.erase(found);
    }
    content.language_models = LanguageModels{models};
    if (content.language_models.empty())
        content.problems.push_back({lines.back().place,
                                    {},
                                    "There is no file 'languages' beside the rules: no language "
                                    "can be told."});
}

}  // namespace

ContentSettings ContentSettings::from(const RuleSettings& settings,
                                      std::string_view language_models)
{
    ContentSettings content;
    for (const auto* key : {"url_shortener", "url_shortener_get"})
        for (const auto word : settings.words(key)) {
            std::string host{word};
            for (auto& c : host) c = small(c);
            content.shorteners.insert(std::move(host));
        }
    read_feeds(settings, content);
    read_languages(settings, language_models, content);
    return content;
}

}  // namespace lazaret::filter::rules
