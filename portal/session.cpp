#include "portal/session.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace lazaret::portal {
namespace {

// KEY-ID.TENANT.ACCOUNT.SECONDS.MAC
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

std::optional<std::int64_t> number(std::string_view text)
{
    std::int64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, value);
    if (code != std::errc{} || stop != end || value < 0) return std::nullopt;
    return value;
}

// The text up to the next dot, which is taken off.
std::string_view next(std::string_view& text)
{
    const auto dot = std::min(text.find('.'), text.size());
    const auto part = text.substr(0, dot);
    text.remove_prefix(std::min(dot + 1, text.size()));
    return part;
}

std::int64_t seconds_of(Moment moment)
{
    return std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count();
}

}  // namespace

std::string seal_session(const SealKeys& keys, const Session& session, Moment expires)
{
    const auto* key = keys.find(keys.newest());
    if (!key) throw Error{Error::Kind::Bug, "the newest key is not among the keys"};
    const auto content = fmt::format("{}.{}.{}.{}", keys.newest(), session.tenant, session.account,
                                     seconds_of(expires));
    return content + '.' + text_of(mac_of(*key, content));
}

std::optional<Session> open_session(const SealKeys& keys, std::string_view cookie, Moment now)
{
    const auto last = cookie.rfind('.');
    if (cookie.size() > longest || last == std::string_view::npos) return std::nullopt;
    auto content = cookie.substr(0, last);
    const auto* key = keys.find(std::string{content.substr(0, content.find('.'))});
    if (!key) return std::nullopt;
    const auto expected = text_of(mac_of(*key, content));
    const auto given = cookie.substr(last + 1);
    if (given.size() != expected.size() ||
        sodium_memcmp(given.data(), expected.data(), expected.size()) != 0)
        return std::nullopt;

    next(content);
    const auto tenant = number(next(content));
    const auto account = number(next(content));
    const auto expires = number(next(content));
    if (!tenant || !account || !expires || seconds_of(now) > *expires) return std::nullopt;
    return Session{static_cast<TenantId>(*tenant), *account};
}

std::string_view SessionCookie::name() const { return is_https_ ? "__Host-lazaret" : "lazaret"; }

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
