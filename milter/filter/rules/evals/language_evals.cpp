#include <cstdio>  // which the next header forgets
// clang-format off
#include <cld2/public/compact_lang_det.h>
// clang-format on
#include <cld2/public/encodings.h>

#include <algorithm>
#include <array>

#include "milter/filter/rules/evals/content_eval_groups.hpp"
#include "milter/filter/rules/evals/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

/// SpamAssassin's names of languages that CLD2 calls otherwise.
struct LanguageName {
    std::string_view theirs;
    std::string_view ours;
};
constexpr auto renamed = std::to_array<LanguageName>(
    {{"iw", "he"}, {"nb", "no"}, {"nn", "no"}, {"zh-Hant", "zh.big5"}, {"zh", "zh.gb2312"}});

std::string name_of(CLD2::Language language)
{
    const std::string_view code = CLD2::LanguageCode(language);
    for (const auto& [theirs, ours] : renamed)
        if (theirs == code) return std::string{ours};
    return std::string{code};
}

/// The start of the text, without addresses, which are of no language.
std::string words_of_body(const Rendering& rendering)
{
    constexpr std::size_t enough = 10'000;
    std::string text;
    for (const auto paragraph : rendering.body) {
        auto rest = paragraph;
        while (!rest.empty() && text.size() < enough) {
            const auto end = std::min(rest.find(' '), rest.size());
            const auto word = rest.substr(0, std::min(end, enough));
            if (!contains(word, "://") && !contains(word, "@") && !word.starts_with("www."))
                text.append(word).append(" ");
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        text += '\n';
    }
    return text;
}

/// The languages that the text is probably in; none when that is not clear.
std::vector<std::string> languages_in(const Rendering& rendering, const ContentSettings& settings)
{
    constexpr std::size_t too_short = 256;
    constexpr int small_share = 20;  ///< percent of the text
    const auto text = words_of_body(rendering);
    if (text.size() < too_short) return {};
    std::array<CLD2::Language, 3> languages{};
    std::array<int, 3> percents{};
    std::array<double, 3> scores{};
    const CLD2::CLDHints hints{nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
    int bytes = 0;
    int valid = 0;
    bool is_reliable = false;
    // It stops before what is no UTF-8.
    CLD2::ExtDetectLanguageSummaryCheckUTF8(text.data(), static_cast<int>(text.size()), true,
                                            &hints, 0, languages.data(), percents.data(),
                                            scores.data(), nullptr, &bytes, &is_reliable, &valid);
    if (!is_reliable) return {};
    std::vector<std::string> names;
    for (std::size_t at = 0; at < languages.size(); ++at) {
        if (languages[at] == CLD2::UNKNOWN_LANGUAGE || percents[at] < small_share) continue;
        auto name = name_of(languages[at]);
        if (!settings.unlikely_languages.contains(name)) names.push_back(std::move(name));
    }
    if (names.size() > settings.most_languages) names.clear();
    return names;
}

bool is_language(std::string_view found, std::string_view wanted)
{
    return found == wanted || found.substr(0, found.find('.')) == wanted;
}

unsigned check_language(const EvalContext& context, Arguments)
{
    const auto& wanted = context.settings.content.languages;
    if (wanted.empty()) return 0;
    const auto& found = remembered(context.memory.content.languages, [&] {
        return languages_in(context.rendering, context.settings.content);
    });
    return !found.empty() && std::none_of(found.begin(), found.end(), [&](const auto& language) {
        return std::any_of(wanted.begin(), wanted.end(),
                           [&](const auto& each) { return is_language(language, each); });
    });
}

// Languages whose usual text has long runs of bytes above ASCII, as SpamAssassin's TextCat has
// them.
constexpr auto with_8bit_runs = std::to_array<std::string_view>(
    {"am", "ar", "be", "bg", "cs", "el", "et", "fa", "fi", "he", "hi", "hy", "is",
     "ja", "ka", "ko", "mr", "pt", "ru", "ta", "th", "tr", "uk", "vi", "yi", "zh"});

unsigned check_body_8bits(const EvalContext& context, Arguments)
{
    constexpr std::ptrdiff_t long_run = 8;
    const auto& wanted = context.settings.content.languages;
    if (wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [](const auto& language) {
            return std::find(with_8bit_runs.begin(), with_8bit_runs.end(), language) !=
                   with_8bit_runs.end();
        }))
        return 0;
    const auto texts = texts_of_rule(context);
    return std::any_of(texts.begin(), texts.end(), [](std::string_view text) {
        return std::search_n(text.begin(), text.end(), long_run, 0x80, [](char c, int least) {
                   return static_cast<unsigned char>(c) >= least;
               }) != text.end();
    });
}

constexpr auto entries = std::to_array<EvalEntry>({
    {"check_language", "TextCat", check_language, {}, 0},
    {"check_body_8bits", "TextCat", check_body_8bits, {}, 0},
});

}  // namespace

std::span<const EvalEntry> language_evals() { return entries; }

}  // namespace lazaret::filter::rules
