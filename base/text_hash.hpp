#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace lazaret {

/// Hashes texts by a secret of this process (SipHash-2-4), for tables whose keys strangers choose:
/// with a hash that everybody knows, 10,000 links that fall into one bucket take two seconds. Not
/// the same in two processes, so nothing that is stored or sent may depend on it.
///
/// Without noexcept, libstdc++ keeps what this gives in place of working it out once more for all
/// that stand in one bucket.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
};

/// Hash tables of strings that are asked by `std::string_view`.
using TextSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;
template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

/// Of texts that live elsewhere, and longer.
using TextViewSet = std::unordered_set<std::string_view, TextHash>;

}  // namespace lazaret
