// Which words of a message the model goes by, for people. It knows only 4-grams, which nobody can
// read; a word is worth what those are together that end in it.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "milter/filter/learn/features.hpp"
#include "milter/filter/learn/weights.hpp"
#include "milter/filter/learn/word_bytes.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t most_phrases = 4;
constexpr std::size_t shortest_word = 3;    // bytes
constexpr std::size_t longest_phrase = 40;  // bytes
constexpr double least_worth = 0.15;        // log-odds

bool is_readable(char c) { return is_ascii_letter(c) || static_cast<unsigned char>(c) >= 0x80; }

/// A piece of the excerpt and what it is worth.
struct Phrase {
    std::size_t begin = 0, end = 0;  ///< in the excerpt
    double worth = 0.0;              ///< log-odds towards the label
    bool is_host = false;
};

/// Finds the words of an excerpt that a reader sees, and weighs them.
class Weighing {
public:
    /// @param weighed  what the 4-gram that ends at each byte is worth.
    Weighing(std::string_view text, const std::vector<double>& weighed)
        : text_{text}, weighed_{weighed}
    {
    }

    /// Words and links that stand between `at` and `end`.
    void read(std::size_t at, std::size_t end)
    {
        while (at < end) {
            if (text_.substr(at, 3) == "://") at = take(at + 3, end, is_host_byte, true);
            else if (is_word_byte(text_[at])) at = take(at, end, is_word_byte, false);
            else ++at;
        }
    }

    std::vector<std::string> best() &&
    {
        std::ranges::stable_sort(phrases_, std::ranges::greater{}, &Phrase::worth);
        std::vector<std::string> words;
        for (const auto& phrase : phrases_) {
            if (phrase.worth < least_worth || words.size() == most_phrases) break;
            auto word = valid_utf8(text_.substr(phrase.begin, phrase.end - phrase.begin));
            if (!phrase.is_host) word = '"' + word + '"';
            if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
        }
        return words;
    }

private:
    std::size_t take(std::size_t begin, std::size_t end, bool (*is_part)(char), bool is_host)
    {
        auto at = begin;
        double worth = 0.0;
        for (; at < end && is_part(text_[at]); ++at) worth += weighed_[at];
        const auto size = at - begin;
        const auto has_letters =
            std::any_of(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                        text_.begin() + static_cast<std::ptrdiff_t>(at), is_readable);
        if (size < shortest_word || size > longest_phrase || !has_letters || worth <= 0.0)
            return at;
        auto* last = phrases_.empty() ? nullptr : &phrases_.back();
        const bool is_neighbour = last && !is_host && !last->is_host && last->end + 1 == begin &&
                                  text_[last->end] == ' ' && at - last->begin <= longest_phrase;
        if (is_neighbour) {
            last->end = at;
            last->worth += worth;
        } else {
            phrases_.push_back({begin, at, worth, is_host});
        }
        return at;
    }

    std::string_view text_;
    const std::vector<double>& weighed_;
    std::vector<Phrase> phrases_;
};

// Where the value of the Subject stands in an excerpt.
std::pair<std::size_t, std::size_t> subject_in(std::string_view header)
{
    std::size_t begin = 0;
    while (begin < header.size()) {
        const auto end = std::min(header.find('\n', begin), header.size());
        constexpr std::string_view name = "subject:";
        if (starts_ignoring_case(header.substr(begin), name)) return {begin + name.size(), end};
        begin = end + 1;
    }
    return {0, 0};
}

}  // namespace

std::vector<std::string> Model::telling_words(std::string_view message, Label label) const
{
    const Excerpt excerpt{message};
    const auto text = excerpt.text();
    const auto worth = weights_->worth_by_byte(text, label);
    Weighing weighing{text, worth};
    const auto header_size = excerpt.header().size();
    const auto [begin, end] = subject_in(excerpt.header());
    weighing.read(begin, end);
    weighing.read(header_size, header_size + excerpt.body().size());
    return std::move(weighing).best();
}

}  // namespace lazaret::filter
