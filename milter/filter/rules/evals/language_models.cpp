#include "milter/filter/rules/evals/language_models.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t longest_ngram = 5;

/// Packed n-grams sort as their bytes do: the first byte is highest, the length lowest.
std::uint64_t packed(std::string_view ngram) noexcept
{
    std::uint64_t all = 0;
    for (std::size_t at = 0; at < longest_ngram; ++at)
        all = all << 8 | (at < ngram.size() ? static_cast<unsigned char>(ngram[at]) : 0U);
    return all << 8 | ngram.size();
}

/// Words end at what ASCII has besides letters and the apostrophe.
constexpr bool is_in_word(char c) noexcept
{
    return c == '\'' || is_letter(c) || static_cast<unsigned char>(c) >= 0x80 ||
           (static_cast<unsigned char>(c) < 0x20 && !is_blank(c)) || c == 0x7f;
}

// The models were made with ISO 8859-1 in mind.
constexpr bool is_latin_capital(char c) noexcept
{
    const auto byte = static_cast<unsigned char>(c);
    return is_capital(c) || (byte >= 0xc0 && byte <= 0xde && byte != 0xd7);
}
constexpr bool is_latin_letter(char c) noexcept
{
    const auto byte = static_cast<unsigned char>(c);
    return is_letter(c) ||
           (byte >= 0xc0 && byte <= 0xfe && byte != 0xd7 && byte != 0xdf && byte != 0xf7);
}

/// Sets a word in small letters, unless it is an abbreviation.
void make_small(std::string& word)
{
    constexpr std::ptrdiff_t shortest = 4;
    if (std::ranges::none_of(word, is_capital) ||
        std::search_n(word.begin(), word.end(), shortest, true, [](char c, bool wanted) {
            return is_latin_letter(c) == wanted;
        }) == word.end())
        return;
    for (auto& c : word)
        if (is_latin_capital(c)) c = static_cast<char>(static_cast<unsigned char>(c) + 32);
}

/// The n-grams of a text, the most frequent first; those that are equally frequent by their bytes.
std::vector<std::uint64_t> frequent_ngrams(std::string_view text, const LanguageLimits& limits)
{
    std::vector<std::uint64_t> all;
    std::string word;
    for (std::size_t at = 0; at < text.size();) {
        if (!is_in_word(text[at])) {
            ++at;
            continue;
        }
        word.assign(1, '\0');
        for (; at < text.size() && is_in_word(text[at]); ++at) word += text[at];
        make_small(word);
        word += '\0';
        for (std::size_t begin = 0; begin < word.size(); ++begin)
            for (std::size_t size = 1; size <= std::min(longest_ngram, word.size() - begin); ++size)
                all.push_back(packed(std::string_view{word}.substr(begin, size)));
    }
    std::ranges::sort(all);
    struct Count {
        std::size_t times;
        std::uint64_t ngram;
    };
    std::vector<Count> counts;
    for (auto first = all.begin(); first != all.end();) {
        const auto last = std::find_if(first, all.end(), [&](auto one) { return one != *first; });
        const auto times = static_cast<std::size_t>(last - first);
        if (limits.rare == 0 || times > limits.rare) counts.push_back({times, *first});
        first = last;
    }
    const auto most = std::min(limits.most_ngrams, counts.size());
    std::ranges::partial_sort(counts, counts.begin() + static_cast<std::ptrdiff_t>(most),
                              [](const Count& left, const Count& right) {
                                  return left.times != right.times ? left.times > right.times
                                                                   : left.ngram < right.ngram;
                              });
    std::vector<std::uint64_t> frequent;
    for (std::size_t at = 0; at < most; ++at) frequent.push_back(counts[at].ngram);
    return frequent;
}

}  // namespace

LanguageModels::LanguageModels(std::string_view text)
{
    constexpr std::string_view end_of_language = "0 ";
    std::map<std::uint64_t, std::uint16_t> ranks;
    std::size_t rank = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with(end_of_language) && line.size() > end_of_language.size()) {
            const auto name = line.substr(end_of_language.size());
            const auto language = static_cast<std::uint16_t>(languages_.size());
            const std::string without_charset{name.substr(0, name.find('.'))};
            // The same language in another charset is the same answer.
            languages_.push_back(
                {contains(name, ".utf8") ? without_charset : std::string{name}, without_charset});
            for (const auto& [ngram, at] : ranks) places_[ngram].push_back({language, at});
            ranks.clear();
            rank = 0;
            if (languages_.size() == std::numeric_limits<std::uint16_t>::max()) return;
        } else if (++rank <= std::numeric_limits<std::uint16_t>::max() &&
                   line.size() <= longest_ngram) {
            ranks[packed(line)] = static_cast<std::uint16_t>(rank);
        }
    }
}

std::vector<std::string_view> LanguageModels::languages_in(std::string_view text,
                                                           const LanguageLimits& limits) const
{
    const auto ngrams = frequent_ngrams(text, limits);
    if (ngrams.empty()) return {};
    const auto missing = static_cast<std::int64_t>(limits.most_ngrams);
    std::vector<std::int64_t> distances(languages_.size(),
                                        missing * static_cast<std::int64_t>(ngrams.size()));
    for (std::size_t at = 0; at < ngrams.size(); ++at) {
        const auto found = places_.find(ngrams[at]);
        if (found == places_.end()) continue;
        for (const auto [language, rank] : found->second)
            distances[language] += std::abs(rank - static_cast<std::int64_t>(at)) - missing;
    }
    std::map<std::string_view, std::int64_t> by_name;
    for (std::size_t at = 0; at < languages_.size(); ++at) {
        if (limits.unlikely.contains(languages_[at].unlikely_name)) continue;
        const auto [entry, is_new] = by_name.emplace(languages_[at].name, distances[at]);
        if (!is_new) entry->second = std::min(entry->second, distances[at]);
    }
    std::vector<std::pair<std::int64_t, std::string_view>> nearest;
    for (const auto& [name, distance] : by_name) nearest.emplace_back(distance, name);
    std::ranges::sort(nearest);
    std::vector<std::string_view> answers;
    for (const auto& [distance, name] : nearest)
        if (answers.empty() ||
            static_cast<double>(distance) <
                limits.acceptable_score * static_cast<double>(nearest.front().first))
            answers.push_back(name);
    if (answers.size() > limits.most_languages) answers.clear();
    return answers;
}

}  // namespace lazaret::filter::rules
