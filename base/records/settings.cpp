#include "base/records/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <stdexcept>

#include "base/records/actions.hpp"
#include "base/records/from_text.hpp"
#include "base/records/look.hpp"

namespace lazaret {
namespace {

constexpr std::array<std::string_view, 5> level_tokens = {"site", "tenant", "domain", "account",
                                                          "address"};

constexpr std::array<std::string_view, 5> frequency_tokens = {"none", "daily", "workdays", "weekly",
                                                              "monthly"};
constexpr std::array<std::string_view, 3> format_tokens = {"html", "text", "link"};
constexpr std::array<std::string_view, 7> weekday_tokens = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
// The same as all_languages(), which this folder cannot ask; a test compares them.
constexpr std::array<std::string_view, 8> languages = {"en", "fr", "de", "es",
                                                       "it", "nl", "pl", "nb"};

constexpr double least_score = -100.0;
constexpr double most_score = 100.0;
constexpr int least_days = 1;
constexpr int most_days = 366;
constexpr std::size_t longest_mark = 60;
constexpr int last_hour = 23;
constexpr int last_monthday = 31;
constexpr std::size_t longest_zone = 64;
constexpr std::size_t longest_name = 100;
constexpr std::size_t longest_footer = 500;

std::size_t index(Class id) { return static_cast<std::size_t>(id); }

std::optional<Class> class_behind(std::string_view name, std::string_view group)
{
    if (!name.starts_with(group)) return std::nullopt;
    return class_of(name.substr(group.size()));
}

template <class Number>
std::optional<Number> number(std::string_view text, Number least, Number most)
{
    Number value{};
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (!(value >= least && value <= most)) return std::nullopt;
    return value;
}

// Without an exponent, which some that read it do not know: so small a part is none.
std::string score_text(double score)
{
    const auto text = fmt::format("{}", score);
    return text.find('e') == std::string::npos ? text : fmt::format("{:.1f}", score);
}

bool may_be_later(Class id, Action action)
{
    return action != Action::Later || id == Class::Unscanned;
}

std::string action_words(Class id)
{
    std::vector<std::string_view> words;
    for (const auto& row : all_actions())
        if (may_be_later(id, row.id)) words.push_back(row.token);
    return fmt::format("{}", fmt::join(words, ", "));
}

std::optional<bool> on_or_off(std::string_view text)
{
    if (text == "on" || text == "yes") return true;
    if (text == "off" || text == "no") return false;
    return std::nullopt;
}

bool is_mark(std::string_view text)
{
    return !text.empty() && text.size() <= longest_mark &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// Empty means UTC.
bool looks_like_zone(std::string_view text)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '+' || c == '/' || c == '-';
    };
    return text.size() <= longest_zone && std::all_of(text.begin(), text.end(), fits);
}

bool is_language(std::string_view text)
{
    return std::find(languages.begin(), languages.end(), text) != languages.end();
}

void add_report_rows(std::vector<SettingInfo>& rows)
{
    rows.push_back({"report.frequency", "daily",
                    fmt::format("{}", fmt::join(frequency_tokens, ", ")),
                    "how often the report of what is held is sent"});
    rows.push_back({"report.hour", "7", "0 to 23", "hour of the day from which it is sent"});
    rows.push_back({"report.weekday", "monday", fmt::format("{}", fmt::join(weekday_tokens, ", ")),
                    "day of a weekly report"});
    rows.push_back({"report.monthday", "1", "1 to 31; of a shorter month its last day",
                    "day of a monthly report"});
    rows.push_back({"report.format", "html", fmt::format("{}", fmt::join(format_tokens, ", ")),
                    "what it is sent as; link: how much is held, and where"});
    rows.push_back({"report.empty", "off", "on, off (or yes, no)",
                    "whether it is sent also when there is nothing to tell"});
    rows.push_back({"time_zone", "", "a name such as Europe/Zurich; empty for UTC",
                    "time zone of the report's hour and dates"});
    rows.push_back({"language", "en", fmt::format("{}", fmt::join(languages, ", ")),
                    "language of the report and of the pages behind it"});
    const std::string as_file = "; empty: as in the settings file";
    rows.push_back({"report.from", "", "an address, or Name <address>" + as_file,
                    "whom the report comes from"});
    rows.push_back({"report.name", "", "one line, at most 100 bytes" + as_file,
                    "name at the head of report and pages"});
    rows.push_back({"report.colour", "", "a colour such as #1d4e89" + as_file,
                    "colour of the head of report and pages"});
    rows.push_back({"report.help_url", "", "https://..." + as_file,
                    "where the help link of report and pages leads"});
    rows.push_back({"report.footer", "", "one line, at most 500 bytes" + as_file,
                    "text at the foot of report and pages"});
    rows.push_back({"report.logo", "", "a file of the folder logos, such as town.png" + as_file,
                    "picture at the head of report and pages"});
}

std::vector<SettingInfo> table()
{
    std::vector<SettingInfo> rows = {
        {"hold_at", "5", "-100 to 100", "score from which a message is spam"},
        {"refuse_at", "15", "-100 to 100", "score from which a message is certain spam"},
        {"rule_scores", "", "NAME=POINTS ..., at most 200 rules, -100 to 100; empty for none",
         "points of rules, instead of those of the rule files"},
    };
    for (const auto& row : all_classes())
        rows.push_back(
            {fmt::format("action.{}", row.token), std::string{token(row.action)},
             action_words(row.id),
             fmt::format("what is done with mail of class {}: {}", row.token, row.sentence)});
    for (const auto& row : all_classes())
        rows.push_back({fmt::format("retention.{}", row.token), std::to_string(row.retention_days),
                        "1 to 366 (days)",
                        fmt::format("how long a held copy of class {} is kept", row.token)});
    rows.push_back({"tag_is_same_recipient", "on", "on, off (or yes, no)",
                    "whether user+tag@ is the account of user@"});
    rows.push_back({"subject_mark", "[Spam?]", "1 to 60 printable ASCII characters",
                    "what the action tag puts before the subject"});
    add_report_rows(rows);
    return rows;
}

const SettingInfo* row_of(std::string_view name)
{
    const auto& rows = all_settings();
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
    return found == rows.end() ? nullptr : &*found;
}

/// Takes over what could be read, and says whether it could.
constexpr auto keep = [](auto& place, auto read) {
    if (read) place = *read;
    return read.has_value();
};

bool keep_text(std::optional<std::string>& place, std::string_view value, bool good)
{
    if (good) place = std::string{value};
    return good;
}

bool put_look(ChosenSettings& chosen, std::string_view name, std::string_view value)
{
    const bool empty = value.empty();
    if (name == "report.from") return keep_text(chosen.report_from, value, empty || is_from(value));
    if (name == "report.name")
        return keep_text(chosen.report_name, value,
                         is_one_line(value) && value.size() <= longest_name);
    if (name == "report.colour")
        return keep_text(chosen.report_colour, value, empty || is_colour(value));
    if (name == "report.help_url")
        return keep_text(chosen.report_help_url, value, empty || is_web_address(value));
    if (name == "report.logo")
        return keep_text(chosen.report_logo, value, empty || is_logo_name(value));
    if (name == "report.footer")
        return keep_text(chosen.report_footer, value,
                         is_one_line(value) && value.size() <= longest_footer);
    return false;
}

bool put_about_reports(ChosenSettings& chosen, std::string_view name, std::string_view value)
{
    if (name == "report.frequency")
        return keep(chosen.report_frequency, report_frequency_of(value));
    if (name == "report.hour") return keep(chosen.report_hour, number(value, 0, last_hour));
    if (name == "report.weekday") return keep(chosen.report_weekday, weekday_of(value));
    if (name == "report.monthday")
        return keep(chosen.report_monthday, number(value, 1, last_monthday));
    if (name == "report.format") return keep(chosen.report_format, report_format_of(value));
    if (name == "report.empty") return keep(chosen.report_empty, on_or_off(value));
    if (name == "time_zone") return keep_text(chosen.time_zone, value, looks_like_zone(value));
    if (name == "language") return keep_text(chosen.language, value, is_language(value));
    return put_look(chosen, name, value);
}

bool put(ChosenSettings& chosen, std::string_view name, std::string_view value)
{
    if (name == "hold_at") return keep(chosen.hold_at, number(value, least_score, most_score));
    if (name == "refuse_at") return keep(chosen.refuse_at, number(value, least_score, most_score));
    if (name == "rule_scores") return keep(chosen.rule_scores, parse_rule_scores(value));
    if (name == "tag_is_same_recipient")
        return keep(chosen.tag_is_same_recipient, on_or_off(value));
    if (name == "subject_mark") return keep_text(chosen.subject_mark, value, is_mark(value));
    if (const auto id = class_behind(name, "action.")) {
        const auto action = action_of(value);
        return action && may_be_later(*id, *action) && keep(chosen.actions[index(*id)], action);
    }
    if (const auto id = class_behind(name, "retention."))
        return keep(chosen.retention_days[index(*id)], number(value, least_days, most_days));
    return put_about_reports(chosen, name, value);
}

}  // namespace

