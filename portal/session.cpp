#include "portal/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/base64.hpp"
#include "base/mail/mac.hpp"
#include "base/text.hpp"

namespace lazaret::portal {
namespace {

// KEY-ID.HOLDER.TOKEN.MAC
constexpr std::size_t longest = 200;
constexpr std::size_t mac_bytes = 32;

std::string mac_over(const std::string& key, std::string_view content)
{
    // The context keeps what is sealed for another purpose from being taken for a session.
    return base64url(mac_of(key, fmt::format("lazaret portal session\n{}", content), mac_bytes));
}

}  // namespace

std::string seal_token(const SealKeys& keys, std::string_view token, std::string_view holder)
{
    const auto content = fmt::format("{}.{}.{}", keys.newest(), holder, token);
    return content + '.' + mac_over(newest_key(keys), content);
}

std::optional<OpenedCookie> open_cookie(const SealKeys& keys, std::string_view cookie)
{
    const auto last = cookie.rfind('.');
    if (cookie.size() > longest || last == std::string_view::npos) return std::nullopt;
    const auto content = cookie.substr(0, last);
    const auto first = std::min(content.find('.'), content.size());
    const auto second = content.find('.', first + 1);
    const auto* key = keys.find(std::string{content.substr(0, first)});
    if (!key || second == std::string_view::npos ||
        !is_same_secret(cookie.substr(last + 1), mac_over(*key, content)))
        return std::nullopt;
    return OpenedCookie{std::string{content.substr(second + 1)},
                        std::string{content.substr(first + 1, second - first - 1)}};
}

std::optional<std::string> open_token(const SealKeys& keys, std::string_view cookie)
{
    auto opened = open_cookie(keys, cookie);
    if (!opened) return std::nullopt;
    return std::move(opened->token);
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
