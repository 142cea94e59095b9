#include "tools/lazaretctl/table.hpp"

#include <algorithm>
#include <numeric>

#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

constexpr std::size_t gap = 2;

/// `cell` filled up to `width`; the last column gets no blanks behind it.
std::string in_place(const std::string& cell, std::size_t width, bool right, bool last)
{
    auto text = cut_to_width(cell, width);
    const std::string blanks(width - std::min(width, display_width(text)), ' ');
    if (right) return blanks + text;
    return last ? text : text + blanks;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_{std::move(columns)} {}

void Table::add(const std::vector<std::string>& cells)
{
    auto& row = rows_.emplace_back();
    for (const auto& cell : cells) row.push_back(harmless_line(cell));
    row.resize(columns_.size());
}

std::vector<std::size_t> Table::widths(std::size_t columns) const
{
    std::vector<std::size_t> wide;
    for (std::size_t at = 0; at < columns_.size(); ++at) {
        auto most = display_width(columns_[at].title);
        for (const auto& row : rows_) most = std::max(most, display_width(row[at]));
        wide.push_back(most);
    }
    if (columns == 0 || wide.empty()) return wide;

    const auto gaps = gap * (wide.size() - 1);
    const auto total = [&] { return std::accumulate(wide.begin(), wide.end(), gaps); };
    while (total() > columns) {
        std::size_t* widest = nullptr;
        for (std::size_t at = 0; at < wide.size(); ++at)
            if (columns_[at].least != 0 && wide[at] > columns_[at].least &&
                (!widest || wide[at] > *widest))
                widest = &wide[at];
        if (!widest) break;  // the terminal is too narrow; it wraps
        --*widest;
    }
    return wide;
}

std::string Table::text(std::size_t columns) const
{
    const auto wide = widths(columns);
    std::string out;
    const auto line = [&](auto&& cell_at) {
        std::string text;
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            if (at > 0) text.append(gap, ' ');
            text += in_place(cell_at(at), wide[at], columns_[at].right, at + 1 == columns_.size());
        }
        text.erase(text.find_last_not_of(' ') + 1);
        out += text + '\n';
    };
    line([&](std::size_t at) -> const std::string& { return columns_[at].title; });
    for (const auto& row : rows_)
        line([&](std::size_t at) -> const std::string& { return row[at]; });
    return out;
}

}  // namespace lazaret::tools
