#include "milter/filter/rules/relays/received_words.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/relays/received_shape.hpp"

namespace lazaret::filter::rules {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t longest_line = 8192;  // of which no more is looked at
constexpr std::string_view digits = "0123456789";

bool holds(std::string_view line, std::string_view text) { return line.find(text) != npos; }

/// Takes the last word off `line`. @return the word; empty when there is none.
std::string_view take_last(std::string_view& line)
{
    const auto at = line.rfind(' ');
    if (at == npos) return {};
    const auto word = line.substr(at + 1);
    line = line.substr(0, at);
    return word;
}

bool is_time(std::string_view text)
{
    for (int colons = 0; colons < 3; ++colons) {
        const auto end = text.find(':');
        if (!are_digits(text.substr(0, end))) return false;
        if (end == npos) return colons > 0;
        text.remove_prefix(end + 1);
    }
    return false;
}

/// Where the date at the end begins, with the blanks and semicolons before it; the line's end when
/// there is none, or a comment stands behind it.
std::size_t date_begin(std::string_view line)
{
    static constexpr auto months = std::to_array<std::string_view>(
        {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});
    static constexpr auto days =
        std::to_array<std::string_view>({"Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"});
    auto rest = line;
    if (take_last(rest).empty() || !is_time(take_last(rest)) || !are_digits(take_last(rest)))
        return line.size();
    const auto month = take_last(rest);
    if (std::find(months.begin(), months.end(), month) == months.end()) return line.size();
    auto begin = rest.size();
    while (begin > 0 && digits.find(rest[begin - 1]) != npos) --begin;
    const bool has_day = begin < rest.size();
    if (!has_day || begin == 0) return line.size();
    if (begin >= 5 && rest[begin - 1] == ' ') {
        const auto day = rest.substr(begin - 5, 4);
        const bool is_day = std::find(days.begin(), days.end(), day) != days.end();
        if (is_day && begin >= 6 && (rest[begin - 6] == ' ' || rest[begin - 6] == ';')) begin -= 5;
    }
    const auto separators_end = begin;
    while (begin > 0 && (rest[begin - 1] == ' ' || rest[begin - 1] == ';')) --begin;
    return begin < separators_end ? begin : line.size();
}

/// The name behind `mark`, which may not be the end of a longer word.
std::string_view find_greeting(std::string_view line, std::string_view mark)
{
    constexpr std::string_view others = "-.^+_&:=?!@%*$\\/";
    for (auto at = line.find(mark); at != npos; at = line.find(mark, at + 1)) {
        if (at > 0 && is_word(line[at - 1])) continue;
        const auto rest = line.substr(at + mark.size());
        const auto end = std::find_if(rest.begin(), rest.end(), [&](char c) {
            return !is_word(c) && others.find(c) == npos;
        });
        if (end != rest.begin())
            return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    }
    return {};
}

}  // namespace