std::string_view token(Level level) { return level_tokens[static_cast<std::size_t>(level)]; }

std::optional<Level> level_of(std::string_view token)
{
    for (std::size_t at = 0; at < level_tokens.size(); ++at)
        if (level_tokens[at] == token) return static_cast<Level>(at);
    return std::nullopt;
}

std::string_view token(ReportFrequency frequency)
{
    return frequency_tokens[static_cast<std::size_t>(frequency)];
}

std::optional<ReportFrequency> report_frequency_of(std::string_view token)
{
    for (std::size_t at = 0; at < frequency_tokens.size(); ++at)
        if (frequency_tokens[at] == token) return static_cast<ReportFrequency>(at);
    return std::nullopt;
}

std::string_view token(ReportFormat format)
{
    return format_tokens[static_cast<std::size_t>(format)];
}

std::optional<ReportFormat> report_format_of(std::string_view token)
{
    const auto found = std::find(format_tokens.begin(), format_tokens.end(), token);
    if (found == format_tokens.end()) return std::nullopt;
    return static_cast<ReportFormat>(found - format_tokens.begin());
}

std::string_view weekday_token(int weekday)
{
    return weekday_tokens[static_cast<std::size_t>(weekday - 1)];
}

std::optional<int> weekday_of(std::string_view token)
{
    const auto found = std::find(weekday_tokens.begin(), weekday_tokens.end(), token);
    if (found == weekday_tokens.end()) return std::nullopt;
    return static_cast<int>(found - weekday_tokens.begin()) + 1;
}

