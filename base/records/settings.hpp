#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/identity.hpp"
#include "base/records/rule_scores.hpp"
#include "base/records/verdict.hpp"

namespace lazaret {

/// Where a setting or a list entry stands. The most specific wins: later over earlier.
enum class Level { Site, Tenant, Domain, Account, Address };

std::string_view token(Level level);
std::optional<Level> level_of(std::string_view token);

/// Whose setting or list entry it is.
struct Owner {
    Level level = Level::Site;
    std::string name;  ///< tenant or account: its number; domain: its name; address: its key();
                       ///< site: empty

    static Owner site() { return {}; }
    static Owner tenant(TenantId id) { return {Level::Tenant, std::to_string(id)}; }
    static Owner domain(std::string name) { return {Level::Domain, std::move(name)}; }
    static Owner account(AccountId id) { return {Level::Account, std::to_string(id)}; }
    static Owner address(std::string key) { return {Level::Address, std::move(key)}; }

    /// `site`, `tenant:3`, `domain:example.org`, `account:17`, `address:a@example.org`.
    [[nodiscard]] std::string text() const;

    auto operator<=>(const Owner&) const = default;
};

/// Reads Owner::text().
std::optional<Owner> owner_of(std::string_view text);

/// How often somebody gets the report of what is held for him.
enum class ReportFrequency {
    None,
    Daily,
    Workdays,  ///< Monday to Friday
    Weekly,
    Monthly,
};

std::string_view token(ReportFrequency frequency);
std::optional<ReportFrequency> report_frequency_of(std::string_view token);

/// What a report looks like.
enum class ReportFormat {
    Html,  ///< with the same as text beside it
    Text,
    Link,  ///< how much is held, and where: no senders or subjects
};

std::string_view token(ReportFormat format);
std::optional<ReportFormat> report_format_of(std::string_view token);

/// 1 Monday .. 7 Sunday, as the setting `report.weekday` calls them: `monday`.
std::string_view weekday_token(int weekday);
std::optional<int> weekday_of(std::string_view token);

/// The settings that one owner has chosen; what is not chosen is left to a less specific level.
struct ChosenSettings {
    std::optional<double> hold_at;
    std::optional<double> refuse_at;
    std::optional<RuleScores> rule_scores;
    std::array<std::optional<Action>, class_count> actions;
    std::array<std::optional<int>, class_count> retention_days;
    std::optional<bool> tag_is_same_recipient;
    std::optional<std::string> subject_mark;
    std::optional<ReportFrequency> report_frequency;
    std::optional<int> report_hour;
    std::optional<int> report_weekday;
    std::optional<int> report_monthday;
    std::optional<ReportFormat> report_format;
    std::optional<bool> report_empty;
    std::optional<std::string> time_zone;
    std::optional<std::string> language;
    std::optional<std::string> report_from;
    std::optional<std::string> report_name;
    std::optional<std::string> report_colour;
    std::optional<std::string> report_help_url;
    std::optional<std::string> report_footer;
    std::optional<std::string> report_logo;

    [[nodiscard]] bool empty() const;
    bool operator==(const ChosenSettings&) const = default;
};

/// One line of the table of settings: what `lazaretctl settings` knows and shows.
struct SettingInfo {
    std::string name;      ///< `hold_at`, `action.spam`, `retention.virus`, ...
    std::string standard;  ///< the default, as text
    std::string values;    ///< what may stand there, for a person: `-100 to 100`
    std::string sentence;  ///< what it does
};

/// Every setting there is, in the order in which they are shown.
const std::vector<SettingInfo>& all_settings();

/// Puts `value` under `name` into `chosen`. Of a time zone only the form is looked at: whether
/// there is one of that name, ICU knows (is_time_zone).
/// @return nothing when it is done, else a sentence for a person that says what may stand there.
std::optional<std::string> choose(ChosenSettings& chosen, std::string_view name,
                                  std::string_view value);

/// The settings of one recipient, after all levels were asked.
struct Settings {
    double hold_at = 5.0;     ///< score, inclusive: from here on it is spam
    double refuse_at = 15.0;  ///< score, inclusive: from here on it is certain spam
    RuleScores rule_scores;   ///< of all levels together; of each rule the last level's
    std::array<Action, class_count> actions{};
    std::array<int, class_count> retention_days{};
    bool tag_is_same_recipient = true;     ///< user+tag@ is the account of user@
    std::string subject_mark = "[Spam?]";  ///< put before the subject by the action `tag`
    ReportFrequency report_frequency = ReportFrequency::Daily;
    int report_hour = 7;      ///< of the day in time_zone; the report is sent from then on
    int report_weekday = 1;   ///< of weekly ones: 1 Monday .. 7 Sunday
    int report_monthday = 1;  ///< of monthly ones: 1 to 31; of a shorter month its last day
    ReportFormat report_format = ReportFormat::Html;
    bool report_empty = false;    ///< a report also when there is nothing to tell
    std::string time_zone;        ///< IANA name; empty: UTC
    std::string language = "en";  ///< of all_languages()
    // How the report looks and from whom it comes; empty: as the settings file says.
    std::string report_from;
    std::string report_name;
    std::string report_colour;
    std::string report_help_url;
    std::string report_footer;
    std::string report_logo;

    /// Which level decided a setting, for those that are not the default. Of rule_scores each
    /// level that has some, since they add up.
    struct Winner {
        std::string name;
        Owner owner;
        bool operator==(const Winner&) const = default;
    };
    std::vector<Winner> winners;

    Settings();

    [[nodiscard]] Action action(Class id) const { return actions[static_cast<std::size_t>(id)]; }
    [[nodiscard]] int retention(Class id) const
    {
        return retention_days[static_cast<std::size_t>(id)];
    }
};

/// Takes over what `chosen` has, and notes that `owner` decided it. Call from Site to Address.
void overlay(Settings& settings, const ChosenSettings& chosen, const Owner& owner);

/// The value of the setting `name` as text, as `choose` would read it. `name` must exist.
std::string value_text(const Settings& settings, std::string_view name);

}  // namespace lazaret
