#include "milter/filter/one_click.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazaret::filter {
namespace {

// The domain is `signer` or below it; a signer of one label is everybody's.
bool is_of(std::string_view domain, const std::string& signer)
{
    if (signer.find('.') == std::string::npos) return false;
    return domain == signer || domain.ends_with('.' + signer);
}

bool is_signed(const Message& message, const auth::Authentication& authentication)
{
    const auto author =
        message.has_one_author() ? message.from_addresses.front().domain : std::string{};
    return std::ranges::any_of(authentication.dkim, [&](const auth::DkimResult& one) {
        return one.result == auth::Result::Pass && !one.is_testing && one.covers_unsubscribing &&
               (is_of(author, one.domain) || is_of(message.list_id, one.domain));
    });
}

// Printable and without what ends an address; where it leads is judged when it is asked.
bool is_plain(std::string_view address)
{
    return address.size() <= longest_one_click && std::ranges::all_of(address, [](char c) {
               return c > ' ' && c <= '~' && c != '<' && c != '>' && c != '"' && c != '\\';
           });
}

// RFC 2369 2: addresses in angle brackets; blanks and folds within them do not count (3.).
std::string first_https(std::string_view value)
{
    for (auto open = value.find('<'); open != std::string_view::npos; open = value.find('<')) {
        value.remove_prefix(open + 1);
        const auto close = value.find('>');
        if (close == std::string_view::npos) return {};
        std::string address{value.substr(0, close)};
        std::erase_if(address,
                      [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
        if (starts_ignoring_case(address, "https://") && is_plain(address)) return address;
        value.remove_prefix(close + 1);
    }
    return {};
}

}  // namespace

std::string one_click_address(const Message& message, const auth::Authentication& authentication)
{
    const auto places = message.fields("List-Unsubscribe");
    const auto posts = message.fields("List-Unsubscribe-Post");
    if (places.size() != 1 || posts.size() != 1) return {};
    if (!same_ignoring_case(trimmed(posts.front()), "List-Unsubscribe=One-Click")) return {};
    if (!is_signed(message, authentication)) return {};
    return first_https(places.front());
}

}  // namespace lazaret::filter
