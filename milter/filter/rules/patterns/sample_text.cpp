#include "milter/filter/rules/patterns/sample_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <string_view>

#include "milter/filter/rules/patterns/step_scan.hpp"

namespace lazaret::filter::rules {
namespace {

using std::string_view_literals::operator""sv;

// The most frequent first: of three drawn places the first counts.
constexpr auto words = std::to_array(
    {"the"sv,     "to"sv,      "and"sv,      "of"sv,      "a"sv,        "you"sv,    "in"sv,
     "is"sv,      "for"sv,     "your"sv,     "that"sv,    "this"sv,     "on"sv,     "it"sv,
     "with"sv,    "be"sv,      "are"sv,      "have"sv,    "we"sv,       "or"sv,     "as"sv,
     "not"sv,     "from"sv,    "can"sv,      "will"sv,    "our"sv,      "at"sv,     "by"sv,
     "if"sv,      "all"sv,     "has"sv,      "was"sv,     "an"sv,       "but"sv,    "more"sv,
     "please"sv,  "one"sv,     "mail"sv,     "message"sv, "new"sv,      "out"sv,    "they"sv,
     "any"sv,     "about"sv,   "there"sv,    "list"sv,    "what"sv,     "time"sv,   "get"sv,
     "so"sv,      "email"sv,   "who"sv,      "just"sv,    "up"sv,       "here"sv,   "people"sv,
     "when"sv,    "like"sv,    "some"sv,     "no"sv,      "use"sv,      "which"sv,  "click"sv,
     "other"sv,   "how"sv,     "their"sv,    "would"sv,   "only"sv,     "been"sv,   "information"sv,
     "than"sv,    "do"sv,      "also"sv,     "them"sv,    "work"sv,     "free"sv,   "money"sv,
     "make"sv,    "know"sv,    "then"sv,     "into"sv,    "need"sv,     "see"sv,    "first"sv,
     "account"sv, "now"sv,     "name"sv,     "address"sv, "want"sv,     "over"sv,   "system"sv,
     "group"sv,   "company"sv, "should"sv,   "because"sv, "after"sv,    "most"sv,   "code"sv,
     "even"sv,    "many"sv,    "business"sv, "world"sv,   "online"sv,   "price"sv,  "software"sv,
     "version"sv, "file"sv,    "service"sv,  "today"sv,   "order"sv,    "change"sv, "send"sv,
     "thanks"sv,  "million"sv, "security"sv, "problem"sv, "question"sv, "wrote"sv,  "subject"sv,
     "percent"sv});
constexpr std::size_t size = 50'000;

class Writing {
public:
    std::string run()
    {
        while (text_.size() < size) {
            switch (below(8)) {
                case 0: link(); break;
                case 1: markup(); break;
                case 2: numbers(); break;
                default: prose();
            }
            text_ += '\n';
        }
        return std::move(text_);
    }

private:
    std::size_t below(std::size_t count) { return random_() % count; }

    std::string_view word()
    {
        auto place = words.size();
        for (int times = 0; times < 3; ++times) place = std::min(place, below(words.size()));
        return words[place];
    }

    std::string token(std::size_t length)
    {
        constexpr auto letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"sv;
        std::string made;
        while (made.size() < length) made += letters[below(letters.size())];
        return made;
    }

    void prose()
    {
        for (std::size_t left = 4 + below(12); left > 0; --left) {
            std::string next{word()};
            if (below(12) == 0) next[0] = static_cast<char>(next[0] - 'a' + 'A');
            text_ += next;
            if (left > 1) text_ += below(10) == 0 ? ", " : " ";
        }
        text_ += below(3) == 0 ? "" : ".";
    }

    void link()
    {
        text_ += fmt::format("<a href=\"https://www.{}.example/{}/{}?id={}\">{} {}</a>", word(),
                             word(), token(4), token(8 + below(40)), word(), word());
    }

    void markup()
    {
        text_ += fmt::format(
            "<td width=\"{}\" style=\"font-size: {}px; color: #{:06x};\"><b>{} {}</b>&nbsp;</td>",
            below(600), 9 + below(20), below(0xffffff), word(), word());
    }

    void numbers()
    {
        text_ += fmt::format(
            "{} {} {:02}:{:02}:{:02} +0{}00 {} ${}.{:02} ({}%), {}-{} {}@{}.example", 1 + below(28),
            1990 + below(40), below(24), below(60), below(60), below(9), word(), below(900),
            below(100), below(100), below(999), below(9'999), word(), word());
    }

    std::minstd_rand random_;
    std::string text_;
};

}  // namespace

const std::string& sample_text()
{
    static const auto text = Writing{}.run();
    return text;
}

double share_of_lines(const std::vector<ByteSequence>& sequences)
{
    std::vector<StepScan::Sought> sought;
    for (const auto& sequence : sequences) sought.push_back({0, sequence});
    const StepScan scan{sought};
    std::vector<std::string_view> lines;
    for (std::string_view rest = sample_text(); !rest.empty();) {
        lines.push_back(rest.substr(0, rest.find('\n')));
        rest.remove_prefix(std::min(lines.back().size() + 1, rest.size()));
    }
    std::size_t found = 0;
    scan.scan(lines, [&](std::size_t, std::size_t) { ++found; });
    return static_cast<double>(found) / static_cast<double>(lines.size());
}

}  // namespace lazaret::filter::rules
