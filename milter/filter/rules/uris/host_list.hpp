#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "milter/filter/rules/uris/text_hash.hpp"
#include "milter/filter/rules/uris/uri_detail.hpp"

namespace lazaret::filter::rules {

/// Hosts and domains of one name, as `enlist_uri_host (NAME)` lines put them together.
class HostList {
public:
    /// Takes a word of such a line: a host, any case, with `!` before it when it is excepted. The
    /// last word for a host counts.
    void enlist(std::string_view word);
    /// Forgets a host (`delist_uri_host`); `!` before it means nothing.
    void delist(std::string_view word);

    /// What the list says of a host, or else of the longest listed domain above it: listed (true)
    /// or excepted (false). An IP address must be listed itself.
    [[nodiscard]] std::optional<bool> verdict(std::string_view host) const;

    /// Whether one of the addresses (but for mailto:) has a listed host: check_uri_host_listed.
    [[nodiscard]] bool has_one_of(const Uris& uris) const;

private:
    std::unordered_map<std::string, bool, TextHash, std::equal_to<>> hosts_;
};

}  // namespace lazaret::filter::rules
