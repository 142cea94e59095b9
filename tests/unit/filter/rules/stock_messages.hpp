#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lazaret::filter::rules {

/// A message written for tests, with the stock rules that it must hit and those it must not.
struct StockMessage {
    std::string file;
    std::string name;
    std::vector<std::string> hits;
    std::vector<std::string> misses;
    std::string bytes;
};

/// The messages of `tests/unit/filter/rules/stock_rules`; its README.md says how they are written.
/// Fails the running test when a file is not as it says.
std::vector<StockMessage> stock_messages();

}  // namespace lazaret::filter::rules
