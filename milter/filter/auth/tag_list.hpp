#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret::filter::auth {

/// One `name=value` of a tag list; views into the text that was read.
struct Tag {
    std::string_view name;   ///< as written: names are compared with their case
    std::string_view value;  ///< without blanks around it; may be empty
    std::string_view raw;    ///< all between `=` and the next `;` or the end
};

/// What DKIM signatures and keys, ARC fields and DMARC records are written in (RFC 6376 3.2).
///
/// Borrows the text.
class TagList {
public:
    /// Takes any bytes; none when they are no tag list: a name twice, an empty place between two
    /// semicolons, a control character, or more than 100 tags. Bytes of UTF-8 may stand in values
    /// (RFC 8616). One pass.
    static std::optional<TagList> read(std::string_view text);

    /// In the order in which they are written; never empty.
    [[nodiscard]] const std::vector<Tag>& tags() const noexcept { return tags_; }
    /// The tag of that name, or null.
    [[nodiscard]] const Tag* find(std::string_view name) const noexcept;
    /// The value of the tag of that name; none when it is not there.
    [[nodiscard]] std::optional<std::string_view> value(std::string_view name) const noexcept;

private:
    std::vector<Tag> tags_;
};

/// The parts of a value between its colons, without blanks around them: `h=`, `q=`, `s=`, `t=`.
std::vector<std::string_view> colon_list(std::string_view value);

/// The bytes of a base64 value, in which blanks may stand anywhere; empty when it is none.
std::string base64_value(std::string_view value);

/// The number that a value of 1 to 18 digits is (`l=`, `t=`, `x=`); none for anything else.
std::optional<std::uint64_t> number_value(std::string_view value);

}  // namespace lazaret::filter::auth
