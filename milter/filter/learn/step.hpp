#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/learn/features.hpp"
#include "milter/filter/learn/model.hpp"

namespace lazaret::filter {

/// What one vote changed in a model: kept with the vote, so that it can be taken back.
struct Step {
    /// Bytes of the packed form, at most.
    static constexpr std::size_t packed_most = 16'384;

    struct Move {
        std::uint32_t index = 0;
        std::int16_t by = 0;  ///< times 2^shift of its part, in units of a weight
    };
    /// The weights that all share, or those of one account and its tenant.
    struct Part {
        std::vector<Move> moves;    ///< indices ascending
        std::uint8_t shift = 0;     ///< at most 23
        std::uint32_t squared = 0;  ///< added to what each of these weights has spent
    };

    Label label = Label::Ham;
    Kind kind = Kind::Plain;
    bool is_counted = true;  ///< among the messages that were seen
    Part shared, own;

    /// With a checksum; at most packed_most bytes.
    [[nodiscard]] std::string packed() const;

    /// None when the bytes are damaged or are no step.
    static std::optional<Step> read(std::string_view packed);
};

}  // namespace lazaret::filter
