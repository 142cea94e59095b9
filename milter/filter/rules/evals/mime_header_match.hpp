#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "milter/filter/rules/language/rule.hpp"
#include "milter/filter/rules/patterns/expression.hpp"
#include "milter/filter/rules/rendering/mime_part.hpp"

namespace lazaret::filter::rules {

/// Which parts a `mimeheader` rule looks at, and how (`tflags range=2-5 concat`).
struct MimeHeaderScope {
    std::size_t first = 0;  ///< the message itself is 1
    std::size_t last = 1'000;
    bool joined = false;  ///< the fields of all parts are one text
};

/// What `mimeheader` rules look at in a part: the last field of a name, or all of them.
struct MimeHeaderField {
    std::string name;  ///< ALL: all of them
    bool raw = false;  ///< as written

    static MimeHeaderField of(std::string_view query);
    bool operator==(const MimeHeaderField&) const = default;

    /// Of each part; none where it has no such field.
    using Values = std::vector<std::optional<std::string>>;
    [[nodiscard]] Values values(std::span<const MimePart> parts) const;
};

/// The test of a `mimeheader` rule, its pattern compiled.
class MimeHeaderMatch {
public:
    /// @return the test, or what is wrong with its pattern.
    static Result<MimeHeaderMatch, std::string> compile(const HeaderTest& test,
                                                        const MimeHeaderScope& scope = {});

    /// How often it hits, at most `most_hits` times: within the first part that it hits at all, of
    /// those that were looked at in some 20 ms.
    ///
    /// A negated one hits always, for SpamAssassin 4.0.1 takes no match of its pattern into
    /// account.
    /// @param values  of the rule's field, by part
    [[nodiscard]] unsigned hits(const MimeHeaderField::Values& values, unsigned most_hits) const;

private:
    MimeHeaderMatch(Expression expression, const HeaderTest& test, const MimeHeaderScope& scope);

    [[nodiscard]] unsigned hits_in(std::string_view text, unsigned most_hits) const;

    Expression expression_;
    bool negated_ = false;
    bool matches_nothing_;  ///< the empty text: what most parts have of most fields
    std::string if_unset_;
    MimeHeaderScope scope_;
};

}  // namespace lazaret::filter::rules
