#include "milter/filter/rules/language/rule_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <string>

#include "base/text.hpp"
#include "milter/filter/message/charset.hpp"
#include "milter/filter/rules/language/definitions.hpp"
#include "milter/filter/rules/language/replace_tags.hpp"
#include "milter/filter/rules/patterns/expression.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr auto test_keys = std::to_array<std::string_view>(
    {"header", "body", "rawbody", "uri", "full", "meta", "mimeheader", "uri_detail", "askdns",
     "reuse", "urirhssub", "urirhsbl", "uridnssub", "uridnsbl", "urinsrhsbl", "urinsrhssub",
     "urifullnsrhsbl", "urifullnsrhssub"});

/// `uridnsbl NAME ...` says how a rule is answered, and is kept as a setting; the rule itself
/// stands in a line of its own.
constexpr auto network_keys =
    std::to_array<std::string_view>({"urirhssub", "urirhsbl", "uridnssub", "uridnsbl", "urinsrhsbl",
                                     "urinsrhssub", "urifullnsrhsbl", "urifullnsrhssub"});

/// Texts of SpamAssassin's reports, which Lazaret does not write.
constexpr auto texts_of_languages = std::to_array<std::string_view>(
    {"report", "unsafe_report", "spamtrap", "report_contact", "report_hostname", "subjprefix",
     "clear_report_template", "clear_unsafe_report_template", "clear_spamtrap_template"});

constexpr std::size_t most_of_description = 1'000;  ///< bytes

bool has(auto&& list, std::string_view name)
{
    return std::find(list.begin(), list.end(), name) != list.end();
}

