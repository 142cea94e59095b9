#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "milter/filter/rules/meta_order.hpp"

namespace lazaret::filter::rules {

/// The metas of a book, ready to be worked out again and again.
///
/// A message hits few of the rules, so most metas have the value that they have when nothing hits:
/// it is known beforehand, and only those are evaluated that ask for a rule which has another one.
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

    /// The indexes of all that this rule asks for; none if it is no meta.
    [[nodiscard]] std::span<const std::uint32_t> names_of(std::uint32_t rule) const;

private:
    static constexpr std::uint32_t no_meta = static_cast<std::uint32_t>(-1);

    /// The metas that ask for a value.
    [[nodiscard]] std::span<const std::uint32_t> asking_for(std::size_t value) const;

    std::vector<Meta> metas_;
    std::vector<std::uint32_t> at_;           ///< by value: which meta it is
    std::vector<double> quiet_;               ///< by value: when nothing hits
    std::vector<std::uint32_t> never_quiet_;  ///< the metas that hit then
    std::vector<std::uint32_t> asking_;       ///< those that ask for the first value, and so on
    std::vector<std::size_t> asking_end_;     ///< by value: where its own end there
};

}  // namespace lazaret::filter::rules
