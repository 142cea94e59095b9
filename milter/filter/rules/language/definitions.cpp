#include "milter/filter/rules/language/definitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "milter/filter/rules/language/rule_settings.hpp"
#include "milter/filter/rules/rendering/header_query.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t longest_rule_name = 100;

bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::size_t end_of_blanks(std::string_view text, std::size_t at)
{
    return std::min(text.find_first_not_of(" \t", at), text.size());
}

/// What stands behind a colon of `Subject:raw` and means nothing; empty where all is known.
std::string_view unknown_modifier(std::string_view query)
{
    for (auto colon = query.find(':'); colon != query.npos; colon = query.find(':')) {
        query.remove_prefix(colon + 1);
        const auto word = query.substr(0, query.find(':'));
        if (!HeaderQuery::is_modifier(word)) return word;
    }
    return {};
}

/// What stands before `=~` or `!~`, which, and what stands behind.
struct Comparison {
    std::string_view left;
    bool negated = false;
    std::string_view right;
};

std::optional<Comparison> read_comparison(std::string_view text)
{
    const auto at = text.find('~');
    if (at == std::string_view::npos || at == 0) return std::nullopt;
    const char sign = text[at - 1];
    if (sign != '=' && sign != '!') return std::nullopt;
    return Comparison{trimmed(text.substr(0, at - 1)), sign == '!', trimmed(text.substr(at + 1))};
}

bool is_query(std::string_view query)
{
    return !query.empty() && std::all_of(query.begin(), query.end(), [](char c) {
        return is_word(c) || c == '-' || c == '.' || c == ':';
    });
}

std::string without_colon(std::string_view query)
{
    if (query.ends_with(':')) query.remove_suffix(1);
    return std::string{query};
}

/// Takes `[if-unset: TEXT]` off the end of a pattern.
std::optional<std::string> take_if_unset(std::string_view& pattern)
{
    constexpr std::string_view begin = "[if-unset:";
    const auto at = pattern.rfind(begin);
    if (at == std::string_view::npos || at == 0 || !pattern.ends_with(']')) return std::nullopt;
    auto value = pattern.substr(at + begin.size());
    value.remove_suffix(1);
    pattern = trimmed(pattern.substr(0, at));
    return std::string{trimmed(value)};
}

/// One argument of a call: quoted, or a bare word. @return nothing when there is none.
std::optional<std::string> read_argument(std::string_view text, std::size_t& at)
{
    if (at < text.size() && (text[at] == '\'' || text[at] == '"')) {
        const auto end = text.find(text[at], at + 1);
        if (end == std::string_view::npos) return std::nullopt;
        auto value = std::string{text.substr(at + 1, end - at - 1)};
        at = end + 1;
        return value;
    }
    const auto begin = at;
    while (at < text.size() &&
           (is_word(text[at]) || text[at] == '.' || text[at] == ':' || text[at] == '-'))
        ++at;
    if (at == begin) return std::nullopt;
    return std::string{text.substr(begin, at - begin)};
}

template <class RuleOf>
Result<Test, std::string> pattern_test(std::string_view text)
{
    auto pattern = read_pattern(text);
    if (!pattern) return because(pattern.error());
    return Test{RuleOf{std::move(*pattern)}};
}

template <class RuleOf>
Result<Test, std::string> wrapped(auto&& test)
{
    if (!test) return because(test.error());
    return Test{RuleOf{std::move(*test)}};
}

std::optional<std::string_view> behind_eval(std::string_view text)
{
    for (const std::string_view word : {"eval:", "rbleval:"})
        if (text.starts_with(word)) return text.substr(word.size());
    return std::nullopt;
}

}  // namespace

bool is_rule_name(std::string_view name)
{
    return !name.empty() && name.size() <= longest_rule_name &&
           std::all_of(name.begin(), name.end(), is_word) && (name[0] < '0' || name[0] > '9');
}

std::string_view kind_name(const Test& test)
{
    constexpr auto names =
        std::to_array<std::string_view>({"empty", "header", "mimeheader", "body", "rawbody", "uri",
                                         "full", "uri_detail", "meta", "eval", "askdns"});
    static_assert(names.size() == std::variant_size_v<Test>);
    return names[test.index()];
}

Result<HeaderTest, std::string> read_header_test(std::string_view text)
{
    HeaderTest test;
    constexpr std::string_view exists = "exists:";
    if (text.starts_with(exists)) {
        test.exists = true;
        test.query = without_colon(trimmed(text.substr(exists.size())));
        if (!is_query(test.query))
            return because(std::string{"there is no header field of this name"});
        return test;
    }
    const auto comparison = read_comparison(text);
    if (!comparison || !is_query(comparison->left))
        return because(std::string{"it needs a header field, =~ or !~, and a pattern"});
    test.query = without_colon(comparison->left);
    test.negated = comparison->negated;
    auto right = comparison->right;
    test.if_unset = take_if_unset(right);
    auto pattern = read_pattern(right);
    if (!pattern) return because(pattern.error());
    test.pattern = std::move(*pattern);
    return test;
}

Result<UriDetailTest, std::string> read_uri_detail_test(std::string_view text)
{
    constexpr auto keys =
        std::to_array<std::string_view>({"raw", "type", "cleaned", "text", "domain", "host"});
    UriDetailTest test;
    while (!(text = trimmed(text)).empty()) {
        const auto comparison = read_comparison(text);
        if (!comparison || std::find(keys.begin(), keys.end(), comparison->left) == keys.end())
            return because(
                std::string{"it needs raw, type, cleaned, text, domain or host, =~ or "
                            "!~, and a pattern"});
        // A pattern ends with its flags before a blank: the shortest that can be read is it.
        const auto right = comparison->right;
        Result<Pattern, std::string> pattern = because(std::string{"a pattern is missing"});
        std::size_t end = 0;
        while (!pattern && end < right.size()) {
            end = std::min(right.find_first_of(" \t", end + 1), right.size());
            pattern = read_pattern(right.substr(0, end));
        }
        if (!pattern) return because(pattern.error());
        test.terms.push_back({std::string{comparison->left}, comparison->negated, *pattern});
        text = right.substr(end);
    }
    if (test.terms.empty()) return because(std::string{"nothing stands behind its name"});
    return test;
}

