#pragma once

#include <optional>
#include <string_view>

namespace lazaret::filter {

/// What a style attribute says about being seen. Senders hide text from readers by all of it, and
/// by `visibility`, which hides nothing here: whole families of mail programs do not know it.
struct Visibility {
    std::optional<bool> no_display;  ///< the element and all in it
    std::optional<bool> no_size;     ///< letters of no size, until an element within gives them one
};

/// Reads the declarations of a style attribute (CSS Syntax 3, 5.4.4), as far as they matter here.
///
/// A declaration in a string, a comment or brackets is none; the last of a property counts, but
/// for `!important`. Where a browser knows more (escapes, the shorthand `font`), it counts as said
/// that the text is seen: to be read is of no use to who hides words from a filter.
Visibility visibility_of(std::string_view style);

}  // namespace lazaret::filter
