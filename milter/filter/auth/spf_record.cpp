#include "milter/filter/auth/spf_record.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"
#include "milter/filter/auth/spf_macros.hpp"

namespace lazaret::filter::auth {
namespace {

using Kind = SpfMechanism::Kind;

constexpr std::string_view version = "v=spf1";
constexpr std::string_view digits = "0123456789";

struct KindName {
    Kind kind;
    std::string_view name;
};
constexpr auto kinds = std::to_array<KindName>({{Kind::All, "all"},
                                                {Kind::Include, "include"},
                                                {Kind::A, "a"},
                                                {Kind::Mx, "mx"},
                                                {Kind::Ptr, "ptr"},
                                                {Kind::Ip4, "ip4"},
                                                {Kind::Ip6, "ip6"},
                                                {Kind::Exists, "exists"}});

// Takes a prefix length behind `slashes` from the end of `text`, where one stands. False when it
// is no number of `most` at most, or has zeros before it.
bool take_prefix_length(std::string_view& text, std::string_view slashes, int most, int& bits)
{
    const auto start = text.find_last_not_of(digits) + 1;
    const auto number = text.substr(start);
    if (number.empty() || !text.substr(0, start).ends_with(slashes)) return true;
    if (number.size() > 3 || (number.size() > 1 && number.front() == '0')) return false;
    bits = 0;
    for (const char digit : number) bits = bits * 10 + (digit - '0');
    text.remove_suffix(number.size() + slashes.size());
    return bits <= most;
}

// RFC 7208 5.6: an address, and a prefix length of its family.
bool read_network(std::string_view argument, SpfMechanism& mechanism)
{
    const bool is_v4 = mechanism.kind == Kind::Ip4;
    if (!take_prefix_length(argument, "/", is_v4 ? 32 : 128,
                            is_v4 ? mechanism.ip4_bits : mechanism.ip6_bits))
        return false;
    const auto network = IpAddress::parse(argument);
    if (!network || is_v4 != (argument.find(':') == argument.npos)) return false;
    mechanism.network = *network;
    return true;
}

// What stands behind the mechanism's name: an argument behind a colon, prefix lengths, or nothing.
bool read_rest(std::string_view rest, SpfMechanism& mechanism)
{
    const auto kind = mechanism.kind;
    if (kind == Kind::All) return rest.empty();
    if (kind == Kind::Ip4 || kind == Kind::Ip6)
        return rest.starts_with(':') && read_network(rest.substr(1), mechanism);
    if (kind == Kind::A || kind == Kind::Mx) {
        if (!take_prefix_length(rest, "//", 128, mechanism.ip6_bits) ||
            !take_prefix_length(rest, "/", 32, mechanism.ip4_bits))
            return false;
    }
    if (rest.empty()) return kind == Kind::A || kind == Kind::Mx || kind == Kind::Ptr;
    mechanism.domain = rest.substr(1);
    return rest.front() == ':' && is_domain_spec(mechanism.domain);
}

std::optional<Result> qualifier_of(char byte)
{
    switch (byte) {
        case '+': return Result::Pass;
        case '-': return Result::Fail;
        case '~': return Result::SoftFail;
        case '?': return Result::Neutral;
        default: return std::nullopt;
    }
}

bool read_mechanism(std::string_view term, SpfRecord& record)
{
    SpfMechanism mechanism;
    mechanism.text = term;
    if (const auto qualifier = qualifier_of(term.front())) {
        mechanism.qualifier = *qualifier;
        term.remove_prefix(1);
    }
    const auto name = term.substr(0, term.find_first_of(":/"));
    const auto known = std::ranges::find_if(
        kinds, [&](const KindName& row) { return same_ignoring_case(row.name, name); });
    if (known == kinds.end()) return false;
    mechanism.kind = known->kind;
    if (!read_rest(term.substr(name.size()), mechanism)) return false;
    record.mechanisms.push_back(mechanism);
    return true;
}

// Where the `=` of a modifier stands (4.6.1): behind a name that begins with a letter.
std::size_t modifier_sign(std::string_view term)
{
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (letters.find(term.front()) == letters.npos) return term.npos;
    const auto end = std::ranges::find_if(term, [&](char byte) {
        return letters.find(byte) == letters.npos && digits.find(byte) == digits.npos &&
               byte != '-' && byte != '_' && byte != '.';
    });
    return end != term.end() && *end == '=' ? static_cast<std::size_t>(end - term.begin())
                                            : term.npos;
}

bool read_modifier(std::string_view name, std::string_view value, SpfRecord& record)
{
    const bool is_redirect = same_ignoring_case(name, "redirect");
    if (!is_redirect && !same_ignoring_case(name, "exp")) return is_macro_string(value);
    auto& place = is_redirect ? record.redirect : record.explanation;
    if (!place.empty() || !is_domain_spec(value)) return false;  // 6: not more than once each
    place = value;
    return true;
}

bool read_term(std::string_view term, SpfRecord& record)
{
    const auto sign = modifier_sign(term);
    return sign == term.npos ? read_mechanism(term, record)
                             : read_modifier(term.substr(0, sign), term.substr(sign + 1), record);
}

}  // namespace

bool is_spf_record(std::string_view text)
{
    return starts_ignoring_case(text, version) &&
           (text.size() == version.size() || text[version.size()] == ' ');
}

lazaret::Result<SpfRecord, std::string_view> read_spf_record(std::string_view text)
{
    SpfRecord record;
    text.remove_prefix(std::min(version.size(), text.size()));
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        if (text.empty()) return record;
        const auto term = text.substr(0, text.find(' '));
        if (!read_term(term, record)) return because(term);
        text.remove_prefix(term.size());
    }
}

}  // namespace lazaret::filter::auth
