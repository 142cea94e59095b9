#include <algorithm>
#include <array>
#include <optional>

#include "milter/filter/rules/evals/content_eval_groups.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

/// A part of a text, from `begin` up to `end`.
struct Part {
    std::size_t begin;
    std::size_t end;
};

/// Where the blank behind `text[at]` stands, but at most `longest` bytes on.
std::size_t end_of_run(std::string_view text, std::size_t at, std::size_t longest)
{
    const auto last = at + std::min(longest, text.size() - at);
    while (at < last && !is_blank(text[at])) ++at;
    return at;
}

std::optional<Part> next_page_address(std::string_view text, std::size_t from)
{
    constexpr std::size_t longest = 1'024;
    constexpr auto separators =
        std::to_array<std::string_view>({"://", ":&#x2F;&#x2F;", "%3A%2F%2F"});
    constexpr std::string_view scheme = "http";
    for (auto at = text.find(scheme, from); at != std::string_view::npos;
         at = text.find(scheme, at + 1)) {
        auto begin = at + scheme.size();
        if (text.substr(begin).starts_with('s')) ++begin;
        for (const auto separator : separators) {
            if (!text.substr(begin).starts_with(separator)) continue;
            const auto host = begin + separator.size();
            if (const auto end = end_of_run(text, host, longest); end > host) return Part{at, end};
        }
    }
    return std::nullopt;
}

std::optional<Part> next_mailbox(std::string_view text, std::size_t from)
{
    constexpr std::size_t longest_local_part = 64;
    constexpr std::size_t longest_domain = 128;
    for (auto at = text.find('@', from); at != std::string_view::npos;
         at = text.find('@', at + 1)) {
        auto begin = at;
        while (begin > from && at - begin < longest_local_part && !is_blank(text[begin - 1]))
            --begin;
        if (begin == at || at + 1 == text.size() || !is_letter(text[at + 1])) continue;
        if (const auto end = end_of_run(text, at + 2, longest_domain); end > at + 2)
            return Part{begin, end};
    }
    return std::nullopt;
}

std::optional<Part> next_www_host(std::string_view text, std::size_t from)
{
    constexpr std::size_t longest = 128;
    constexpr std::string_view www = "www.";
    for (auto at = text.find(www, from); at != std::string_view::npos;
         at = text.find(www, at + 1)) {
        const auto host = at + www.size();
        if (!is_word_border(text, at)) continue;
        if (const auto end = end_of_run(text, host, longest); end > host) return Part{at, end};
    }
    return std::nullopt;
}

/// `text` with a blank for each part that `next` finds.
std::string without(std::string_view text,
                    std::optional<Part> (*next)(std::string_view text, std::size_t from))
{
    std::string rest;
    std::size_t from = 0;
    while (const auto part = next(text, from)) {
        rest.append(text.substr(from, part->begin - from)).append(" ");
        from = part->end;
    }
    return rest.append(text.substr(from));
}

/// `Re: Fwd:` and their like at the start of a subject are of no language.
std::string_view without_prefixes(std::string_view text)
{
    constexpr std::size_t most = 10;
    constexpr std::size_t shortest = 2;
    constexpr std::size_t longest = 12;
    for (std::size_t count = 0; count < most; ++count) {
        std::size_t letters = 0;
        while (letters < text.size() && is_letter(text[letters])) ++letters;
        if (letters < shortest || letters > longest || !text.substr(letters).starts_with(':'))
            break;
        text = without_leading_blanks(text.substr(letters + 1));
    }
    return text;
}

/// The start of the body, without what is of no language.
std::string words_of_body(const Rendering& rendering)
{
    constexpr std::size_t enough = 10'000;
    constexpr std::size_t enough_with_addresses = 20 * enough;
    std::string body;
    for (const auto paragraph : rendering.body) {
        if (body.size() >= enough_with_addresses) break;
        if (!body.empty()) body += '\n';
        body.append(paragraph.substr(0, enough_with_addresses));
    }
    auto words = without(without_prefixes(body), next_page_address);
    words = without(words, next_mailbox);
    words = without(words, next_www_host);
    words.resize(std::min(words.size(), enough));
    return words;
}

/// The languages that the body may be in; none when that is not clear.
LikelyLanguages likely_languages(const Rendering& rendering, const ContentSettings& settings)
{
    constexpr std::size_t too_short = 256;
    const auto text = words_of_body(rendering);
    LikelyLanguages likely{{}, text.size()};
    if (text.size() >= too_short)
        likely.languages = settings.language_models.languages_in(text, settings.language_limits);
    return likely;
}

bool is_language(std::string_view found, std::string_view wanted)
{
    return found == wanted || found.substr(0, found.find('.')) == wanted;
}

unsigned check_language(const EvalContext& context, Arguments)
{
    constexpr std::size_t clear_text = 1'024;  ///< bytes for each likely language
    const auto& wanted = context.settings.content.languages;
    if (wanted.empty()) return 0;
    const auto& [likely, length] = remembered(context.memory.content.languages, [&] {
        return likely_languages(context.rendering, context.settings.content);
    });
    const bool is_clear = length >= clear_text * likely.size();
    return !likely.empty() && std::none_of(likely.begin(), likely.end(), [&](auto language) {
        if (!is_clear && language == "sco") language = "en";
        return std::any_of(wanted.begin(), wanted.end(), [&](const auto& each) {
            return is_language(language, !is_clear && each == "sco" ? "en" : each);
        });
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
