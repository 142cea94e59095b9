#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "milter/filter/rules/meta_order.hpp"

namespace lazaret::filter::rules {

/// A rule whose value is not known yet.
struct OpenRule {
    std::uint32_t rule;
    Bounds bounds;  ///< of its value; not below 0
};

/// The metas of a book, ready to be worked out again and again.
///
/// A message hits few of the rules, so most metas have the value that they have when nothing hits:
/// it is known beforehand, and only those are evaluated that something can wake. Most metas are 0
/// as long as one certain rule is (`A && (B || C)` without A): that one alone wakes them.
class Metas {
public:
    Metas() = default;

    /// @param ordered  each behind all that it asks for (see ordered_metas).
    /// @param value_count  how many values there are: of all rules, and of nothing.
    Metas(std::vector<Meta> ordered, std::size_t value_count);

    /// Writes the value of each meta to the place of its rule; 1 where it is below 0.
    ///
    /// @param values  those of all other rules, at least 0; 0 where metas are.
    void work_out(std::vector<double>& values) const;

    /// The same, while some rules have no value yet: only those are asked for without which a meta
    /// that is no helper cannot be told.
    ///
    /// @param open  rules that are no metas, each once.
    /// @param answer  gives the value of one of them, and is asked once for each at most.
    /// @param values  0 is left where nobody asked for an open rule, or for a helper that needs
    /// one.
    void work_out(std::vector<double>& values, std::span<const OpenRule> open,
                  const std::function<double(std::uint32_t rule)>& answer) const;

    /// The indexes of all that this rule asks for; none if it is no meta.
    [[nodiscard]] std::span<const std::uint32_t> names_of(std::uint32_t rule) const;

private:
    class Work;
    static constexpr std::uint32_t no_meta = static_cast<std::uint32_t>(-1);

    /// Some metas for each value, in one piece.
    class ByValue {
    public:
        ByValue() = default;
        explicit ByValue(const std::vector<std::vector<std::uint32_t>>& lists);
        [[nodiscard]] std::span<const std::uint32_t> of(std::size_t value) const;

    private:
        std::vector<std::uint32_t> metas_;
        std::vector<std::size_t> ends_;  ///< by value: where its own end
    };

    /// @param values  all open; given back as they were
    [[nodiscard]] std::vector<std::uint32_t> wakers_of(
        const Meta& meta, const std::vector<std::vector<std::uint32_t>>& asking,
        std::vector<double>& values) const;

    std::vector<Meta> metas_;
    std::vector<std::uint32_t> at_;           ///< by value: which meta it is
    std::vector<double> quiet_;               ///< by value: when nothing hits
    std::vector<std::uint32_t> never_quiet_;  ///< the metas that hit then
    ByValue asking_;                          ///< the metas that ask for a value
    ByValue waking_;                          ///< of those, which it wakes
};

}  // namespace lazaret::filter::rules
