#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace lazaret::filter {

/// Whether decode_transfer() changes what has this Content-Transfer-Encoding.
bool is_encoded(std::string_view encoding);

/// Undoes a Content-Transfer-Encoding (RFC 2045 6; and uuencode), piece by
/// piece, so that a large attachment is never in memory decoded.
///
/// `take` gets each piece and says whether it wants more. Damaged encodings give what can be
/// decoded; an unknown encoding is taken as none.
void decode_transfer(std::string_view raw, std::string_view encoding,
                     const std::function<bool(std::string_view)>& take);

/// The first at most `most` decoded bytes.
std::string decoded_start(std::string_view raw, std::string_view encoding, std::size_t most);

}  // namespace lazaret::filter
