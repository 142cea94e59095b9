#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/rendering/html_facts.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"

namespace lazaret::filter::rules {

/// Where an address came from when it was no HTML element; bits above those of UriElement.
enum class UriOrigin : std::uint32_t {
    Parsed = 1U << 16U,      ///< found in text
    Schemeless = 1U << 17U,  ///< in text, without a scheme
    Unlinked = 1U << 18U,    ///< in text, as a bare host: mail programs make no link of it
    Domainkeys = 1U << 19U,  ///< the domain of a signature
    Nocanon = 1U << 20U,     ///< its other forms were not looked for
    Noclean = 1U << 21U      ///< `uri` rules do not see it
};

/// The names, as `uri_detail` rules match them (`type`), of the bits of UriElement and UriOrigin.
std::vector<std::string_view> names_of_types(std::uint32_t types);

/// One address of the message's text, HTML, or signatures, as `uri` and `uri_detail` rules see it.
struct UriDetail {
    std::string raw;                            ///< as written; in text, with its scheme added
    std::uint32_t types = 0;                    ///< bits of UriElement and UriOrigin
    std::vector<std::string> cleaned;           ///< it, and what it becomes without obfuscation
    std::vector<std::string_view> anchor_text;  ///< views into the HtmlFacts
    std::vector<HostAndDomain> hosts;           ///< of the cleaned forms, each once

    [[nodiscard]] bool is(UriOrigin origin) const
    {
        return (types & static_cast<std::uint32_t>(origin)) != 0;
    }
    [[nodiscard]] bool is(UriElement element) const
    {
        return (types & static_cast<std::uint32_t>(element)) != 0;
    }
};

/// All addresses of a message, in the order in which they were first seen: text, HTML, signatures.
///
/// Moves and does not copy, for `list` points into `details`.
struct Uris {
    Uris() = default;
    Uris(Uris&&) = default;
    Uris& operator=(Uris&&) = default;
    Uris(const Uris&) = delete;
    Uris& operator=(const Uris&) = delete;
    ~Uris() = default;

    std::vector<UriDetail> details;
    std::vector<std::string_view>
        list;                    ///< what `uri` rules match: each form of each address, once
    bool has_truncated = false;  ///< one was longer than 8,192 bytes (check_uri_truncated)
    bool has_more = false;       ///< UriSettings' limits were reached: the rest is left out
};

}  // namespace lazaret::filter::rules
