#include "tools/lazaretctl/arguments.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <optional>

#include "base/calendar.hpp"
#include "base/error.hpp"

namespace lazaret::tools {
namespace {

using namespace std::chrono;

template <class Number>
std::optional<Number> whole(std::string_view text)
{
    Number value{};
    const auto* const last = text.data() + text.size();
    const auto [end, code] = std::from_chars(text.data(), last, value);
    if (code != std::errc{} || end != last) return std::nullopt;
    return value;
}

/// `90min`, `12h`, `7d`, `2w`; at most ten years.
std::optional<minutes> parse_span(std::string_view text)
{
    const auto unit_at = text.find_first_not_of("0123456789");
    if (unit_at == 0 || unit_at == std::string_view::npos) return std::nullopt;
    const auto count = whole<std::int64_t>(text.substr(0, unit_at));
    const auto unit = text.substr(unit_at);
    const std::int64_t each = unit == "min" ? 1
                              : unit == "h" ? 60
                              : unit == "d" ? 1440
                              : unit == "w" ? 10'080
                                            : 0;
    constexpr std::int64_t most = 3660 * 1440;
    if (!count || each == 0 || *count > most / each) return std::nullopt;
    return minutes{*count * each};
}

[[noreturn]] void refuse_time(std::string_view text)
{
    throw Error{Error::Kind::Usage, "{:?} is neither a time span nor a day", text}.with_hint(
        "write 90min, 12h, 7d, 2w, or a day such as 2026-11-23");
}

}  // namespace

Reference reference_argument(std::string_view text)
{
    auto reference = Reference::parse(text);
    if (reference) return *std::move(reference);
    throw Error{Error::Kind::Usage, "{:?} is not the name of a held message", text}.with_hint(
        "it has twelve letters and digits; 'lazaretctl held list' shows them");
}

Address address_argument(std::string_view text)
{
    auto address = parse_address(text);
    if (address) return *std::move(address);
    throw Error{Error::Kind::Usage, "{:?}: {}", text, sentence(address.error())}.with_hint(
        "write an address such as bob@example.org");
}

Class class_argument(std::string_view text)
{
    if (const auto id = class_of(text)) return *id;
    std::string names;
    for (const auto& row : all_classes())
        names += fmt::format("{}{}", names.empty() ? "" : ", ", row.token);
    throw Error{Error::Kind::Usage, "{:?} is not a class", text}.with_hint("one of: " + names);
}

SenderPattern sender_argument(std::string_view text)
{
    auto sender = parse_sender_pattern(text);
    if (sender) return *std::move(sender);
    throw Error{Error::Kind::Usage, "{:?}: {}", text, sentence(sender.error())}.with_hint(
        "write an address, @example.org for a domain, or .example.org with those below it");
}

Moment since_argument(std::string_view text, Moment now)
{
    if (const auto span = parse_span(text)) return now - *span;
    if (const auto day = parse_day(text)) return *day;
    refuse_time(text);
}

Moment until_argument(std::string_view text, Moment now)
{
    const auto span = parse_span(text);
    const auto day = parse_day(text);
    if (!span && !day) refuse_time(text);
    const auto until = span ? now + *span : Moment{end_of(*day)};
    if (until > now) return until;
    throw Error{Error::Kind::Usage, "{:?} is over already", text}.with_hint(
        "write a time to come: 12h, 7d, or a day");
}

store::Actor acting_person()
{
    store::Actor actor{"", "lazaretctl", Role::SiteAdministrator};
    const char* const caller = geteuid() == 0 ? std::getenv("SUDO_USER") : nullptr;
    if (caller && *caller != '\0') {
        actor.name = caller;
    } else if (const auto* const user = getpwuid(geteuid())) {
        actor.name = user->pw_name;
    } else {
        actor.name = fmt::format("uid {}", geteuid());
    }
    return actor;
}

}  // namespace lazaret::tools
