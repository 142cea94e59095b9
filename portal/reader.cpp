#include "portal/reader.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "quarantine-store/directory.hpp"

namespace lazaret::portal {
namespace {

// The quality of one language range: `fr-CH;q=0.8` has 800.
int quality_of(std::string_view parameters)
{
    const auto at = parameters.find("q=");
    if (at == std::string_view::npos) return 1000;
    const auto digits = parameters.substr(at + 2, 5);
    if (digits.empty() || digits[0] != '0') return 1000;
    int value = 0;
    int weight = 100;
    for (const char c : digits.substr(std::min<std::size_t>(2, digits.size()))) {
        if (c < '0' || c > '9') break;
        value += (c - '0') * weight;
        weight /= 10;
    }
    return value;
}

std::string_view known_language(std::string_view range)
{
    const auto primary = ascii_lower(trimmed(range.substr(0, range.find('-'))));
    // Who writes nn or no reads nb.
    const auto code = primary == "no" || primary == "nn" ? std::string{"nb"} : primary;
    for (const auto& language : all_languages())
        if (language.code == code) return language.code;
    return {};
}

}  // namespace

Reader reader_of(const Site& site, store::Database& database, const std::string& mailbox)
{
    const auto address = parse_address(mailbox);
    const auto settings = address ? store::Directory{database}.settings_for(*address) : Settings{};
    return {Words{settings.language, settings.time_zone}, look_of(site.look, settings),
            settings.refuse_at, std::string{token(settings.report_frequency)}};
}

Reader stranger(const Site& site, std::string_view accept_language)
{
    accept_language = accept_language.substr(0, 500);
    std::string_view best = "en";
    int best_quality = 0;
    while (!accept_language.empty()) {
        const auto end = std::min(accept_language.find(','), accept_language.size());
        const auto one = accept_language.substr(0, end);
        accept_language.remove_prefix(std::min(end + 1, accept_language.size()));
        const auto semicolon = std::min(one.find(';'), one.size());
        const auto language = known_language(one.substr(0, semicolon));
        const auto quality = quality_of(one.substr(semicolon));
        if (!language.empty() && quality > best_quality) {
            best = language;
            best_quality = quality;
        }
    }
    return {Words{best, ""}, site.look};
}

}  // namespace lazaret::portal
