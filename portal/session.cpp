#include "portal/session.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace lazaret::portal {
namespace {

// KEY-ID.TOKEN.MAC
constexpr std::size_t longest = 200;
constexpr std::size_t mac_bytes = 32;
using Mac = std::array<unsigned char, mac_bytes>;

Mac mac_of(const std::string& key, std::string_view content)
{
    // The context keeps what is sealed for another purpose from being taken for a session.
    const auto text = fmt::format("lazaret portal session\n{}", content);
    Mac mac{};
    crypto_generichash(mac.data(), mac.size(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size(), reinterpret_cast<const unsigned char*>(key.data()), key.size());
    return mac;
}

std::string text_of(const Mac& mac)
{
    return base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

}  // namespace

std::string seal_token(const SealKeys& keys, std::string_view token)
{
    const auto* key = keys.find(keys.newest());
    if (!key) throw Error{Error::Kind::Bug, "the newest key is not among the keys"};
    const auto content = fmt::format("{}.{}", keys.newest(), token);
    return content + '.' + text_of(mac_of(*key, content));
}

std::optional<std::string> open_token(const SealKeys& keys, std::string_view cookie)
{
    const auto last = cookie.rfind('.');
    if (cookie.size() > longest || last == std::string_view::npos) return std::nullopt;
    const auto content = cookie.substr(0, last);
    const auto dot = content.find('.');
    const auto* key = keys.find(std::string{content.substr(0, dot)});
    if (!key || dot == std::string_view::npos) return std::nullopt;
    const auto expected = text_of(mac_of(*key, content));
    const auto given = cookie.substr(last + 1);
    if (given.size() != expected.size() ||
        sodium_memcmp(given.data(), expected.data(), expected.size()) != 0)
        return std::nullopt;
    return std::string{content.substr(dot + 1)};
}

std::string SessionCookie::name() const { return (is_https_ ? "__Host-" : "") + name_; }

std::string SessionCookie::set(std::string_view value, std::chrono::seconds life) const
{
    return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", name(), value,
                       life.count(), is_https_ ? "; Secure" : "");
}

std::string SessionCookie::clear() const { return set("", std::chrono::seconds{0}); }

std::string SessionCookie::find(std::string_view cookies) const
{
    const auto start = fmt::format("{}=", name());
    while (!cookies.empty()) {
        const auto end = std::min(cookies.find(';'), cookies.size());
        const auto one = trimmed(cookies.substr(0, end));
        if (one.starts_with(start)) return std::string{one.substr(start.size())};
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
    }
    return {};
}

}  // namespace lazaret::portal