std::optional<double> number_of(std::string_view text)
{
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

/// What PCRE2 says of a test's pattern; empty when it takes it, or there is none.
std::string fault_of(const Test& test)
{
    const auto fault = [](const Pattern& pattern) {
        const auto compiled = Expression::compile(pattern);
        return compiled ? std::string{} : compiled.error();
    };
    return std::visit(
        [&](const auto& rule) -> std::string {
            if constexpr (requires { rule.pattern; }) return fault(rule.pattern);
            else if constexpr (requires { rule.test.pattern; }) return fault(rule.test.pattern);
            else return {};
        },
        test);
}

bool is_restriction(std::string_view value)
{
    const auto words = words_of(value);
    return words.size() > 1 && (same_ignoring_case(words.front(), "allow") ||
                                same_ignoring_case(words.front(), "deny"));
}

/// What lines say of a rule before and after its test: kept apart until all is read, since
/// `score` and `describe` may stand before the test, and stay when the test is written anew.
struct Attributes {
    std::optional<std::array<double, 4>> scores;
    std::string flags;
    int priority = 0;
    Translations::Texts descriptions;  ///< "": English
};

void put_descriptions(Rule& rule, Translations::Texts descriptions)
{
    if (auto english = descriptions.extract("")) rule.description = std::move(english.mapped());
    std::erase_if(descriptions, [](const auto& one) { return one.second.empty(); });
    rule.descriptions = Translations{std::move(descriptions)};
}

class Reader {
public:
    /// @param suggested  scores for rules that no line gives one
    Reader(const FileReader& read_file, SuggestedScores suggested)
        : suggested_{std::move(suggested)},
          read_file_{
              [this, &read_file](const std::string& path) -> Result<std::string, std::string> {
                  if (!files_.insert(path).second) return std::string{};
                  return read_file(path);
              }}
    {
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() = default;

    /// Not again, if another file has included it.
    void read(const RuleFile& file)
    {
        if (!files_.insert(file.name).second) return;
        read_statements(
            file, source_.plugins, read_file_,
            [&](const Statement& statement, const std::string& name) { take(statement, name); },
            source_.problems);
    }

    RuleSource finish()
    {
        for (auto& [name, rule] : source_.rules) complete(rule);
        replace_tags(source_);
        return std::move(source_);
    }

private:
    void complain(std::string rule, std::string what)
    {
        source_.problems.push_back({place_, std::move(rule), std::move(what)});
    }

    void take(const Statement& statement, const std::string& file)
    {
        place_ = {file, statement.line};
        // sa-update's own file includes those that it brought.
        if (SuggestedScores::is_measured(file)) suggested_ = {};
        const auto key = statement.key;
        if (key == "loadplugin" || key == "tryplugin") {
            if (const auto words = words_of(statement.value); !words.empty()) load(words.front());
        } else if (key == "enable_compat") {
            source_.plugins.insert(compat_method(statement.value));
        } else if (key == "describe" || key == "lang") {
            describe(statement);
        } else if (!statement.language.empty()) {
            if (key == "report_charset")
                charsets_[ascii_lower(statement.language)] = ascii_lower(statement.value);
            else if (!has(texts_of_languages, key))
                complain({}, fmt::format("'{}' has no effect behind 'lang'", valid_utf8(key)));
        } else if (key == "score") {
            score(statement.value);
        } else if (key == "tflags") {
            const auto [name, rest] = name_and_rest(statement.value);
            attributes_[std::string{name}].flags = rest;
        } else if (key == "priority") {
            priority(statement.value);
        } else if (has(test_keys, key)) {
            test(key, statement.value);
        } else {
            setting(key, statement.value);
        }
    }

    void load(std::string_view module)
    {
        const auto name = plugin_name(module);
        if (!is_known_plugin(name))
            source_.problems.push_back(
                {place_,
                 {},
                 fmt::format("the module {} is not ours: what it does is left out",
                             valid_utf8(module)),
                 false});
        source_.plugins.insert(std::string{name});
    }

    static std::pair<std::string_view, std::string_view> name_and_rest(std::string_view value)
    {
        const auto end = std::min(value.find_first_of(" \t"), value.size());
        return {value.substr(0, end), trimmed(value.substr(end))};
    }

    void describe(const Statement& statement)
    {
        const auto [name, rest] = name_and_rest(statement.value);
        const auto language = ascii_lower(statement.language);
        const auto charset = charsets_.find(language);
        attributes_[std::string{name}].descriptions[language] = utf8_of(
            rest, charset == charsets_.end() ? "utf-8" : charset->second, most_of_description);
    }

    void score(std::string_view value)
    {
        auto words = words_of(value);
        if (words.size() != 2 && words.size() != 5)
            return complain({}, "score needs a rule and one or four numbers");
        const auto name = std::string{words.front()};
        words.erase(words.begin());
        std::array<double, 4> given{};
        bool relative = false;
        for (std::size_t at = 0; at < words.size(); ++at) {
            auto word = words[at];
            if (word.starts_with('(') && word.ends_with(')')) {
                relative = true;
                word = word.substr(1, word.size() - 2);
            }
            const auto number = number_of(word);
            if (!number) return complain(name, fmt::format("'{}' is not a number", word));
            given[at] = *number;
        }
        if (words.size() == 1) given.fill(given[0]);
        auto& scores = attributes_[name].scores;
        if (relative && !scores)
            return complain(name, "a score in parentheses needs another one before it");
        for (std::size_t at = 0; at < given.size(); ++at)
            if (relative) given[at] += (*scores)[at];
        scores = given;
    }

    void priority(std::string_view value)
    {
        const auto [name, rest] = name_and_rest(value);
        int number = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (error != std::errc{} || end != rest.data() + rest.size())
            return complain(std::string{name}, "priority needs a rule and a whole number");
        attributes_[std::string{name}].priority = number;
    }

    void test(std::string_view key, std::string_view value)
    {
        const auto [name, text] = name_and_rest(value);
        if (!is_rule_name(name))
            return complain({}, fmt::format("'{}' is not the name of a rule", valid_utf8(name)));
        const bool is_there = source_.rules.contains(name);
        if (key == "reuse" && is_there) return;
        if (has(network_keys, key)) return source_.settings.add(key, {std::string{value}, place_});
        auto read = read_test(key, key == "reuse" ? "reuse" : text);
        if (!read) return complain(std::string{name}, read.error());
        // The one of before stays. Of one that is new the book finds it out.
        if (is_there)
            if (auto fault = fault_of(*read); !fault.empty())
                return complain(std::string{name}, std::move(fault));
        auto& rule = source_.rules[std::string{name}];
        rule.name = name;
        rule.place = place_;
        rule.text = fmt::format("{} {}", key, text);
        rule.test = std::move(*read);
    }

    void setting(std::string_view key, std::string_view value)
    {
        constexpr std::string_view clear = "clear_";
        auto name = setting_name(key);
        if (is_clearing(name)) {
            return cleared(name, std::string_view{name}.substr(clear.size()), value);
        }
        switch (treatment_of(name)) {
            case Treatment::Keep:
                if (value.empty() && name == "redirector_pattern") return;
                if (is_switch(name) && !yes_or_no(value))
                    return complain({}, fmt::format("{} needs 1 or 0", name));
                if (name == "dns_query_restriction" && !is_restriction(value))
                    return complain({}, fmt::format("{} needs allow or deny, and domains", name));
                source_.settings.add(name, {std::string{value}, place_});
                return;
            case Treatment::Fixed:
                if (!is_fixed_value(name, value))
                    source_.problems.push_back(
                        {place_,
                         {},
                         fmt::format("'{} {}' has no effect: it is always {}", name,
                                     valid_utf8(value), fixed_value(name)),
                         false});
                return;
            case Treatment::Ignore: return;
            case Treatment::Unknown:
                complain({}, fmt::format("'{}' is not understood", valid_utf8(key)));
        }
    }

    /// @param what  `name` without its `clear_`.
    void cleared(std::string_view name, std::string_view what, std::string_view value)
    {
        auto& settings = source_.settings;
        if (name == "clear_util_rb")
            for (const auto* one : {"util_rb_tld", "util_rb_2tld", "util_rb_3tld"})
                settings.clear(one);
        if (name == "clear_asn_lookups")
            for (const auto* one : {"asn_lookup", "asn_lookup_ipv6"}) settings.clear(one);
        if (name == "clear_dns_query_restrictions") what.remove_suffix(1);
        // This one may take out some domains only.
        if (name == "clear_uridnsbl_skip_domain" && !value.empty())
            return settings.add(name, {std::string{value}, place_});
        settings.clear(what);
    }

    void complete(Rule& rule)
    {
        const auto found = attributes_.find(rule.name);
        if (found != attributes_.end()) {
            rule.flags = read_flags(found->second.flags);
            rule.priority = found->second.priority;
            put_descriptions(rule, std::move(found->second.descriptions));
        }
        if (found != attributes_.end() && found->second.scores) {
            rule.scores = *found->second.scores;
        } else {
            give_unsaid_score(rule);
        }
    }

    void give_unsaid_score(Rule& rule) const
    {
        if (const auto suggested = suggested_.of(rule.place.file, rule.name)) {
            rule.scores.fill(*suggested);
            rule.is_score_suggested = true;
            return;
        }
        // On probation: close to nothing.
        const double size = rule.name.starts_with("T_") ? 0.01 : 1.0;
        rule.scores.fill(rule.flags.nice ? -size : size);
    }

    std::set<std::string> files_;  ///< that were read: each counts once
    SuggestedScores suggested_;
    FileReader read_file_;
    RuleSource source_;
    std::map<std::string, Attributes, std::less<>> attributes_;
    /// Of the texts that follow, by language, as `lang de report_charset` says.
    std::map<std::string, std::string, std::less<>> charsets_;
    Place place_;
};

}  // namespace

RuleSource read_rules(std::span<const RuleFile> files, const FileReader& read_file,
                      UnsaidScores unsaid)
{
    Reader reader{read_file,
                  unsaid == UnsaidScores::Suggested ? SuggestedScores{files} : SuggestedScores{}};
    for (const auto& file : files) reader.read(file);
    return reader.finish();
}

}  // namespace lazaret::filter::rules
