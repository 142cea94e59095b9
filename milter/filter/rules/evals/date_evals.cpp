#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "milter/filter/rules/evals/mail_dates.hpp"
#include "milter/filter/rules/evals/sender_eval_groups.hpp"
#include "milter/filter/rules/evals/word_shape.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr double seconds_per_hour = 3600.0;
constexpr double seconds_per_month = 31'556'952.0 / 12;  // of the mean Gregorian year

// Traces beyond that many tell nothing new about the date.
constexpr std::size_t most_traces = 200;

std::int64_t now()
{
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::optional<std::int64_t> seconds_of(std::string_view date)
{
    const auto found = mail_date(date);
    if (!found) return {};
    return found->time_since_epoch().count();
}

std::optional<std::int64_t> date_header(HeaderLookup& headers)
{
    for (const auto* name : {"Resent-Date", "Date"})
        for (const auto& value : headers.values(name))
            if (const auto date = seconds_of(value)) return date;
    return {};
}

// fetchmail and mail programs of the same machine write when they took the mail, which may be long
// after it came.
bool is_from_this_host(std::string_view trace)
{
    return has_words(trace, "from localhost$") || has_words(trace, "from ?* *127.0.0.1") ||
           has_words(trace, "from ?* ?* *127.0.0.1") ||
           has_words(trace, "qmail # invoked by uid #");
}

bool is_by_fetchmail(std::string_view trace)
{
    return has_words(trace, "by localhost with ?* (fetchmail-#");
}

void read_traces(HeaderLookup& headers, DateFacts& facts)
{
    std::vector<std::string_view> traces;
    for (const auto& value : headers.values("Received"))
        if (!without_blanks(value).empty() && traces.size() < most_traces) traces.push_back(value);
    if (traces.empty()) return;
    std::vector<std::string_view> local;
    if (is_from_this_host(traces.front())) {
        local.push_back(traces.front());
        traces.erase(traces.begin());
    }
    if (!traces.empty() && is_by_fetchmail(traces.front())) {
        local.push_back(traces.front());
        traces.erase(traces.begin());
    } else {
        traces.insert(traces.begin(), local.begin(), local.end());
        local.clear();
    }
    for (const auto trace : local)
        if (const auto date = seconds_of(received_date(trace)); date && *date <= now())
            facts.fetched = std::max(facts.fetched.value_or(*date), *date);
    for (const auto trace : traces)
        if (const auto date = seconds_of(received_date(trace))) facts.received.push_back(*date);
}

// The smallest difference counts: it makes the fewest mistakes. A last trace that was written in
// the very second of the Date is often a forged one, or made by the sending program.
std::int64_t shift_of(const DateFacts& facts)
{
    if (!facts.date || facts.received.empty()) return 0;
    auto count = facts.received.size();
    if (count > 1 && facts.received.back() == *facts.date) --count;
    std::int64_t nearest = *facts.date - facts.received.front();
    for (std::size_t at = 1; at < count; ++at)
        if (const auto shift = *facts.date - facts.received[at];
            std::abs(shift) < std::abs(nearest))
            nearest = shift;
    return nearest;
}

const DateFacts& dates_of(const EvalContext& context)
{
    auto& memory = context.memory.sender.dates;
    if (memory) return *memory;
    DateFacts facts;
    facts.date = date_header(context.headers);
    read_traces(context.headers, facts);
    facts.shift = shift_of(facts);
    return memory.emplace(std::move(facts));
}

bool is_within(double value, std::span<const std::string> arguments, double unit)
{
    const auto least = number_argument(arguments, 0);
    const auto below = number_argument(arguments, 1);
    return (!least || value >= *least * unit) && (!below || value < *below * unit);
}

unsigned check_for_shifted_date(const EvalContext& context, std::span<const std::string> arguments)
{
    return is_within(static_cast<double>(dates_of(context).shift), arguments, seconds_per_hour);
}

// The median of what could be the time of its arrival; 1970 when nothing could.
std::int64_t arrival(const DateFacts& facts)
{
    std::vector<std::int64_t> possible;
    if (facts.date) possible.push_back(*facts.date);
    if (!facts.received.empty()) possible.push_back(facts.received.front());
    if (facts.fetched) possible.push_back(*facts.fetched);
    if (facts.date && !facts.received.empty()) possible.push_back(*facts.date - facts.shift);
    if (possible.empty()) return 0;
    std::sort(possible.rbegin(), possible.rend());
    return possible[(possible.size() - 1) / 2];
}

unsigned received_within_months(const EvalContext& context, std::span<const std::string> arguments)
{
    return is_within(static_cast<double>(now() - arrival(dates_of(context))), arguments,
                     seconds_per_month);
}

// `<` and four hexadecimal digits, eight of the time, then `$`, eight, `$`, eight, `@`.
std::optional<std::int64_t> outlook_time(std::string_view id)
{
    constexpr std::string_view shape = "<0000tttttttt$00000000$00000000@";
    if (id.size() < shape.size()) return {};
    std::int64_t value = 0;
    for (std::size_t at = 0; at < shape.size(); ++at) {
        const char c = id[at];
        if (shape[at] != '0' && shape[at] != 't') {
            if (c != shape[at]) return {};
            continue;
        }
        if (!is_digit(c) && (c < 'a' || c > 'f')) return {};
        if (shape[at] == 't') value = value * 16 + (is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return value;
}

// Outlook's ids hold the upper half of a Windows time (100 ns since 1601), which is one tick for
// every 429.5 s.
bool is_near_outlook_time(std::int64_t ticks, std::string_view date)
{
    constexpr double ticks_per_second = 0.0023283064365387;
    constexpr double ticks_at_1970 = 27111902.8329849;
    constexpr std::int64_t allowed = 250;
    const auto seconds = static_cast<double>(seconds_of(date).value_or(0));
    const auto expected = static_cast<std::int64_t>(seconds * ticks_per_second + ticks_at_1970);
    return std::abs(ticks - expected) < allowed;
}

unsigned check_outlook_message_id(const EvalContext& context, std::span<const std::string>)
{
    const auto ticks = outlook_time(context.headers.text("MESSAGEID"));
    return ticks && !is_near_outlook_time(*ticks, context.headers.text("Date")) &&
           !is_near_outlook_time(*ticks, context.headers.text("Received"));
}

constexpr auto table = std::to_array<EvalEntry>({
    {"check_for_shifted_date", "HeaderEval", check_for_shifted_date, {}, 2},
    {"received_within_months", "HeaderEval", received_within_months, {}},
    {"check_outlook_message_id", "HeaderEval", check_outlook_message_id, {}},
});

}  // namespace

std::span<const EvalEntry> date_evals() { return table; }

}  // namespace lazaret::filter::rules
