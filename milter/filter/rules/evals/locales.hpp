#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lazaret::filter::rules {

/// Which charsets the readers of a site expect, from `ok_locales`: `all`, or languages (`ja ko
/// ru`).
class ExpectedCharsets {
public:
    /// All are.
    ExpectedCharsets() = default;
    /// @param locales  the value of `ok_locales`; empty or with `all` in it: all are expected.
    explicit ExpectedCharsets(std::string_view locales);

    [[nodiscard]] bool are_all() const noexcept { return all_; }

    /// Whether a charset, as written in a message, is of one of the locales, or one of the Latin
    /// and Unicode ones that everybody uses.
    [[nodiscard]] bool has(std::string_view charset) const;

private:
    bool all_ = true;
    std::vector<std::string> locales_;  ///< the first two letters
};

/// The charset that a Content-Type value names, as written; empty when it names none.
std::string_view charset_in(std::string_view content_type);

/// Whether the 7-bit bytes of that charset look like capitals to a program that does not decode
/// them.
bool looks_like_capitals(std::string_view charset);

/// Whether one of the encoded words (RFC 2047) of a raw field is in a charset nobody expects.
bool has_faraway_word(std::string_view field, const ExpectedCharsets& expected);

}  // namespace lazaret::filter::rules
