#include "milter/filter/message/web_host.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uidna.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>

#include "base/characters.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t longest_name = 253;  // bytes of a name that the DNS is asked for
constexpr std::size_t longest_label = 63;  // bytes between its dots

// WHATWG URL 3.5, "forbidden domain code points".
bool is_forbidden(char c)
{
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F ||
           std::string_view{"#/:<>?@[\\]^|%"}.find(c) != std::string_view::npos;
}

bool is_address(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789abcdef:.") == std::string_view::npos;
}

template <class T>
T of_icu(T opened, UErrorCode status)
{
    if (U_FAILURE(status))
        throw Error{Error::Kind::Unavailable, "ICU's data of names: {}", u_errorName(status)};
    return opened;
}

const UIDNA* browsers_idna()
{
    static const UIDNA* const made = [] {
        auto status = U_ZERO_ERROR;
        const auto* opened = uidna_openUTS46(
            UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, &status);
        return of_icu(opened, status);
    }();
    return made;
}

// Browsers look at neither hyphens nor lengths.
constexpr std::uint32_t harmless_faults =
    UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG |
    UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;

// Whether it has more characters than fit, where so many at most become one. Each takes a byte at
// least.
bool is_long(std::string_view unicode, std::size_t become_one)
{
    std::size_t in_name = 0;
    std::size_t in_label = 0;
    for (const char c : unicode) {
        const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        in_label = c == '.' ? 0 : in_label + (begins ? 1 : 0);
        in_name += begins ? 1 : 0;
        if (in_label > become_one * longest_label || in_name > become_one * (longest_name + 1))
            return true;
    }
    return false;
}

// Each character by itself for what it stands for, which ends the letters that stand for nothing:
// a name may have any number of them. Time is linear, as it is not where ICU puts marks in order.
std::string taken_apart(const std::string& unicode)
{
    auto status = U_ZERO_ERROR;
    const auto* normal =
        of_icu(icu::Normalizer2::getInstance(nullptr, "uts46", UNORM2_COMPOSE, status), status);
    const auto text = icu::UnicodeString::fromUTF8(unicode);
    icu::UnicodeString all;
    icu::UnicodeString parts;
    for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
        const auto c = text.char32At(at);
        if (normal->getDecomposition(c, parts)) all.append(parts);
        else all.append(c);
    }
    std::string out;
    all.toUTF8String(out);
    return out;
}

std::string mapped(std::string unicode)
{
    constexpr std::size_t most_in_one = 4;  // a letter of Greek with its three marks
    if (is_long(unicode, 1)) unicode = taken_apart(unicode);
    if (is_long(unicode, most_in_one)) return {};
    std::array<char, longest_name + 2> out{};
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    auto status = U_ZERO_ERROR;
    const auto length = uidna_nameToASCII_UTF8(
        browsers_idna(), unicode.data(), static_cast<std::int32_t>(unicode.size()), out.data(),
        static_cast<std::int32_t>(out.size()), &info, &status);
    if (U_FAILURE(status) || (info.errors & ~harmless_faults) != 0) return {};
    return {out.data(), static_cast<std::size_t>(length)};
}

// What stands between the user's name and the port.
std::string_view host_in(std::string_view authority)
{
    if (const auto at = authority.rfind('@'); at != std::string_view::npos)
        authority.remove_prefix(at + 1);
    if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
    return authority.substr(0, authority.find(':'));
}

}  // namespace

std::string percent_decoded(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
        const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
        if (text[at] == '%' && high >= 0 && low >= 0) {
            out += static_cast<char>(high * 16 + low);
            at += 2;
        } else {
            out += text[at];
        }
    }
    return out;
}

std::string web_host(std::string_view authority)
{
    auto host = percent_decoded(host_in(authority));
    host = is_ascii(host) ? ascii_lower(host) : mapped(std::move(host));
    if (host.ends_with('.')) host.pop_back();
    if (host.size() > longest_name) return {};
    if (host.starts_with('[') && host.ends_with(']'))
        return is_address(std::string_view{host}.substr(1, host.size() - 2)) ? host : std::string{};
    return std::any_of(host.begin(), host.end(), is_forbidden) ? std::string{} : host;
}

}  // namespace lazaret::filter
