#include "milter/filter/rules/evals/content_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "milter/filter/rules/evals/perl_classes.hpp"
#include "milter/filter/rules/evals/phishing_feeds.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::uintmax_t most_of_feed = 256 << 20;  ///< bytes

double number_or(std::string_view text, double unless_said)
{
    std::from_chars(text.data(), text.data() + text.size(), unless_said);
    return unless_said;
}

std::optional<std::string> text_of_file(const std::string& path)
{
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    if (failed || size > most_of_feed) return std::nullopt;
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return std::nullopt;
    return std::move(text).str();
}

struct Feed {
    std::string_view setting;
    FeedForm form;
};
constexpr auto feeds = std::to_array<Feed>({{"phishing_openphish_feed", FeedForm::OpenPhish},
                                            {"phishing_phishtank_feed", FeedForm::PhishTank},
                                            {"phishing_phishstats_feed", FeedForm::PhishStats}});

void read_feeds(const RuleSettings& settings, ContentSettings& content)
{
    content.phishing_without_query = settings.is_on("phishing_uri_noparam", false);
    const auto least_score = number_or(settings.last("phishing_phishstats_minscore"), 6);
    for (const auto& [setting, form] : feeds) {
        const auto lines = settings.lines(setting);
        if (lines.empty()) continue;
        const auto& line = lines.back();
        const auto text = text_of_file(line.value);
        if (text)
            read_feed(*text, form, least_score, content.phishing_without_query, content.phishing);
        else
            content.problems.push_back(
                {line.place, {}, "The feed " + line.value + " cannot be read."});
    }
}

void read_languages(const RuleSettings& settings, ContentSettings& content)
{
    // Languages of few speakers, as SpamAssassin's TextCat leaves them out.
    constexpr std::string_view unlikely = "bs cy eo et eu fy ga gd is la lt lv rm sa sco sl yi";
    const auto said = settings.last("inactive_languages");
    for (const auto word : words_of(said.empty() ? unlikely : said))
        content.unlikely_languages.emplace(word);
    for (const auto word : words_of(settings.last("ok_languages"))) {
        content.languages.emplace_back(word);
        if (const auto found = content.unlikely_languages.find(word);
            found != content.unlikely_languages.end())
            content.unlikely_languages.erase(found);
    }
    if (std::find(content.languages.begin(), content.languages.end(), "all") !=
        content.languages.end())
        content.languages.clear();
    content.most_languages =
        static_cast<std::size_t>(std::clamp(number_or(settings.last("textcat_max_languages"), 3),
                                            1.0, 3.0));  // the detector tells no more than three
}

}  // namespace

ContentSettings ContentSettings::from(const RuleSettings& settings)
{
    ContentSettings content;
    for (const auto* key : {"url_shortener", "url_shortener_get"})
        for (const auto word : settings.words(key)) {
            std::string host{word};
            for (auto& c : host) c = small(c);
            content.shorteners.insert(std::move(host));
        }
    read_feeds(settings, content);
    read_languages(settings, content);
    return content;
}

}  // namespace lazaret::filter::rules
