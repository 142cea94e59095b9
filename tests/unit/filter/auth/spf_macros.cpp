#include "milter/filter/auth/spf_macros.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace lazaret::filter::auth {
namespace {

/// RFC 7208 7.3, word for word: split, turned around, cut, put together with dots.
std::string as_written(std::string_view value, std::size_t parts, bool is_reversed,
                       std::string_view delimiters)
{
    std::vector<std::string> all{""};
    for (const char c : value) {
        if (delimiters.find(c) == delimiters.npos) all.back() += c;
        else all.emplace_back();
    }
    if (is_reversed) std::ranges::reverse(all);
    std::string out;
    for (auto at = all.size() - std::min(all.size(), parts); at < all.size(); ++at)
        out += all[at] + (at + 1 < all.size() ? "." : "");
    return out;
}

std::string expanded(const std::string& macro, const std::string& value)
{
    return expand_explanation(macro, [&](char) { return std::optional{value}; }).value();
}

}  // namespace

TEST_CASE("macros are transformed as the standard says", "[spf]")
{
    std::mt19937 random{7};
    constexpr std::string_view alphabet = "ab.-+";
    for (int round = 0; round < 5'000; ++round) {
        std::string value;
        for (auto length = random() % 9; length > 0; --length)
            value += alphabet[random() % alphabet.size()];
        const std::size_t parts = random() % 6;  // 0: all
        const bool is_reversed = random() % 2 == 0;
        const std::string delimiters = random() % 2 == 0 ? "" : "-+";
        const auto macro = fmt::format("%{{l{}{}{}}}", parts == 0 ? "" : std::to_string(parts),
                                       is_reversed ? "r" : "", delimiters);
        CAPTURE(value, macro);
        CHECK(expanded(macro, value) == as_written(value, parts == 0 ? SIZE_MAX : parts,
                                                   is_reversed,
                                                   delimiters.empty() ? "." : delimiters));
    }
}

TEST_CASE("a macro for nothing stands for nothing, however long the value is", "[spf]")
{
    const std::string hyphens(100'000, '-');
    CHECK(expanded("%{l1-}", hyphens).empty());
    CHECK(expanded("%{l1r-}", hyphens).empty());
    CHECK(expanded("%{l3-}", hyphens) == "..");
}

}  // namespace lazaret::filter::auth
