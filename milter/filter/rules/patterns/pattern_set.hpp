#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lazaret::filter::rules {

/// A regular expression of a rule, as Perl would read it (`qr/.../aa`, bytes): its text without
/// delimiters, and its flags, of `imsxngo`.
struct Pattern {
    std::string text;
    std::string flags;

    bool operator==(const Pattern&) const = default;
};

/// Reads `/.../flags`, `m{...}flags`, `qr(...)flags`, as rule files write them. @return the pattern,
/// or a sentence that says what is wrong with it.
Result<Pattern, std::string> read_pattern(std::string_view text);

/// One compiled expression, for single texts (PCRE2 with JIT and match limits).
///
/// Threads may share it. A match that passes its limits counts as none, and is counted.
class Expression {
public:
    /// @return the expression, or PCRE2's complaint with the place.
    static Result<Expression, std::string> compile(const Pattern& pattern);

    /// Bounds of a match and of its groups in the subject; `npos` where a group took no part.
    struct Match {
        struct Part {
            std::size_t begin;
            std::size_t end;
        };
        std::vector<Part> parts;  ///< [0]: the whole
    };

    [[nodiscard]] bool matches(std::string_view subject) const;
    /// The first match at or behind `from`, if any; nothing is allocated when there is none.
    bool find(std::string_view subject, std::size_t from, Match& match) const;

    /// How often a match was given up for its limits since it was made.
    [[nodiscard]] std::uint64_t given_up() const noexcept;

private:
    struct Compiled;
    std::shared_ptr<const Compiled> compiled_;
};

/// One pattern of a set, and what the set is asked of it.
struct SetMember {
    Pattern pattern;
    std::size_t most_hits = 1;     ///< 1: whether; else how often, up to that number
    bool skips_first = false;      ///< not matched against the first text (tflags nosubject)
};

/// Many patterns that look at the same texts, in one pass (Hyperscan; PCRE2 where it is not
/// compiled in, or its compiled form is not there yet, and for what Hyperscan cannot express).
///
/// The answer is always Perl's: which member matches which text, each text by itself. What
/// Hyperscan only guesses is confirmed by PCRE2. Threads may share a set; each brings a Scratch.
class PatternSet {
public:
    class Scratch;  ///< a thread's own working memory

    /// Hits of one scan: how often each member matched, 0 to its `most_hits`, by its index.
    using Counts = std::vector<std::uint32_t>;

    void scan(std::span<const std::string_view> texts, Scratch& scratch, Counts& counts) const;
};

}  // namespace lazaret::filter::rules
