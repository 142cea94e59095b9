#include "portal/account/settings_form.hpp"

#include <algorithm>
#include <array>

#include "base/records/settings.hpp"
#include "base/records/verdict.hpp"
#include "portal/form.hpp"

namespace lazaret::portal {
namespace {

using Choices = std::vector<std::pair<std::string, std::string>>;

std::string frequency_label(const Words& words, ReportFrequency frequency)
{
    switch (frequency) {
        case ReportFrequency::None: return words("never");
        case ReportFrequency::Daily: return words("every day");
        case ReportFrequency::Workdays: return words("Monday to Friday");
        case ReportFrequency::Weekly: return words("once a week");
        case ReportFrequency::Monthly: return words("once a month");
    }
    return {};
}

std::string format_label(const Words& words, ReportFormat format)
{
    switch (format) {
        case ReportFormat::Html: return words("a table with buttons (HTML)");
        case ReportFormat::Text: return words("plain text");
        case ReportFormat::Link: return words("only a link: no senders, no subjects");
    }
    return {};
}

std::string newsletter_label(const Words& words, Action action)
{
    switch (action) {
        case Action::Hold: return words("hold them until I accept the newsletter");
        case Action::Tag: return words("deliver them, marked in the subject");
        case Action::Deliver: return words("deliver them");
        case Action::Refuse:
        case Action::RefuseKeep: return words("refuse them");
        case Action::Discard: return words("delete them");
        case Action::Later: break;
    }
    return {};
}

// As clocks there show it, whatever the reader's zone.
std::string hour_label(const Words& words, int hour)
{
    return Words{words.language().code, "UTC"}.time(Moment{std::chrono::hours{hour}});
}

Choices numbers(int first, int last)
{
    Choices all;
    for (int number = first; number <= last; ++number) all.emplace_back(std::to_string(number), "");
    return all;
}

template <class Value, std::size_t N>
Choices tokens_of(const std::array<Value, N>& values)
{
    Choices all;
    for (const auto value : values) all.emplace_back(std::string{token(value)}, "");
    return all;
}

Choices values_of(std::string_view name)
{
    Choices all;
    if (name == "language")
        for (const auto& one : all_languages()) all.emplace_back(std::string{one.code}, "");
    if (name == "time_zone")
        for (const auto& zone : all_time_zones()) all.emplace_back(zone, "");
    if (name == "report.frequency")
        return tokens_of(std::array{ReportFrequency::Daily, ReportFrequency::Workdays,
                                    ReportFrequency::Weekly, ReportFrequency::Monthly,
                                    ReportFrequency::None});
    if (name == "report.hour") return numbers(0, 23);
    if (name == "report.weekday")
        for (int day = 1; day <= 7; ++day) all.emplace_back(std::string{weekday_token(day)}, "");
    if (name == "report.monthday") return numbers(1, 31);
    if (name == "report.format")
        return tokens_of(std::array{ReportFormat::Html, ReportFormat::Text, ReportFormat::Link});
    if (name == "report.empty") return {{"on", ""}, {"off", ""}};
    if (name == "action.newsletter")
        return tokens_of(std::array{Action::Hold, Action::Tag, Action::Deliver});
    return all;
}

bool may_be(std::string_view name, const std::string& value)
{
    const auto values = values_of(name);
    return std::ranges::any_of(values, [&](const auto& one) { return one.first == value; });
}

}  // namespace

const std::vector<SettingsField>& settings_fields()
{
    static const std::vector<SettingsField> all = {
        {"language", SettingsGroup::Language},
        {"time_zone", SettingsGroup::Language},
        {"report.frequency", SettingsGroup::Reports},
        {"report.weekday", SettingsGroup::Reports},
        {"report.monthday", SettingsGroup::Reports},
        {"report.hour", SettingsGroup::Reports},
        {"report.format", SettingsGroup::Reports},
        {"report.empty", SettingsGroup::Reports},
        {"action.newsletter", SettingsGroup::Newsletters},
    };
    return all;
}

std::string group_title(const Words& words, SettingsGroup group)
{
    switch (group) {
        case SettingsGroup::Language: return words("Language and time");
        case SettingsGroup::Reports: return words("Reports by mail");
        case SettingsGroup::Newsletters: return words("Newsletters");
    }
    return {};
}

std::string field_label(const Words& words, std::string_view name)
{
    if (name == "language") return words("Language");
    if (name == "time_zone") return words("Time zone");
    if (name == "report.frequency") return words("How often");
    if (name == "report.weekday") return words("Day of a weekly report");
    if (name == "report.monthday")
        return words("Day of a monthly report (of a shorter month its last)");
    if (name == "report.hour") return words("From this time of the day on");
    if (name == "report.format") return words("What it looks like");
    if (name == "report.empty") return words("Also when nothing is held");
    if (name == "action.newsletter") return words("Newsletters that you have not accepted");
    return {};
}

std::string value_label(const Words& words, std::string_view name, const std::string& value)
{
    if (name == "language") return std::string{language_of(value).own_name};
    if (name == "time_zone") return value.empty() ? "UTC" : value;
    if (name == "report.frequency")
        if (const auto known = report_frequency_of(value)) return frequency_label(words, *known);
    if (name == "report.weekday")
        if (const auto known = weekday_of(value)) return words.weekday(*known);
    if (name == "report.hour") return hour_label(words, std::atoi(value.c_str()));
    if (name == "report.format")
        if (const auto known = report_format_of(value)) return format_label(words, *known);
    if (name == "report.empty") return value == "on" ? words("yes") : words("no");
    if (name == "action.newsletter")
        if (const auto known = action_of(value)) return newsletter_label(words, *known);
    return value;
}

Choices choices_of(const Words& words, std::string_view name)
{
    auto all = values_of(name);
    for (auto& [value, label] : all) label = value_label(words, name, value);
    return all;
}

WrittenSettings read_settings(const Words& words, const std::map<std::string, std::string>& form)
{
    WrittenSettings written;
    for (const auto& one : settings_fields()) {
        const std::string name{one.name};
        if (!form.contains(name)) continue;
        const auto value = field(form, name);
        if (value.empty()) written.wanted[name] = std::nullopt;
        // A zone that an older list had is one still.
        else if (may_be(name, value) || (name == "time_zone" && is_time_zone(value)))
            written.wanted[name] = value;
        else
            written.problems[name] =
                words("That cannot be chosen here. Take one of the list, then save again.");
    }
    return written;
}

}  // namespace lazaret::portal
