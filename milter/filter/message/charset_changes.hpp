#pragma once

#include <string>
#include <string_view>

#include "base/text.hpp"

namespace lazaret::filter {

/// How often the charset may still change in texts that are decoded one behind the other: GMime
/// opens a converter for each, a tenth of a millisecond where charsets take turns.
class CharsetChanges {
public:
    explicit CharsetChanges(int most) : left_{most} {}

    /// Whether a text in `charset` may be decoded next.
    bool allow(std::string_view charset)
    {
        if (same_ignoring_case(charset, last_)) return left_ >= 0;
        last_ = charset;
        if (left_ >= 0) --left_;
        return left_ >= 0;
    }

    /// Whether something was not allowed.
    [[nodiscard]] bool exhausted() const noexcept { return left_ < 0; }

private:
    std::string last_;
    int left_;
};

}  // namespace lazaret::filter
