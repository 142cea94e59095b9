#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "milter/filter/rules/evals/body_counts.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

// What headings of stock tips are about.
constexpr auto topics = std::to_array<std::string_view>({"companyname",    "company",
                                                         "target",         "ticker",
                                                         "openingprice",   "openingp",
                                                         "currentprice",   "currentp",
                                                         "projected",      "position",
                                                         "expectations",   "weekshigh",
                                                         "weekhigh",       "marketperformance",
                                                         "yeartarget",     "yearestimates",
                                                         "yearestimate",   "weektarget",
                                                         "weekestimates",  "weekestimate",
                                                         "monthtarget",    "monthestimates",
                                                         "monthestimate",  "daytarget",
                                                         "dayestimates",   "dayestimate",
                                                         "pricetarget",    "priceestimates",
                                                         "priceestimate",  "sector",
                                                         "recommendation", "rating"});

/// Whether a text is the letters of `word`, in order, each but the first after at most one letter
/// of something else, as who hides a word writes it.
bool is_hidden(std::string_view text, std::string_view word)
{
    if (word.empty()) return text.empty();
    if (text.starts_with(word.front()) && is_hidden(text.substr(1), word.substr(1))) return true;
    return text.size() > 1 && text[1] == word.front() && is_hidden(text.substr(2), word.substr(1));
}

/// `stock`, `sym`, `symbol`, with other letters between.
bool is_symbol(std::string_view text)
{
    constexpr auto words = std::to_array<std::string_view>({"tock", "ym", "ymbol"});
    return text.starts_with('s') && std::ranges::any_of(words, [&](std::string_view word) {
               return is_hidden(text.substr(1), word);
           });
}

/// The end of a heading (small letters only), where that tells its topic; empty: it does not.
std::string_view topic_in(std::string_view heading)
{
    if (heading == "tradedate" || heading == "tradingdate") return heading;
    for (std::size_t at = 0; at < heading.size(); ++at) {
        const auto rest = heading.substr(at);
        if (is_symbol(rest) || std::ranges::find(topics, rest) != topics.end()) return rest;
    }
    return {};
}

std::string small_letters_of(std::string_view text)
{
    std::string letters;
    for (const char c : text)
        if (is_letter(c)) letters += small(c);
    return letters;
}

/// A heading is what stands at the start of a line, 3 to 30 characters, before a colon that has
/// something behind it.
std::set<std::string> topics_of(std::string_view text)
{
    constexpr std::size_t shortest = 3;
    constexpr std::size_t longest = 30;
    std::set<std::string> seen;
    while (true) {
        text = without_leading_blanks(text);
        if (text.empty()) return seen;
        const auto heading = text.substr(0, std::min(text.find_first_of(":\n"), longest));
        const auto behind = without_leading_blanks(text.substr(heading.size()));
        if (heading.size() >= shortest && behind.starts_with(':') &&
            !without_leading_blanks(behind.substr(1)).empty()) {
            const auto small = small_letters_of(heading);  // the topic is a part of it
            if (const auto topic = topic_in(small); !topic.empty()) seen.emplace(topic);
        }
        const auto end = text.find('\n');
        if (end == std::string_view::npos) return seen;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

std::size_t stock_headings(const Rendering& rendering)
{
    constexpr std::size_t most_text = 1 << 17;
    for (const auto& part : rendering.parts)
        if (part.type == "text/plain")
            return part.is_rendered
                       ? topics_of(std::string_view{part.rendered}.substr(0, most_text)).size()
                       : 0;
    return 0;
}

}  // namespace lazaret::filter::rules
