#include "base/records/address.hpp"

#include <idn2.h>

#include <algorithm>
#include <memory>

#include "base/handle.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

// RFC 5321 4.5.3.1.1 says 64, but MTAs deliver to longer ones (user+long-tag@), and a recipient
// that we cannot read would pass unjudged. Nothing longer fits a line that Postfix takes.
constexpr std::size_t longest_local = 2048;
constexpr std::size_t longest_domain = 255;  // RFC 5321 4.5.3.1.2

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool is_atext(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string_view::npos;
}

// A dot-atom, taken generously: real mail has leading, doubled and trailing dots.
bool needs_quotes(std::string_view local)
{
    return !std::all_of(local.begin(), local.end(), [](char c) { return is_atext(c) || c == '.'; });
}

std::string unquoted(std::string_view local)
{
    if (local.size() < 2 || local.front() != '"' || local.back() != '"') return std::string{local};
    std::string out;
    for (std::size_t at = 1; at + 1 < local.size(); ++at) {
        if (local[at] == '\\' && at + 2 < local.size()) ++at;
        out += local[at];
    }
    return out;
}

// Where the local part ends: the last '@' outside quotes.
std::size_t at_sign(std::string_view text)
{
    bool in_quotes = false;
    std::size_t found = std::string_view::npos;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && in_quotes) ++at;
        else if (text[at] == '"') in_quotes = !in_quotes;
        else if (text[at] == '@' && !in_quotes) found = at;
    }
    return found;
}

bool is_host_name(std::string_view domain)
{
    const auto good = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
    };
    return !domain.empty() && domain.size() <= longest_domain && domain.front() != '.' &&
           domain.back() != '.' && domain.find("..") == std::string_view::npos &&
           std::all_of(domain.begin(), domain.end(), good);
}

Result<std::string, AddressFault> ascii_domain(const std::string& unicode)
{
    char* raw = nullptr;
    // Transitional rules are gone from browsers and mail alike; TR46 maps capitals and full stops.
    const int code = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(unicode.c_str()),
                                    reinterpret_cast<std::uint8_t**>(&raw),
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const CHandle<char, idn2_free> owned{raw};
    if (code != IDN2_OK) return because(AddressFault::BadDomain);
    return std::string{raw};
}

}  // namespace

std::string Address::text() const
{
    if (!needs_quotes(local) && !local.empty()) return local + '@' + domain;
    std::string quoted = "\"";
    for (const char c : local) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "\"@" + domain;
}

std::string Address::key() const { return ascii_lower(text()); }

Result<std::string, AddressFault> parse_domain(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos) return because(AddressFault::BadDomain);
    if (text.size() > 1 && text.back() == '.') text.remove_suffix(1);
    if (text.empty() || text.size() > longest_domain) return because(AddressFault::BadDomain);
    auto small = ascii_lower(text);
    if (small.front() == '[') {
        const bool closed = small.size() > 2 && small.back() == ']' &&
                            std::none_of(small.begin(), small.end(),
                                         [](char c) { return is_control(c) || c == ' '; });
        if (!closed) return because(AddressFault::BadDomain);
        return small;
    }
    const bool ascii = std::all_of(small.begin(), small.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!ascii) {
        auto encoded = ascii_domain(small);
        if (!encoded) return encoded;
        small = *encoded;
    }
    if (!is_host_name(small)) return because(AddressFault::BadDomain);
    return small;
}

Result<Address, AddressFault> parse_address(std::string_view text)
{
    text = trimmed(text);
    if (text.size() >= 2 && text.front() == '<' && text.back() == '>')
        text = trimmed(text.substr(1, text.size() - 2));
    // A source route, `@relay,@relay:user@domain`, means what follows it (RFC 5321 appendix F.2).
    if (!text.empty() && text.front() == '@')
        if (const auto colon = text.find(':'); colon != std::string_view::npos)
            text.remove_prefix(colon + 1);
    if (text.empty()) return because(AddressFault::Empty);

    const auto sign = at_sign(text);
    if (sign == std::string_view::npos) return because(AddressFault::NoDomain);
    Address address{unquoted(text.substr(0, sign)), {}};
    if (address.local.empty() || address.local.size() > longest_local ||
        std::any_of(address.local.begin(), address.local.end(), is_control) ||
        valid_utf8(address.local) != address.local)
        return because(AddressFault::BadLocal);
    auto domain = parse_domain(text.substr(sign + 1));
    if (!domain) return because(domain.error());
    address.domain = std::move(*domain);
    return address;
}

std::string address_key(std::string_view written)
{
    const auto address = parse_address(written);
    return address ? address->key() : ascii_lower(written);
}

Address without_tag(const Address& address, char delimiter)
{
    const auto at = address.local.find(delimiter);
    if (at == std::string::npos || at == 0) return address;
    return {address.local.substr(0, at), address.domain};
}

bool is_same_or_below(std::string_view domain, std::string_view above)
{
    if (domain == above) return true;
    return domain.size() > above.size() + 1 && domain.ends_with(above) &&
           domain[domain.size() - above.size() - 1] == '.';
}

std::string_view sentence(AddressFault fault)
{
    switch (fault) {
        case AddressFault::Empty: return "the address is empty";
        case AddressFault::NoDomain: return "the address has no '@' and domain";
        case AddressFault::BadLocal: return "the part before '@' is not valid";
        case AddressFault::BadDomain: return "the part after '@' is not a valid domain";
    }
    return "the address is not valid";
}

std::string bare_address(std::string_view verbatim)
{
    verbatim = trimmed(verbatim);
    if (verbatim.starts_with('<') && verbatim.ends_with('>'))
        verbatim = verbatim.substr(1, verbatim.size() - 2);
    return valid_utf8(verbatim);
}

}  // namespace lazaret