std::string squeezed(std::string_view value)
{
    std::string line;
    line.reserve(std::min(value.size(), longest_line));
    for (const char c : value.substr(0, longest_line)) {
        if (!is_blank(c)) line += c;
        else if (!line.empty() && line.back() != ' ') line += ' ';
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    while (!line.empty() && line.back() == ';') {
        line.pop_back();
        if (!line.empty() && line.back() == ' ') line.pop_back();
    }
    return line;
}

bool is_bare(std::string_view line)
{
    if (!starts_ignoring_case(line, "from ")) return false;
    const auto end = line.find(' ', 5);
    if (end == npos || end == 5 || !starts_ignoring_case(line.substr(end), " by ")) return false;
    const auto name = line.substr(5, end - 5);
    const auto rest = line.substr(end + 4);
    auto stop = rest.find_first_of(" ;");
    if (stop == npos || stop == 0) return false;
    if (rest[stop] == ' ') ++stop;
    if (stop >= rest.size() || rest[stop] != ';') return false;
    return !(name.starts_with('[') && name.ends_with(']') && name.size() > 2 &&
             name.substr(1, name.size() - 2).find_first_not_of("0123456789.") == npos);
}

bool is_local(std::string_view line)
{
    constexpr std::string_view local = "with local for";
    const auto at = line.find(local);
    return at != npos && (at == 0 || !is_word(line[at - 1])) &&
           (at + local.size() == line.size() || !is_word(line[at + local.size()]));
}

std::string_view find_id(std::string_view line)
{
    constexpr std::string_view mark = " id ";
    for (auto at = line.find(mark); at != npos; at = line.find(mark, at + 1)) {
        auto rest = line.substr(at + mark.size());
        if (rest.starts_with('<')) rest.remove_prefix(1);
        const auto id = rest.substr(0, rest.find_first_of(" <>;"));
        if (id.size() >= 3) return id;
    }
    return {};
}

std::string_view find_helo(std::string_view line)
{
    if (const auto helo = find_greeting(line, "helo="); !helo.empty()) return helo;
    const auto helo = find_greeting(line, "HELO ");
    const auto ehlo = find_greeting(line, "EHLO ");
    if (helo.empty() || ehlo.empty()) return helo.empty() ? ehlo : helo;
    return helo.data() < ehlo.data() ? helo : ehlo;
}

std::string_view find_by(std::string_view line)
{
    const auto at = line.find(" by ");
    if (at == npos) return {};
    const auto rest = line.substr(at + 4);
    return rest.substr(0, rest.find(' '));
}

std::string_view to_last_letter(std::string_view word)
{
    while (!word.empty() && !is_word(word.back())) word.remove_suffix(1);
    return word;
}

std::optional<std::string> find_sender(std::string_view line)
{
    static constexpr auto marks =
        std::to_array<std::string_view>({"return-path ", "return-path: ", "envelope-sender ",
                                         "envelope-sender=", "envelope-from ", "envelope-from="});
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char c = static_cast<char>(line[at] | 0x20);
        if (c != 'r' && c != 'e') continue;
        for (const auto mark : marks) {
            if (!starts_ignoring_case(line.substr(at), mark)) continue;
            const auto rest = line.substr(at + mark.size());
            const auto sender = to_last_letter(rest.substr(0, rest.find(' ')));
            if (!sender.empty()) return std::string{sender};
        }
    }
    return std::nullopt;
}

std::string normal_line(std::string_view line)
{
    std::string normal{line.substr(0, date_begin(line))};
    if (const auto at = normal.find(")by "); at != std::string::npos) normal.insert(at + 1, " ");
    return normal;
}

bool is_qmail_tail(std::string_view tail)
{
    constexpr std::string_view with = " with ";
    auto at = tail.find(with);
    if (at != 0) {
        if (!tail.starts_with(" (")) return false;
        at = tail.find(") with ");
        if (at == npos) return false;
        ++at;
    }
    const auto rest = tail.substr(at + with.size());
    for (const std::string_view protocol : {"SMTP", "QMQP"}) {
        for (auto found = rest.find(protocol); found != npos;
             found = rest.find(protocol, found + 1))
            if ((found == 0 || rest[found - 1] == ' ') &&
                !rest.substr(found + protocol.size()).starts_with(" id "))
                return true;
    }
    return false;
}

bool is_qmail_ldap(std::string_view line)
{
    static const ReceivedShape shape{"{any} by {word} (qmail-{word}) with "};
    Findings found;
    return holds(line, " (qmail-") && shape.fits(line, found);
}

bool has_dot_inside(std::string_view name)
{
    const auto dot = name.find('.', 1);
    return dot != npos && dot + 1 < name.size();
}

bool exchange_wrote(std::string_view line)
{
    for (const std::string_view mark : {" with Microsoft SMTP Server ", " with mapi id "}) {
        const auto at = line.find(mark);
        if (at == npos) continue;
        auto rest = line.substr(at + mark.size());
        if (rest.starts_with('(')) {
            const auto end = rest.find(") ");
            if (end == npos) continue;
            rest.remove_prefix(end + 2);
        }
        const auto version = rest.substr(0, rest.find(' '));
        if (std::count(version.begin(), version.end(), '.') == 3 &&
            version.find_first_not_of("0123456789.") == npos && !holds(version, "..") &&
            !version.starts_with('.') && !version.ends_with('.'))
            return true;
    }
    return false;
}

}  // namespace lazaret::filter::rules
