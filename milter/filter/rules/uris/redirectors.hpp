#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret::filter::rules {

/// The addresses that lead on to another one inside them, from `redirector_pattern` lines.
///
/// Never changes once filled; threads may share it if they may share what they were given.
class Redirectors {
public:
    /// The part of an address that a pattern's first group matched (a view into the address), if
    /// the pattern matches and the group took part.
    using Finder = std::function<std::optional<std::string_view>(std::string_view address)>;

    /// `pattern` and `flags` are the expression that `find` answers for: the longest text that
    /// every match must hold is read from them, and `find` is spared all addresses without it.
    void add(std::string_view pattern, std::string_view flags, Finder find);

    /// Where `address` leads on to: the first pattern's answer that has a dot; empty when none has.
    [[nodiscard]] std::string_view target_of(std::string_view address) const;

private:
    struct Redirector {
        std::string needle;  // small letters; empty: none is known
        std::vector<std::uint16_t>
            pairs;  // of its neighbouring letters, as pairs_of() numbers them
        Finder find;
    };
    std::vector<Redirector> all_;
};

/// The longest text, in small letters, that everything that matches the expression holds (any
/// case); empty when none is sure. Reads only what is simple, and gives up on the rest.
std::string text_needed_by(std::string_view pattern, std::string_view flags);

}  // namespace lazaret::filter::rules
