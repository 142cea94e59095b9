#include "milter/filter/rules/evals/mail_dates.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

using std::chrono::minutes;

constexpr auto months = std::to_array<std::string_view>(
    {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"});

struct Zone {
    std::string_view name;
    int minutes;  ///< east of UTC
};

// Where a name has several meanings: that of RFC 5322, else the most common one.
constexpr auto zones = std::to_array<Zone>({
    {"UT", 0},      {"UTC", 0},     {"GMT", 0},    {"WET", 0},     {"NDT", -150},  {"NST", -210},
    {"ADT", -180},  {"AST", -240},  {"EDT", -240}, {"EST", -300},  {"CDT", -300},  {"CST", -360},
    {"MDT", -360},  {"MST", -420},  {"PDT", -420}, {"PST", -480},  {"AKDT", -480}, {"AKST", -540},
    {"HADT", -540}, {"HAST", -600}, {"HST", -600}, {"BRST", -120}, {"BRT", -180},  {"BST", 60},
    {"IST", 60},    {"WEST", 60},   {"CET", 60},   {"MET", 60},    {"MEZ", 60},    {"CEST", 120},
    {"MEST", 120},  {"MESZ", 120},  {"EET", 120},  {"EEST", 180},  {"MSK", 180},   {"IDT", 180},
    {"MSD", 240},   {"AWST", 480},  {"HKT", 480},  {"SGT", 480},   {"PHT", 480},   {"JST", 540},
    {"KST", 540},   {"ACST", 570},  {"AEST", 600}, {"ACDT", 630},  {"AEDT", 660},  {"NZST", 720},
    {"NZDT", 780},
});

// `Thu,5 Jan` has three.
std::vector<std::string_view> words_of_date(std::string_view text)
{
    std::vector<std::string_view> words;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        const bool ends = at == text.size() || is_blank(text[at]) || text[at] == ',';
        if (!ends) continue;
        if (at > begin) words.push_back(text.substr(begin, at - begin));
        begin = at + 1;
    }
    return words;
}

int number(std::string_view digits, int most)
{
    int value = 0;
    for (const char digit : digits) value = std::min(most, value * 10 + (digit - '0'));
    return value;
}

// 1 to 12; 0: none.
unsigned month_of(std::string_view word)
{
    if (word.size() != 3) return 0;
    const auto found = std::find(months.begin(), months.end(), ascii_lower(word));
    return found == months.end() ? 0 : static_cast<unsigned>(found - months.begin()) + 1;
}

struct Time {
    int hour = 0;
    int minute = 0;
    int second = 0;
};

// `h:mm`, `hh:mm`, `hh:mm:ss`.
std::optional<Time> time_of(std::string_view word)
{
    const auto colon = word.find(':');
    if (colon == 0 || colon > 2 || !are_digits(word.substr(0, colon))) return {};
    const auto rest = word.substr(colon + 1);
    if (rest.size() != 2 && (rest.size() != 5 || rest[2] != ':')) return {};
    if (!are_digits(rest.substr(0, 2))) return {};
    if (rest.size() == 5 && !are_digits(rest.substr(3))) return {};
    return Time{std::min(number(word.substr(0, colon), 99), 23),
                std::min(number(rest.substr(0, 2), 99), 59),
                rest.size() == 5 ? std::min(number(rest.substr(3), 99), 59) : 0};
}

// Digits with two colons between: what stands before the year of asctime().
bool is_full_time(std::string_view word)
{
    const auto first = word.find(':');
    if (first == std::string_view::npos) return false;
    const auto second = word.find(':', first + 1);
    return second != std::string_view::npos && are_digits(word.substr(0, first)) &&
           are_digits(word.substr(first + 1, second - first - 1)) &&
           are_digits(word.substr(second + 1));
}

struct Day {
    int day = 0;
    unsigned month = 0;
    int year = 0;
    bool is_set = false;
};

using Words = std::vector<std::string_view>;

Day day_at(std::string_view day, unsigned month, std::string_view year)
{
    int value = number(year, 9'999);
    if (year.size() == 2 && value < 50) value += 2000;
    else if (year.size() != 4) value += 1900;
    return {number(day, 99), month, value, true};
}

// Looks for day, month and year, three forms, one after the other, and takes the words away. That
// of asctime() goes with its time, which SpamAssassin loses so: such a date is midnight.
Day take_day(Words& words)
{
    enum class Form { Long, OfC, Short };
    for (const auto form : {Form::Long, Form::OfC, Form::Short}) {
        const std::size_t count = form == Form::OfC ? 4 : 3;
        for (std::size_t at = 0; at + count <= words.size(); ++at) {
            const auto day = words[form == Form::OfC ? at + 1 : at];
            const auto month = month_of(words[form == Form::OfC ? at : at + 1]);
            const auto year = words[at + count - 1];
            if (month == 0 || !are_digits(day) || !are_digits(year)) continue;
            if (form == Form::Short ? year.size() != 2 && year.size() != 3 : year.size() != 4)
                continue;
            if (form == Form::OfC && !is_full_time(words[at + 2])) continue;
            const auto found = day_at(day, month, year);
            const auto begin = words.begin() + static_cast<std::ptrdiff_t>(at);
            words.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
            return found;
        }
    }
    return {};
}

std::optional<minutes> numeric_zone(const Words& words)
{
    for (const auto word : words)
        if (word.size() == 5 && (word[0] == '+' || word[0] == '-') && are_digits(word.substr(1))) {
            const int value = number(word.substr(1, 2), 99) * 60 + number(word.substr(3, 2), 99);
            return minutes{word[0] == '-' ? -value : value};
        }
    return {};
}

// The first run of 2 to 4 capitals that is a word; only that one is looked up.
minutes named_zone(const Words& words)
{
    for (const auto word : words)
        for (std::size_t at = 0; at < word.size(); ++at) {
            if (!is_capital(word[at]) || !is_word_border(word, at)) continue;
            std::size_t end = at;
            while (end < word.size() && is_capital(word[end])) ++end;
            if (end - at >= 2 && end - at <= 4 && is_word_border(word, end)) {
                if (word.substr(end).starts_with("-DST") && is_word_border(word, end + 4))
                    return minutes{0};
                const auto name = word.substr(at, end - at);
                const auto* found = std::find_if(zones.begin(), zones.end(), [&](const Zone& zone) {
                    return zone.name == name;
                });
                return minutes{found == zones.end() ? 0 : found->minutes};
            }
            at = end;
        }
    return minutes{0};
}

std::optional<std::chrono::sys_days> date_of(Day day)
{
    using namespace std::chrono;
    const auto last = [&] {
        const auto end = year{day.year} / month{day.month} / std::chrono::last;
        return static_cast<int>(static_cast<unsigned>(end.day()));
    };
    if (day.day == 0) return {};
    if (day.day > last()) {
        day.day = 1;
        if (++day.month > 12) {
            day.month = 1;
            ++day.year;
        }
    }
    day.year = std::clamp(day.year, 1970, 2037);
    if (day.day > last()) return {};
    return sys_days{year{day.year} / month{day.month} /
                    std::chrono::day{static_cast<unsigned>(day.day)}};
}

}  // namespace

std::optional<std::chrono::sys_seconds> mail_date(std::string_view text)
{
    auto words = words_of_date(text);
    const auto day = take_day(words);
    if (!day.is_set) return {};
    const auto date = date_of(day);
    if (!date) return {};
    Time time;
    for (auto word = words.begin(); word != words.end(); ++word)
        if (const auto found = time_of(*word)) {
            time = *found;
            words.erase(word);
            break;
        }
    auto zone = numeric_zone(words);
    if (!zone) zone = named_zone(words);
    const auto local = std::chrono::sys_seconds{*date} + std::chrono::hours{time.hour} +
                       minutes{time.minute} + std::chrono::seconds{time.second};
    return std::max(local - *zone, std::chrono::sys_seconds{});
}

namespace {

// Moves `at` over a run of digits; false when there is none.
bool pass_digits(std::string_view text, std::size_t& at)
{
    const auto begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at > begin;
}

bool pass(std::string_view text, std::size_t& at, char sign)
{
    if (at >= text.size() || text[at] != sign) return false;
    ++at;
    return true;
}

// `5 Jan 2026 10:00:00 +0000`; @return where it ends, or npos.
std::size_t end_of_date(std::string_view text, std::size_t at)
{
    constexpr auto none = std::string_view::npos;
    if (!pass_digits(text, at) || !pass(text, at, ' ')) return none;
    for (int letter = 0; letter < 3; ++letter, ++at)
        if (at >= text.size() || is_blank(text[at])) return none;
    if (!pass(text, at, ' ') || !pass_digits(text, at) || !pass(text, at, ' ')) return none;
    for (const char behind : {':', ':', ' '})
        if (!pass_digits(text, at) || !pass(text, at, behind)) return none;
    const auto zone = at;
    while (at < text.size() && !is_blank(text[at])) ++at;
    return at > zone ? at : none;
}

}  // namespace

std::string_view received_date(std::string_view field)
{
    for (std::size_t at = 0; at < field.size(); ++at) {
        if (!is_blank(field[at])) continue;
        for (const std::size_t begin : {at + 1, at + 2})
            if (const auto end = end_of_date(field, begin); end != std::string_view::npos)
                return field.substr(at, end - at);
    }
    return {};
}

}  // namespace lazaret::filter::rules
