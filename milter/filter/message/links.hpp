#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/message/message.hpp"

namespace lazaret::filter {

/// The host that a browser would go to for `url`: small letters, an IDN as xn--. Empty when the
/// URL has none (mailto:, javascript:, a path). Reads as leniently as browsers do: blanks and line
/// ends inside are skipped, backslashes are slashes, `//host` counts, user names are dropped.
std::string host_of_url(std::string_view url);

/// What stands behind the host, read in the same way: path and query, `%2F` and the like decoded.
/// Empty when there is none.
std::string path_of_url(std::string_view url);

/// What `<base href>` says: the address that those of links are relative to.
class BaseUrl {
public:
    BaseUrl() = default;
    explicit BaseUrl(std::string_view href);

    /// Whether it says nothing: it is no address of the web.
    [[nodiscard]] bool empty() const { return origin_.empty(); }

    /// The whole address that a browser would go to for `url` (WHATWG URL 4.4); `.` and `..` stay
    /// in it. `url` itself when that is whole already.
    [[nodiscard]] std::string with(std::string_view url) const;

private:
    std::string scheme_;  ///< with its colon
    std::string origin_;  ///< scheme and host
    std::string path_;    ///< without query and fragment
};

/// Adds the addresses (http, https, www.) that stand in plain text, until `most` links are there.
/// @return false when there were more.
bool add_links_of_text(std::string_view text, std::size_t most, std::vector<Message::Link>& links);

/// What is kept of a link's address: what was written; of a longer one 2,000 bytes, in which its
/// host has nothing around it but the scheme and the path, whatever stood before.
std::string kept_url(std::string_view url);

}  // namespace lazaret::filter
