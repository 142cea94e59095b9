#pragma once

#include <gumbo.h>

#include <span>
#include <string_view>

namespace lazaret::filter {

// What the sanitiser lets through. Private to it.

/// An element that stays. What neither stays nor is dropped goes, but its content stays.
bool is_kept(GumboTag tag);

/// An element that goes with all it holds.
bool is_dropped(GumboTag tag);

/// An element that stays and has neither content nor end tag.
bool is_void(GumboTag tag);

/// An attribute that stays on any element that stays, when its value is one of these.
struct AttributeRule {
    const char* name;
    bool (*is_good)(std::string_view value);
};
std::span<const AttributeRule> kept_attributes();

/// A width or height in an attribute.
bool is_length(std::string_view text);

/// What a Content-ID may hold to be repeated in an attribute.
bool is_plain_content_id(std::string_view id);

}  // namespace lazaret::filter
