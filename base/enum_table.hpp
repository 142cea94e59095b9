#pragma once

#include <cstddef>

namespace lazaret {

/// Whether a table has one row for each of `count` values of an enum, in the order of the enum: the
/// row of a value, which its member `id` names, is then found by the value's number.
template <class Table>
consteval bool in_enum_order(const Table& table, std::size_t count)
{
    for (std::size_t at = 0; at < table.size(); ++at)
        if (static_cast<std::size_t>(table[at].id) != at) return false;
    return table.size() == count;
}

}  // namespace lazaret
