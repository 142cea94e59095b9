#include "milter/filter/rules/patterns/byte_rarity.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace lazaret::filter::rules {
namespace {

constexpr double most_bits_of_step = 3.5;
constexpr double most_bits_of_gap = 5;

/// Of each byte, roughly, the share in mail.
std::array<double, 256> english_shares()
{
    constexpr std::string_view letters = "etaoinsrhldcumfpgwybvkxjqz";
    constexpr std::array<double, letters.size()> percents{
        9.5, 7,   6.2, 5.8, 5.7, 5.5, 5.1, 5,   3.8, 3.3, 3.2,  2.5, 2.4,
        2,   1.7, 1.7, 1.6, 1.4, 1.4, 1.2, 0.8, 0.6, 0.2, 0.15, 0.1, 0.1};
    constexpr double blank = 0.15;
    constexpr double sign = 0.003;
    constexpr double high = 0.0002;
    constexpr double capitals = 1.0 / 15;
    std::array<double, 256> shares{};
    for (std::size_t byte = 0; byte < shares.size(); ++byte)
        shares[byte] = byte < 128 ? sign : high;
    shares[' '] = blank;
    for (std::size_t at = 0; at < letters.size(); ++at) {
        const auto letter = static_cast<std::size_t>(letters[at]);
        shares[letter] = percents[at] / 100;
        shares[letter - 'a' + 'A'] = shares[letter] * capitals;
    }
    return shares;
}

double share_of(const ByteSet& bytes)
{
    static const auto shares = english_shares();
    double sum = 0;
    for (std::size_t byte = 0; byte < shares.size(); ++byte)
        if (bytes[byte]) sum += shares[byte];
    return std::clamp(sum, 0.0, 1.0);
}

}  // namespace

double bits_of(const ByteStep& step)
{
    const auto bits = std::min(most_bits_of_step, -std::log2(share_of(step.begins)));
    const auto left = share_of(step.goes_on);
    return left > 0 ? bits - std::min(most_bits_of_gap, -std::log2(1 - left)) : bits;
}

double rarity_of(const ByteSequence& sequence)
{
    double bits = 0;
    for (const auto& step : sequence) bits += bits_of(step);
    return std::max(bits, 0.0);
}

double rarity_of(const std::vector<ByteSequence>& sequences)
{
    double sum = 0;
    for (const auto& one : sequences) sum += std::exp2(-rarity_of(one));
    return -std::log2(sum);
}

}  // namespace lazaret::filter::rules
