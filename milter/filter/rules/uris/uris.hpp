#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "milter/filter/rules/rendering/html_facts.hpp"
#include "milter/filter/rules/uris/redirectors.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"
#include "milter/filter/rules/uris/uri_detail.hpp"

namespace lazaret::filter::rules {

/// What of a message holds addresses. Only the HtmlFacts must outlive the Uris made of it.
struct UriSources {
    std::span<const std::string_view> paragraphs;  ///< Rendering::body
    std::span<const HtmlFacts* const> html;        ///< Rendering::all_html
    /// Values of the fields DomainKey-Signature, then DKIM-Signature.
    std::span<const std::string_view> signatures;
    std::span<const std::string> attached{};  ///< addresses that attachments link to
};

struct UriSettings {
    Redirectors redirectors;             ///< redirector_pattern
    bool reads_signatures = true;        ///< parse_dkim_uris
    std::size_t most = 10'000;           ///< addresses that are kept; of the text half of it
    std::size_t most_bytes = 8'000'000;  ///< of all their forms together
};

/// Finds the addresses of a message.
///
/// Takes any bytes and never throws for them. Time is linear in the sources' size, memory bounded
/// by the settings (some 20 MB at the worst); an ordinary message takes 20 us, 2 us an address.
///
/// SpamAssassin has no such limits; mail that reaches them is hostile, and has_more says so.
Uris uris_of(const UriSources& sources, const UriSettings& settings,
             const RegistryBoundaries& boundaries);

}  // namespace lazaret::filter::rules
