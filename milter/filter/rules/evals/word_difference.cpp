#include "milter/filter/rules/evals/word_difference.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <random>
#include <vector>

#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

/// An odd number that nobody outside can know.
std::uint64_t secret_factor()
{
    static const std::uint64_t factor = [] {
        std::random_device device;
        return (std::uint64_t{device()} << 32U) | device() | 1U;
    }();
    return factor;
}

/// How often each word stands in the HTML and in the plain text. Words are known by 64 bits of a
/// hash: two that share one would only count as the same.
///
/// Whoever writes a message can choose words by that hash, so where one is kept depends on a secret
/// factor, too: else all could be made to lie in one corner of the table.
class WordCounts {
public:
    struct Counts {
        std::uint64_t word = 0;
        std::uint32_t html = 0;
        std::uint32_t text = 0;
    };

    void add(std::uint64_t word, bool is_html)
    {
        if (used_ * 2 >= slots_.size()) grow();
        auto& slot = slot_of(word);
        if (slot.word == 0) {
            slot.word = word;
            ++used_;
        }
        ++(is_html ? slot.html : slot.text);
    }

    [[nodiscard]] const std::vector<Counts>& slots() const { return slots_; }

private:
    Counts& slot_of(std::uint64_t word)
    {
        const auto mask = slots_.size() - 1;
        auto at = (word * factor_) >> shift_;
        while (slots_[at].word != 0 && slots_[at].word != word) at = (at + 1) & mask;
        return slots_[at];
    }

    void grow()
    {
        auto old = std::move(slots_);
        slots_ = std::vector<Counts>(old.empty() ? 1024 : old.size() * 2);
        shift_ = 64 - std::countr_zero(slots_.size());
        for (const auto& counts : old)
            if (counts.word != 0) slot_of(counts.word) = counts;
    }

    std::vector<Counts> slots_;  ///< as many as a power of 2
    std::uint64_t factor_ = secret_factor();
    int shift_ = 0;  ///< leaves of a product the bits that number the slots
    std::size_t used_ = 0;
};

struct Character {
    char32_t value;
    std::size_t length;
};

/// The character above ASCII at `at`. What is no UTF-8 is a byte by itself: the rendering leaves
/// Latin letters so when there are no others.
Character character_at(std::string_view text, std::size_t at)
{
    const auto byte = [&](std::size_t index) {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
    };
    const auto first = byte(at);
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
    if (length == 1) return {first, 1};
    char32_t value = first & (0xFFU >> (length + 1));
    for (std::size_t next = 1; next < length; ++next) {
        if ((byte(at + next) & 0xC0U) != 0x80U) return {first, 1};
        value = (value << 6U) | (byte(at + next) & 0x3FU);
    }
    return {value, length};
}

bool is_wide_blank(char32_t c)
{
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// Whether a character above ASCII is a letter or digit, but for rare signs.
bool is_wide_letter(char32_t c)
{
    if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
    if (c == 0xD7 || c == 0xF7) return false;
    return !(c >= 0x2010 && c <= 0x206F) && !(c >= 0x20A0 && c <= 0x20CF) &&
           !(c >= 0x2190 && c <= 0x2BFF) && !(c >= 0x3001 && c <= 0x3004) &&
           !(c >= 0x3008 && c <= 0x3020) && !(c >= 0xE000 && c <= 0xF8FF) && c != 0xFEFF &&
           c != 0xFFFD && !(c >= 0x1F000 && c <= 0x1FAFF);
}

/// Counts the words of a text: what stands between blanks and has a letter, digit or `_` in it.
/// @return whether there were any.
bool count_words(std::string_view text, bool is_html, WordCounts& counts)
{
    constexpr std::uint64_t start = 0xCBF29CE484222325;
    constexpr std::uint64_t factor = 0x9FB21C651E98DF25;
    bool any = false;
    bool has_letter = false;
    std::uint64_t hash = start;
    const auto end_word = [&] {
        if (has_letter) {
            counts.add(hash | 1U, is_html);
            any = true;
        }
        has_letter = false;
        hash = start;
    };
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        Character character{static_cast<unsigned char>(c), 1};
        if (character.value >= 0x80) character = character_at(text, at);
        at += character.length;
        // A byte alone is of a text that has no character above FF: to Perl a sign, whatever it is.
        const bool is_wide = character.length > 1;
        if (is_wide ? is_wide_blank(character.value) : is_blank(c)) {
            end_word();
            continue;
        }
        hash = (hash ^ character.value) * factor;
        hash ^= hash >> 32U;
        has_letter = has_letter || (is_wide ? is_wide_letter(character.value) : is_word(c));
    }
    end_word();
    return any;
}

/// Whether a part stands below another, or is it.
bool is_within(const Rendering& rendering, std::size_t part, std::size_t other)
{
    while (part > other) part = rendering.parts[part].parent;
    return part == other;
}

/// Meeting requests of Exchange come as HTML and a calendar, with no text at all.
bool is_meeting_request(const Rendering& rendering)
{
    return rendering.parts.size() == 3 && rendering.parts[0].type == "multipart/alternative" &&
           rendering.parts[1].type == "text/html" && rendering.parts[2].type == "text/calendar";
}

bool begins_with_word(std::string_view text, std::string_view word)
{
    return text.starts_with(word) && is_word_border(text, word.size());
}

/// @param read  gets how many bytes of text that took, on top.
WordCounts words_within(const Rendering& rendering, std::size_t alternatives, std::size_t& read)
{
    WordCounts counts;
    bool has_html = false;
    for (auto at = alternatives; at < rendering.parts.size(); ++at) {
        if (!is_within(rendering, at, alternatives)) break;
        const auto& part = rendering.parts[at];
        if (!part.is_rendered || !begins_with_word(part.type, "text")) continue;
        const bool any = count_words(part.rendered, part.html.has_value(), counts);
        read += part.rendered.size();
        has_html = has_html || (any && part.html.has_value());
        // An HTML part of pictures only: as if they were one word, which no text has.
        if (part.html && !has_html && part.html->inside("img")) {
            counts.add(1, true);
            has_html = true;
        }
    }
    return counts;
}

}  // namespace

WordDifference WordDifference::of(const Rendering& rendering)
{
    constexpr std::size_t most_alternatives = 32;
    constexpr std::size_t most_often = 4;  // nested ones are read again and again
    WordDifference difference;
    if (is_meeting_request(rendering)) return difference;
    std::size_t all = 0;
    for (const auto& part : rendering.parts) all += part.rendered.size();
    std::size_t seen = 0;
    std::size_t read = 0;
    for (std::size_t at = 0; at < rendering.parts.size() && seen < most_alternatives; ++at) {
        if (read > most_often * all) break;
        if (!begins_with_word(rendering.parts[at].type, "multipart/alternative")) continue;
        ++seen;
        std::size_t html = 0;
        std::size_t text = 0;
        std::size_t left = 0;
        const auto counts = words_within(rendering, at, read);
        for (const auto& word : counts.slots()) {
            html += word.html > 0 ? 1U : 0U;
            text += word.text > 0 ? 1U : 0U;
            left += word.html > word.text ? 1U : 0U;
        }
        if (html == 0) continue;
        difference.html_words = html;
        difference.text_words = text;
        difference.missing = std::max(difference.missing,
                                      static_cast<double>(left) / static_cast<double>(html) * 100);
    }
    return difference;
}

}  // namespace lazaret::filter::rules
