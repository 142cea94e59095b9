#pragma once

#include <string>
#include <string_view>

namespace lazaret::filter {

/// Text of format=flowed with DelSp=yes as mail programs show it (RFC 3676 4): a line that ends in
/// a blank goes on, without it, in the next of the same quote depth; a signature's `-- ` does not.
///
/// Without DelSp such lines are left as they are: between them stays a blank, where an address or a
/// word ends as it does at a line end. Lines of `text` end in LF.
std::string joined_lines(std::string_view text);

}  // namespace lazaret::filter
