#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "milter/filter/rules/patterns/pattern.hpp"

namespace lazaret::filter::rules {

/// One compiled expression, for single texts (PCRE2 with JIT and match limits).
///
/// Threads may share it. A match that passes its limits counts as none, and is counted: to match or
/// count costs some milliseconds at most, whatever pattern and text are, and some for each megabyte
/// of a text.
class Expression {
public:
    /// Part of a subject; a group that took no part has `npos` at both ends.
    struct Part {
        std::size_t begin;
        std::size_t end;
    };

    /// @return the expression, or PCRE2's complaint with the place.
    static Result<Expression, std::string> compile(const Pattern& pattern);

    [[nodiscard]] bool matches(std::string_view subject) const;

    /// Whether it is known not to match: not where a match was given up.
    [[nodiscard]] bool misses(std::string_view subject) const;

    /// The first match at or behind `from`; parts[0] is the whole of it.
    bool find(std::string_view subject, std::size_t from, std::vector<Part>& parts) const;

    /// How often it matches, one match behind the other as Perl's /g finds them, up to `most`; no
    /// more than were found within the limits.
    [[nodiscard]] std::uint32_t count(std::string_view subject, std::uint32_t most) const;

    /// The names of its groups, with their numbers.
    [[nodiscard]] std::vector<std::pair<std::string, std::size_t>> group_names() const;

    /// How many matches, of all expressions, this thread has given up for their limits.
    [[nodiscard]] static std::uint64_t given_up_here() noexcept;

private:
    struct Compiled;
    explicit Expression(std::shared_ptr<Compiled> compiled) : compiled_{std::move(compiled)} {}
    std::shared_ptr<Compiled> compiled_;
};

}  // namespace lazaret::filter::rules