std::string Owner::text() const
{
    if (level == Level::Site) return "site";
    return fmt::format("{}:{}", token(level), name);
}

std::optional<Owner> owner_of(std::string_view text)
{
    if (text == "site") return Owner::site();
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto level = level_of(text.substr(0, colon));
    if (!level || *level == Level::Site) return std::nullopt;
    const auto name = text.substr(colon + 1);
    if (*level == Level::Domain || *level == Level::Address)
        return Owner{*level, std::string{name}};
    // By one spelling only, `3` and not `03`: owners are compared as texts.
    // And the tenant of the site's own rows, 0, is nobody's: for all there is Owner::site().
    const auto id = number<std::int64_t>(name, 1, std::numeric_limits<std::int64_t>::max());
    if (!id) return std::nullopt;
    return Owner{*level, std::to_string(*id)};
}

bool ChosenSettings::empty() const { return *this == ChosenSettings{}; }

const std::vector<SettingInfo>& all_settings()
{
    static const auto rows = table();
    return rows;
}

std::optional<std::string> choose(ChosenSettings& chosen, std::string_view name,
                                  std::string_view value)
{
    const auto* row = row_of(name);
    if (!row) return fmt::format("{:?} is not a setting", name);
    if (put(chosen, name, value)) return std::nullopt;
    return fmt::format("{} cannot be {:?}; it may be: {}", name, value, row->values);
}

