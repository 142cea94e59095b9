#include "milter/filter/bulk/phrases.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "milter/filter/bulk/phrase_table.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t longest_phrase = 4;  // words
constexpr std::size_t place_count = 8'192;

using Word = std::uint32_t;

// FNV-1a, a letter at a time.
constexpr Word no_letters = 0x811C9DC5u;
constexpr Word with_letter(Word word, char c)
{
    return (word ^ static_cast<unsigned char>(c)) * 0x01000193u;
}
constexpr Word any_number = with_letter(no_letters, '0');
constexpr Word percent = with_letter(no_letters, '%');

constexpr std::size_t place_of(Word word) { return (word ^ word >> 16) % place_count; }

struct KnownPhrase {
    std::array<Word, longest_phrase> words{};  // the last first
    std::size_t length = 0;
    PhraseKind kind{};
    std::string_view text;
};

constexpr KnownPhrase known(PhraseKind kind, std::string_view text)
{
    KnownPhrase out{{}, 0, kind, text};
    for (auto rest = text; !rest.empty();) {
        const auto begin = rest.rfind(' ') + 1;  // 0 where there is none
        Word hash = no_letters;
        for (const char c : rest.substr(begin)) hash = with_letter(hash, c);
        out.words.at(out.length++) = hash;
        rest = rest.substr(0, begin == 0 ? 0 : begin - 1);
    }
    return out;
}

constexpr std::size_t phrase_count = [] {
    std::size_t count = 0;
    for (const auto& row : phrase_table)
        count += 1 + static_cast<std::size_t>(std::ranges::count(row.text, '|'));
    return count;
}();

// By their last words.
constexpr auto phrases = [] {
    std::array<KnownPhrase, phrase_count> out;
    auto next = out.begin();
    for (const auto& row : phrase_table)
        for (auto rest = row.text; !rest.empty();) {
            const auto bar = std::min(rest.find('|'), rest.size());
            *next++ = known(row.kind, rest.substr(0, bar));
            rest.remove_prefix(std::min(bar + 1, rest.size()));
        }
    std::ranges::sort(out, {}, [](const KnownPhrase& one) {
        return std::pair{place_of(one.words[0]), one.words};
    });
    return out;
}();
static_assert(std::ranges::adjacent_find(phrases, {}, &KnownPhrase::words) == phrases.end(),
              "a phrase stands twice");

// Where the phrases begin whose last word has this place, from 1 on; most words end none, and then
// nothing is compared.
constexpr auto places = [] {
    std::array<std::uint16_t, place_count> out{};
    for (std::size_t i = phrases.size(); i > 0; --i)
        out[place_of(phrases[i - 1].words[0])] = static_cast<std::uint16_t>(i);
    return out;
}();

// What a byte is: a letter or digit (itself, small), the begin of a letter with an accent, or 0.
constexpr char two_bytes = 1;  // U+00C0 to U+017F
constexpr char mark = 2;       // an accent by itself
constexpr auto kinds = [] {
    std::array<char, 256> out{};
    for (char c = '0'; c <= '9'; ++c) out[static_cast<unsigned char>(c)] = c;
    for (char c = 'a'; c <= 'z'; ++c) {
        out[static_cast<unsigned char>(c)] = c;
        out[static_cast<unsigned char>(c - 'a' + 'A')] = c;
    }
    out[static_cast<unsigned char>('%')] = '%';
    out[0xC3] = out[0xC4] = out[0xC5] = two_bytes;
    out[0xCC] = out[0xCD] = mark;
    return out;
}();

// U+00C0 to U+017F without accents; 0 is none.
constexpr std::string_view bare{
    "aaaaaaaceeeeiiiidnooooo\0ouuuuytsaaaaaaaceeeeiiiidnooooo\0ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs",
    192};

char bare_letter(unsigned char first, unsigned char second)
{
    const auto index = static_cast<std::size_t>((first - 0xC3) * 64 + (second & 0x3F));
    return (second & 0xC0) == 0x80 && index < bare.size() ? bare[index] : '\0';
}

class Finder {
public:
    void end_word(Word word)
    {
        last_[++at_ % longest_phrase] = word;
        if (const auto first = places[place_of(word)]) compare(word, first - 1U);
    }

    PhrasesFound found;

private:
    void compare(Word word, std::size_t first)
    {
        for (auto i = first; i < phrases.size() && place_of(phrases[i].words[0]) == place_of(word);
             ++i)
            if (stands_here(phrases[i])) note(phrases[i]);
    }
    bool stands_here(const KnownPhrase& phrase) const
    {
        for (std::size_t back = 0; back < phrase.length; ++back)
            if (phrase.words[back] != last_[(at_ - back) % longest_phrase]) return false;
        return true;
    }
    void note(const KnownPhrase& phrase)
    {
        const auto kind = static_cast<std::size_t>(phrase.kind);
        if (found.counts[kind]++ == 0) found.first[kind] = phrase.text;
    }

    std::array<Word, longest_phrase> last_{};  // a ring; `at_` is the newest
    std::size_t at_ = longest_phrase;
};

}  // namespace

PhrasesFound phrases_in(std::string_view text)
{
    Finder finder;
    const auto* at = text.data();
    const auto* const end = at + text.size();
    while (at != end) {
        Word word = no_letters;
        char least = 'z';
        char letter = '\0';
        for (; at != end; ++at) {
            letter = kinds[static_cast<unsigned char>(*at)];
            if (letter <= mark && letter != '\0') {
                if (at + 1 == end) break;
                const auto first = static_cast<unsigned char>(*at++);
                if (letter == mark) continue;
                letter = bare_letter(first, static_cast<unsigned char>(*at));
            }
            if (letter <= '%') break;
            least = std::min(least, letter);
            word = with_letter(word, letter);
        }
        if (word != no_letters) finder.end_word(least <= '9' ? any_number : word);
        if (letter == '%') finder.end_word(percent);
        if (at != end) ++at;
    }
    return finder.found;
}

}  // namespace lazaret::filter
