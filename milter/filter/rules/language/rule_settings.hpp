#pragma once

#include <array>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/language/place.hpp"

namespace lazaret::filter::rules {

/// Settings that name a file with links known for phishing.
inline constexpr std::array<std::string_view, 3> phishing_feed_settings{
    "phishing_openphish_feed", "phishing_phishtank_feed", "phishing_phishstats_feed"};

/// What rule files say besides rules: each setting with all its lines, in order. What they mean is
/// the business of who asks: `freemail_domains`, `trusted_networks`, `enlist_uri_host`.
///
/// Names are those of SpamAssassin 4 (`welcomelist_from` for `whitelist_from`).
class RuleSettings {
public:
    struct Line {
        std::string value;
        Place place;
        std::size_t order = 0;  ///< among the lines of all settings; given by add()

        bool operator==(const Line&) const = default;
    };
    struct KeyedLine {
        std::string_view key;
        const Line* line;
    };

    void add(std::string_view key, Line line);
    void clear(std::string_view key);

    /// All lines of a setting, in order; empty when nobody wrote any.
    [[nodiscard]] std::span<const Line> lines(std::string_view key) const;

    /// The lines of several settings, in order: what one adds another may take away, and one line
    /// more put back. Pointers live as long as the settings.
    [[nodiscard]] std::vector<KeyedLine> in_order(
        std::initializer_list<std::string_view> keys) const;

    /// The names of the settings that begin so. Views live as long as the settings.
    [[nodiscard]] std::vector<std::string_view> keys(std::string_view beginning) const;

    /// The last value; empty when there is none.
    [[nodiscard]] std::string_view last(std::string_view key) const;

    /// Whether the last value is a yes, or what it is unless somebody said so.
    [[nodiscard]] bool is_on(std::string_view key, bool unless_said) const;

    /// All words of all lines. Views live as long as the settings.
    [[nodiscard]] std::vector<std::string_view> words(std::string_view key) const;

private:
    std::map<std::string, std::vector<Line>, std::less<>> lines_;
    std::size_t next_ = 0;
};

/// What `1`, `yes`, `0` or `no`, in any case, say; none for any other value.
std::optional<bool> yes_or_no(std::string_view value);

/// The words of one value.
std::vector<std::string_view> words_of(std::string_view value);

/// How a line with this key is taken.
enum class Treatment {
    Unknown,  ///< no setting that SpamAssassin or one of the plugins we know has
    Keep,     ///< we use it
    Fixed,    ///< we do what one value of it says, and no other
    Ignore,   ///< it is about what Lazaret does in its own way: reports, Bayes storage, DNS servers
};

/// `key` as RuleSettings names it.
std::string setting_name(std::string_view key);

/// @param name  as setting_name() gives it.
Treatment treatment_of(std::string_view name);

/// Whether a setting takes a yes or no, and nothing else.
bool is_switch(std::string_view name);

/// Whether it takes away what was set before, of something that there is: `clear_trusted_networks`.
bool is_clearing(std::string_view name);

/// The one value that a fixed setting has; empty for others.
std::string_view fixed_value(std::string_view name);

/// Whether a fixed setting is given the value that it has anyway, in any way of saying it.
bool is_fixed_value(std::string_view name, std::string_view value);

}  // namespace lazaret::filter::rules