Settings::Settings()
{
    for (const auto& row : all_classes()) {
        actions[index(row.id)] = row.action;
        retention_days[index(row.id)] = row.retention_days;
    }
}

void overlay(Settings& settings, const ChosenSettings& chosen, const Owner& owner)
{
    const auto take = [&](auto& place, const auto& choice, std::string name) {
        if (!choice) return;
        place = *choice;
        std::erase_if(settings.winners, [&](const auto& old) { return old.name == name; });
        settings.winners.push_back({std::move(name), owner});
    };
    take(settings.hold_at, chosen.hold_at, "hold_at");
    take(settings.refuse_at, chosen.refuse_at, "refuse_at");
    if (chosen.rule_scores) {
        for (const auto& [name, points] : *chosen.rule_scores)
            settings.rule_scores.insert_or_assign(name, points);
        settings.winners.push_back({"rule_scores", owner});
    }
    for (const auto& row : all_classes()) {
        const auto at = index(row.id);
        take(settings.actions[at], chosen.actions[at], fmt::format("action.{}", row.token));
        take(settings.retention_days[at], chosen.retention_days[at],
             fmt::format("retention.{}", row.token));
    }
    // It says which account and which address are asked, so these cannot choose it.
    if (owner.level <= Level::Domain)
        take(settings.tag_is_same_recipient, chosen.tag_is_same_recipient, "tag_is_same_recipient");
    take(settings.subject_mark, chosen.subject_mark, "subject_mark");
    take(settings.report_frequency, chosen.report_frequency, "report.frequency");
    take(settings.report_hour, chosen.report_hour, "report.hour");
    take(settings.report_weekday, chosen.report_weekday, "report.weekday");
    take(settings.report_monthday, chosen.report_monthday, "report.monthday");
    take(settings.report_format, chosen.report_format, "report.format");
    take(settings.report_empty, chosen.report_empty, "report.empty");
    take(settings.time_zone, chosen.time_zone, "time_zone");
    take(settings.language, chosen.language, "language");
    take(settings.report_from, chosen.report_from, "report.from");
    take(settings.report_name, chosen.report_name, "report.name");
    take(settings.report_colour, chosen.report_colour, "report.colour");
    take(settings.report_help_url, chosen.report_help_url, "report.help_url");
    take(settings.report_footer, chosen.report_footer, "report.footer");
    take(settings.report_logo, chosen.report_logo, "report.logo");
}

std::string value_text(const Settings& settings, std::string_view name)
{
    if (name == "hold_at") return score_text(settings.hold_at);
    if (name == "refuse_at") return score_text(settings.refuse_at);
    if (name == "rule_scores") return text_of(settings.rule_scores);
    if (name == "tag_is_same_recipient") return settings.tag_is_same_recipient ? "on" : "off";
    if (name == "subject_mark") return settings.subject_mark;
    if (name == "report.frequency") return std::string{token(settings.report_frequency)};
    if (name == "report.hour") return std::to_string(settings.report_hour);
    if (name == "report.weekday") return std::string{weekday_token(settings.report_weekday)};
    if (name == "report.monthday") return std::to_string(settings.report_monthday);
    if (name == "report.format") return std::string{token(settings.report_format)};
    if (name == "report.empty") return settings.report_empty ? "on" : "off";
    if (name == "time_zone") return settings.time_zone;
    if (name == "language") return settings.language;
    if (name == "report.from") return settings.report_from;
    if (name == "report.name") return settings.report_name;
    if (name == "report.colour") return settings.report_colour;
    if (name == "report.help_url") return settings.report_help_url;
    if (name == "report.footer") return settings.report_footer;
    if (name == "report.logo") return settings.report_logo;
    if (const auto id = class_behind(name, "action."))
        return std::string{token(settings.action(*id))};
    if (const auto id = class_behind(name, "retention."))
        return std::to_string(settings.retention(*id));
    throw std::logic_error{"value_text: no such setting"};
}

}  // namespace lazaret
