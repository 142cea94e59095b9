#pragma once

#include <tl/expected.hpp>

namespace lazaret {

/// An answer about *input*: a `T`, or why not. `Why` is a small enum of the function's own, so a
/// caller can switch over every reason. Only what std::expected has too may be used, so that this
/// alias can become it. This is the one file that names tl::.
template <class T, class Why>
using Result = tl::expected<T, Why>;

/// The failing half of a Result: `return because(AddressFault::NoDomain);`
template <class Why>
[[nodiscard]] tl::unexpected<Why> because(Why why)
{
    return tl::unexpected<Why>{why};
}

}  // namespace lazaret
