#include "base/words/words.hpp"

#include <unicode/dtptngen.h>
#include <unicode/gregocal.h>
#include <unicode/numberformatter.h>
#include <unicode/smpdtfmt.h>

#include <algorithm>
#include <array>
#include <boost/locale/gnu_gettext.hpp>
#include <boost/locale/message.hpp>
#include <limits>
#include <locale>
#include <mutex>
#include <utility>

#include "base/error.hpp"
#include "base/words/catalogues.hpp"
#include "base/words/zones.hpp"

namespace lazaret {
namespace {

/// The most decimals of a number; more are cut to this.
constexpr std::size_t most_decimals = 6;

void must_succeed(UErrorCode status, const char* what)
{
    if (U_FAILURE(status)) throw Error{Error::Kind::Bug, "ICU's {}: {}", what, u_errorName(status)};
}

std::string utf8(const icu::UnicodeString& text)
{
    std::string result;
    return text.toUTF8String(result);
}

/// Where ICU looks for dates and numbers. "English" is that of the world, with the day before the
/// month, as it fits the 24 hours that all our times have.
icu::Locale icu_locale(std::string_view language)
{
    if (language == "en") return icu::Locale{"en_001"};
    return icu::Locale{std::string{language}.c_str()};
}

std::locale texts_of(std::string_view language)
{
    namespace gettext = boost::locale::gnu_gettext;
    gettext::messages_info info;
    info.language = std::string{language};
    info.encoding = "UTF-8";
    info.domains.emplace_back("lazaret");
    info.paths.emplace_back("");
    // Asked for with the name of a file that gettext would have; we have one for a language.
    info.callback = [name = std::string{language} + ".mo"](const std::string&, const std::string&) {
        const auto& all = all_catalogues();
        const auto found = std::ranges::find(all, name, &Catalogue::name);
        if (found == all.end()) return std::vector<char>{};
        return std::vector<char>{found->bytes.begin(), found->bytes.end()};
    };
    return {std::locale::classic(), gettext::create_messages_facet<char>(info)};
}

/// `{name}` becomes its value, in one pass: what is put in is not looked at again. A name without
/// value stays as it is.
std::string filled(std::string_view text, const std::map<std::string, std::string>& values)
{
    std::string result;
    while (!text.empty()) {
        const auto open = text.find('{');
        result += text.substr(0, open);
        if (open == std::string_view::npos) break;
        text.remove_prefix(open);
        const auto close = text.find('}');
        const auto value = close == std::string_view::npos
                               ? values.end()
                               : values.find(std::string{text.substr(1, close - 1)});
        if (value == values.end()) {
            result += '{';
            text.remove_prefix(1);
        } else {
            result += value->second;
            text.remove_prefix(close + 1);
        }
    }
    return result;
}

/// What is made once for a language; its const functions are safe for several threads.
class Speech {
public:
    explicit Speech(const Language& of)
        : language{of}, texts{texts_of(of.code)}, place_{icu_locale(of.code)}
    {
        UErrorCode status = U_ZERO_ERROR;
        const std::unique_ptr<icu::DateTimePatternGenerator> patterns{
            icu::DateTimePatternGenerator::createInstance(place_, status)};
        must_succeed(status, "date patterns");
        date = format(patterns->getBestPattern("yMMMd", status));
        time = format(patterns->getBestPattern("Hm", status));
        zone = format("z");
        weekday = format("cccc");
        calendar_ = std::make_unique<icu::GregorianCalendar>(place_, status);
        must_succeed(status, "calendar");
        for (std::size_t decimals = 0; decimals <= most_decimals; ++decimals)
            numbers[decimals] =
                icu::number::NumberFormatter::withLocale(place_)
                    .precision(icu::number::Precision::fixedFraction(static_cast<int>(decimals)))
                    .roundingMode(UNUM_ROUND_HALFUP)
                    .sign(UNUM_SIGN_NEGATIVE);
    }

    /// @param form  one of date, time, zone and weekday.
    [[nodiscard]] std::string text(const icu::SimpleDateFormat& form, Moment moment,
                                   const icu::TimeZone& where) const
    {
        using std::chrono::milliseconds;
        icu::GregorianCalendar calendar{*calendar_};
        calendar.setTimeZone(where);
        UErrorCode status = U_ZERO_ERROR;
        const auto utc = std::chrono::floor<milliseconds>(moment).time_since_epoch().count();
        calendar.setTime(static_cast<UDate>(utc), status);
        must_succeed(status, "calendar");
        icu::UnicodeString result;
        icu::FieldPosition nowhere;
        form.format(calendar, result, nowhere);
        return utf8(result);
    }

