#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace lazaret {

/// A language that people can choose, with a catalogue of its own.
struct Language {
    std::string_view code;      ///< `en`, `fr`, ... as in HTML's lang and in the settings
    std::string_view own_name;  ///< how its speakers call it: `français`
    bool right_to_left = false;
};

/// Every language there is, English first. The code is what the setting `language` may be.
const std::vector<Language>& all_languages();

/// The entry of a code; English for one that is not there.
const Language& language_of(std::string_view code);

/// Whether this is a time zone of the IANA database (`Europe/Zurich`), by ICU.
bool is_time_zone(std::string_view name);

/// The time zones that people choose from, in the order of their names: `UTC`, then those that are
/// named after a place (`Europe/Zurich`), also by the names that some of them had before.
const std::vector<std::string>& all_time_zones();

/// The words, dates and plurals of one language in one time zone, for one person.
///
/// Texts are looked up by their English form (gettext); one without translation stays English.
/// May be used by several threads at once. The first use of a language costs some 40 ms and is
/// kept for the process; after that making one costs a few microseconds.
class Words {
public:
    /// @param zone  an IANA name; one that is not there means UTC.
    Words(std::string_view language, std::string_view zone);
    Words(Words&&) noexcept;
    Words& operator=(Words&&) noexcept;
    ~Words();

    [[nodiscard]] const Language& language() const noexcept;
    [[nodiscard]] const std::string& zone() const noexcept;

    /// The translation of an English text.
    [[nodiscard]] std::string operator()(const char* english) const;

    /// The same for a text that has values: each `{name}` is replaced by `values.at(name)`. What
    /// is put in is not looked at again.
    [[nodiscard]] std::string operator()(const char* english,
                                         const std::map<std::string, std::string>& values) const;

    /// What stands between a name and what it names: `:`, in French with a blank before it.
    [[nodiscard]] std::string colon() const;

    /// The right form for a number, which also replaces `{count}`: plural("{count} message",
    /// "{count} messages", 7, {}).
    [[nodiscard]] std::string plural(const char* one, const char* many, long count,
                                     const std::map<std::string, std::string>& values = {}) const;

    [[nodiscard]] std::string date(Moment moment) const;       ///< `19 janv. 2017`
    [[nodiscard]] std::string date_time(Moment moment) const;  ///< `19 janv. 2017 14:20`
    [[nodiscard]] std::string time(Moment moment) const;       ///< `14:20`
    /// The day itself, whatever the zone.
    [[nodiscard]] std::string date(Day day) const;
    /// `lundi`, for 1 Monday .. 7 Sunday.
    [[nodiscard]] std::string weekday(int weekday) const;
    /// How the zone is called then: `CET`, `UTC+1`.
    [[nodiscard]] std::string zone_name(Moment moment) const;
    [[nodiscard]] std::string number(double value, int decimals) const;

private:
    struct Private;
    std::unique_ptr<Private> private_;
};

}  // namespace lazaret
