#include "milter/filter/message/links.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "milter/filter/message/web_host.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t longest_url = 2'000;  // bytes

bool is_blank_or_control(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; }

// The URL as a browser's parser sees it: no controls or blanks, slashes for backslashes.
std::string as_browsers_read(std::string_view url)
{
    std::string out;
    for (const char c : url)
        if (!is_blank_or_control(c)) out += c == '\\' ? '/' : c;
    return out;
}

// The scheme with its colon, as written; empty when there is none.
std::string_view scheme_of(std::string_view url)
{
    const auto colon = url.find(':');
    if (colon == std::string_view::npos || colon == 0) return {};
    const auto scheme = url.substr(0, colon);
    const bool good = std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '+' || c == '-' || c == '.';
    });
    return good ? url.substr(0, colon + 1) : std::string_view{};
}

bool has_authority(std::string_view scheme)
{
    return same_ignoring_case(scheme, "http:") || same_ignoring_case(scheme, "https:") ||
           same_ignoring_case(scheme, "ftp:");
}

// Where an address in plain text ends: before a blank or a character that encloses it, and
// without the punctuation that belongs to the sentence.
std::string_view until_end(std::string_view text)
{
    std::size_t end = 0;
    while (end < text.size() && !is_blank_or_control(text[end]) &&
           std::string_view{"<>\"`{}|^"}.find(text[end]) == std::string_view::npos)
        ++end;
    auto url = text.substr(0, end);
    while (!url.empty() &&
           std::string_view{".,;:!?'*_)]"}.find(url.back()) != std::string_view::npos)
        url.remove_suffix(1);
    return url;
}

bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Finds where addresses begin in a text, one after the other. Only colons and dots are looked at,
/// which are few.
class AddressSearch {
public:
    explicit AddressSearch(std::string_view text)
        : text_{text}, with_scheme_{find_scheme(0)}, with_www_{find_www(0)}
    {
    }

    /// The first at or behind `from`, which never goes back; npos: none is left.
    std::size_t next(std::size_t from)
    {
        if (with_scheme_ < from) with_scheme_ = find_scheme(from);
        if (with_www_ < from) with_www_ = find_www(from);
        return std::min(with_scheme_, with_www_);
    }

private:
    static constexpr auto none = std::string_view::npos;

    /// Whether `word`, in any case, stands right before `end`, and nothing else of a word before
    /// it.
    bool is_word_before(std::size_t end, std::string_view word, std::size_t from) const
    {
        if (end < from + word.size()) return false;
        const auto begin = end - word.size();
        return same_ignoring_case(text_.substr(begin, word.size()), word) &&
               (begin == 0 || !is_word(text_[begin - 1]));
    }

    std::size_t find_scheme(std::size_t from) const
    {
        for (auto at = text_.find(':', from); at != none; at = text_.find(':', at + 1)) {
            if (!text_.substr(at + 1).starts_with("//")) continue;
            for (const std::string_view scheme : {"http", "https"})
                if (is_word_before(at, scheme, from)) return at - scheme.size();
        }
        return none;
    }

    std::size_t find_www(std::size_t from) const
    {
        constexpr std::string_view www = "www";
        for (auto at = text_.find('.', from); at != none; at = text_.find('.', at + 1))
            if (is_word_before(at, www, from)) return at - www.size();
        return none;
    }

    std::string_view text_;
    std::size_t with_scheme_;
    std::size_t with_www_;
};

// Host and path of a URL as_browsers_read(); empty when it has no host.
std::string_view behind_slashes(std::string_view url)
{
    const auto scheme = scheme_of(url);
    if (!scheme.empty() && !has_authority(scheme)) return {};
    url.remove_prefix(scheme.size());
    if (scheme.empty() && !url.starts_with("//")) return {};
    url.remove_prefix(std::min(url.find_first_not_of('/'), url.size()));
    return url;
}

std::string_view authority_of(std::string_view rest)
{
    return rest.substr(0, rest.find_first_of("/?#"));
}

}  // namespace

std::string host_of_url(std::string_view url)
{
    const auto read = as_browsers_read(url);
    return web_host(authority_of(behind_slashes(read)));
}

std::string kept_url(std::string_view url)
{
    if (url.size() <= longest_url) return std::string{url};
    const auto read = as_browsers_read(url);
    const auto rest = behind_slashes(read);
    const auto authority = authority_of(rest);
    const auto host = web_host(authority);
    if (host.empty()) return std::string{cut_utf8(url, longest_url)};
    auto out = std::string{scheme_of(read)} + "//" + host;
    return out += cut_utf8(rest.substr(authority.size()), longest_url - out.size());
}

BaseUrl::BaseUrl(std::string_view href)
{
    const auto read = as_browsers_read(kept_url(href));
    const auto scheme = scheme_of(read);
    const auto rest = scheme.empty() ? std::string_view{} : behind_slashes(read);
    if (rest.empty()) return;
    const auto host = authority_of(rest);
    const auto path = rest.substr(host.size());
    scheme_ = scheme;
    origin_ = scheme_ + "//" + std::string{host};
    path_ = path.substr(0, path.find_first_of("?#"));
}

std::string BaseUrl::with(std::string_view url) const
{
    auto read = as_browsers_read(url);
    const auto scheme = scheme_of(read);
    if (!scheme.empty() && !same_ignoring_case(scheme, scheme_)) return std::string{url};
    read.erase(0, scheme.size());  // `http:a` is relative to a base of its scheme
    if (read.starts_with("//")) return std::string{url};
    if (read.starts_with('/')) return origin_ + read;
    const bool stays = read.empty() || read.front() == '?' || read.front() == '#';
    const auto folder = path_.substr(0, path_.rfind('/') + 1);
    return origin_ + (stays ? path_ : folder.empty() ? "/" : folder) + read;
}

std::string path_of_url(std::string_view url)
{
    const auto read = as_browsers_read(url);
    const auto rest = behind_slashes(read);
    return percent_decoded(rest.substr(std::min(rest.find_first_of("/?#"), rest.size())));
}

bool add_links_of_text(std::string_view text, std::size_t most, std::vector<Message::Link>& links)
{
    AddressSearch search{text};
    for (std::size_t at = 0; (at = search.next(at)) != std::string_view::npos;) {
        const auto url = until_end(text.substr(at));
        const bool bare = starts_ignoring_case(url, "www.");
        auto host = host_of_url(bare ? "http://" + std::string{url} : std::string{url});
        at += std::max<std::size_t>(url.size(), 4);
        if (host.empty()) continue;
        if (links.size() >= most) return false;
        links.push_back({kept_url(url), std::move(host), {}});
    }
    return true;
}

}  // namespace lazaret::filter
