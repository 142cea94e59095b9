#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "milter/filter/rules/uris/registry_boundaries.hpp"

namespace lazaret::filter::rules {

/// An address that a mail program might make a link of.
struct TextAddress {
    enum class Kind : std::uint8_t {
        Scheme,     ///< http:// https:// ftp://, or www. ftp.
        Mail,       ///< somebody@somewhere, or mailto:
        Schemeless  ///< a bare host in a known top-level domain, perhaps with port and path
    };
    Kind kind;
    std::string_view text;  ///< without the punctuation of the sentence it stands in
    std::string_view host;  ///< Schemeless only
};

/// Hands the addresses of one rendered paragraph to `take`, in order, until it says false.
///
/// Byte by byte as SpamAssassin's PerMsgStatus reads text, a blend of what Thunderbird and Outlook
/// Express link. Linear in the text's size whatever it holds; 8 kB take some 13 us.
void find_text_addresses(std::string_view text, const RegistryBoundaries& boundaries,
                         const std::function<bool(const TextAddress&)>& take);

}  // namespace lazaret::filter::rules