    const Language& language;
    std::locale texts;
    std::unique_ptr<icu::SimpleDateFormat> date;
    std::unique_ptr<icu::SimpleDateFormat> time;
    std::unique_ptr<icu::SimpleDateFormat> zone;
    std::unique_ptr<icu::SimpleDateFormat> weekday;
    std::array<icu::number::LocalizedNumberFormatter, most_decimals + 1> numbers;

private:
    [[nodiscard]] std::unique_ptr<icu::SimpleDateFormat> format(
        const icu::UnicodeString& pattern) const
    {
        UErrorCode status = U_ZERO_ERROR;
        auto result = std::make_unique<icu::SimpleDateFormat>(pattern, place_, status);
        must_succeed(status, "date format");
        return result;
    }

    icu::Locale place_;
    std::unique_ptr<icu::GregorianCalendar> calendar_;
};

/// The languages that were used, each made at its first use.
const Speech& speech_of(std::string_view code)
{
    static std::mutex lock;
    static std::map<std::string_view, std::unique_ptr<Speech>> made;
    const auto& language = language_of(code);
    const std::lock_guard hold{lock};
    auto& speech = made[language.code];
    if (!speech) speech = std::make_unique<Speech>(language);
    return *speech;
}

}  // namespace

const std::vector<Language>& all_languages()
{
    static const std::vector<Language> all = {
        {"en", "English"},  {"fr", "français"},   {"de", "Deutsch"}, {"es", "español"},
        {"it", "italiano"}, {"nl", "Nederlands"}, {"pl", "polski"},  {"nb", "norsk bokmål"},
    };
    return all;
}

const Language& language_of(std::string_view code)
{
    const auto& all = all_languages();
    const auto found = std::ranges::find(all, code, &Language::code);
    return found == all.end() ? all.front() : *found;
}

struct Words::Private {
    const Speech& speech;
    std::string zone_name;
    const icu::TimeZone& zone;
};

Words::Words(std::string_view language, std::string_view zone)
    : private_{new Private{speech_of(language), is_time_zone(zone) ? std::string{zone} : "UTC",
                           time_zone(zone)}}
{
}
Words::Words(Words&&) noexcept = default;
Words& Words::operator=(Words&&) noexcept = default;
Words::~Words() = default;

const Language& Words::language() const noexcept { return private_->speech.language; }
const std::string& Words::zone() const noexcept { return private_->zone_name; }

std::string Words::colon() const
{
    const auto& words = *this;
    // Translators: stands between a name and what it names, as in "From: address".
    return words(":");
}

std::string Words::operator()(const char* english) const
{
    // The empty text is where a catalogue keeps its own header.
    if (*english == '\0') return {};
    return boost::locale::gettext(english, private_->speech.texts);
}

std::string Words::operator()(const char* english,
                              const std::map<std::string, std::string>& values) const
{
    return filled((*this)(english), values);
}

std::string Words::plural(const char* one, const char* many, long count,
                          const std::map<std::string, std::string>& values) const
{
    // Boost.Locale of Debian 12 takes an int; what is cut here has the same form.
    const auto form = static_cast<int>(std::min(count, 1000000 + count % 1000000));
    auto all = values;
    all["count"] = number(static_cast<double>(count), 0);
    return filled(boost::locale::ngettext(one, many, form, private_->speech.texts), all);
}

std::string Words::date(Moment moment) const
{
    const auto& speech = private_->speech;
    return speech.text(*speech.date, moment, private_->zone);
}

std::string Words::time(Moment moment) const
{
    const auto& speech = private_->speech;
    return speech.text(*speech.time, moment, private_->zone);
}

// CLDR changes what stands between the two with its versions (a comma, "à"); a blank stays.
std::string Words::date_time(Moment moment) const { return date(moment) + ' ' + time(moment); }

std::string Words::date(Day day) const
{
    const auto& speech = private_->speech;
    return speech.text(*speech.date, day, *icu::TimeZone::getGMT());
}

std::string Words::weekday(int weekday) const
{
    const auto& speech = private_->speech;
    constexpr Day a_sunday{std::chrono::days{3}};  // 4 January 1970
    return speech.text(*speech.weekday, a_sunday + std::chrono::days{weekday},
                       *icu::TimeZone::getGMT());
}

std::string Words::zone_name(Moment moment) const
{
    const auto& speech = private_->speech;
    return speech.text(*speech.zone, moment, private_->zone);
}

std::string Words::number(double value, int decimals) const
{
    const auto places =
        static_cast<std::size_t>(std::clamp(decimals, 0, static_cast<int>(most_decimals)));
    UErrorCode status = U_ZERO_ERROR;
    const auto text = private_->speech.numbers[places].formatDouble(value, status);
    auto result = utf8(text.toString(status));
    must_succeed(status, "number format");
    return result;
}

}  // namespace lazaret