Result<EvalCall, std::string> read_eval_call(std::string_view text)
{
    text = trimmed(text);
    const auto open = text.find('(');
    if (open == std::string_view::npos || !text.ends_with(')'))
        return because(std::string{"an eval rule needs a function with parentheses"});
    EvalCall call{setting_name(trimmed(text.substr(0, open))), {}};
    const auto arguments = text.substr(open + 1, text.size() - open - 2);
    std::size_t at = end_of_blanks(arguments, 0);
    while (at < arguments.size()) {
        auto argument = read_argument(arguments, at);
        if (!argument) return because(std::string{"an argument cannot be read"});
        call.arguments.push_back(std::move(*argument));
        at = end_of_blanks(arguments, at);
        if (at == arguments.size()) break;
        if (arguments[at] != ',')
            return because(std::string{"a comma is missing between arguments"});
        at = end_of_blanks(arguments, at + 1);
    }
    return call;
}

Result<AskDnsTest, std::string> read_ask_dns_test(std::string_view text)
{
    // As SpamAssassin lists them; which of them are asked for is another matter.
    constexpr auto types = std::to_array<std::string_view>(
        {"ANY", "A",        "AAAA",  "MX",    "TXT",   "PTR",   "NAPTR",      "NS",
         "SOA", "CERT",     "CNAME", "DNAME", "DHCID", "HINFO", "MINFO",      "RP",
         "HIP", "IPSECKEY", "KX",    "LOC",   "GPOS",  "SRV",   "OPENPGPKEY", "SSHFP",
         "SPF", "TLSA",     "URI",   "CAA",   "CSYNC"});
    AskDnsTest test;
    const auto take_word = [&] {
        const auto word = text.substr(0, text.find_first_of(" \t"));
        text = trimmed(text.substr(word.size()));
        return std::string{word};
    };
    test.name = take_word();
    auto list = take_word();
    test.subtest = text;
    if (list.empty()) list = "A";
    for (auto& c : list)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    for (std::string_view rest = list; !rest.empty();) {
        const auto type = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(type.size() + 1, rest.size()));
        if (std::find(types.begin(), types.end(), type) == types.end())
            return because(fmt::format("'{}' is no type of records", valid_utf8(type)));
        test.types.emplace_back(type);
    }
    if (test.types.empty()) return because(std::string{"it needs a type of records"});
    return test;
}

Result<Test, std::string> read_test(std::string_view key, std::string_view text)
{
    if (text.empty() && key != "meta")
        return because(std::string{"nothing stands behind its name"});
    if (const auto call = behind_eval(text); call && key != "meta")
        return wrapped<EvalRule>(read_eval_call(*call));
    if (key == "header") {
        auto test = read_header_test(text);
        // Without it the rule would look at the whole field.
        if (const auto unknown = test ? unknown_modifier(test->query) : ""; !unknown.empty())
            return because(fmt::format("':{}' means nothing behind a field's name", unknown));
        return wrapped<HeaderRule>(std::move(test));
    }
    if (key == "mimeheader") return wrapped<MimeHeaderRule>(read_header_test(text));
    if (key == "uri_detail") return wrapped<UriDetailRule>(read_uri_detail_test(text));
    if (key == "body") return pattern_test<BodyRule>(text);
    if (key == "rawbody") return pattern_test<RawBodyRule>(text);
    if (key == "uri") return pattern_test<UriRule>(text);
    if (key == "full") return pattern_test<FullRule>(text);
    if (key == "askdns") return wrapped<AskDnsRule>(read_ask_dns_test(text));
    if (key == "meta") return Test{MetaRule{std::string{text}}};
    return Test{EmptyRule{}};
}

namespace {

/// `2-5`, `2-`, `-5` or `2`.
void read_range(std::string_view text, RuleFlags& flags)
{
    const auto dash = text.find('-');
    const auto number = [](std::string_view digits, std::size_t& value) {
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    };
    number(text.substr(0, dash), flags.first_part);
    if (dash == std::string_view::npos) flags.last_part = flags.first_part;
    else number(text.substr(dash + 1), flags.last_part);
}

}  // namespace

RuleFlags read_flags(std::string_view text)
{
    RuleFlags flags;
    constexpr std::string_view most = "maxhits=";
    auto words = std::string{text};
    std::ranges::replace(words, ',', ' ');
    for (const auto word : words_of(words)) {
        if (word == "nice") flags.nice = true;
        if (word == "net") flags.net = true;
        if (word == "learn") flags.learn = true;
        if (word == "multiple") flags.multiple = true;
        if (word == "nosubject") flags.no_subject = true;
        if (word == "ips_only") flags.ips_only = true;
        if (word == "domains_only") flags.domains_only = true;
        if (word == "notrim") flags.no_trim = true;
        if (word == "a") flags.addresses = true;
        if (word == "ns") flags.name_servers = true;
        if (word == "concat") flags.joined_parts = true;
        if (word.starts_with("range=")) read_range(word.substr(6), flags);
        if (word.starts_with(most))
            std::from_chars(word.data() + most.size(), word.data() + word.size(), flags.most_hits);
    }
    return flags;
}

}  // namespace lazaret::filter::rules
