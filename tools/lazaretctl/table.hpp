#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lazaret::tools {

/// Columns of text for a terminal. Cells are strangers' text as often as not: what is added is
/// made harmless here (see terminal_text.hpp), so a table cannot be forgotten.
class Table {
public:
    struct Column {
        std::string title;
        bool right = false;     ///< numbers stand at the right
        std::size_t least = 0;  ///< may be cut down to so many columns; 0: never cut
    };

    explicit Table(std::vector<Column> columns);

    /// One cell a column.
    void add(const std::vector<std::string>& cells);

    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

    /// The titles and all rows, each with a line end. When a row would be wider than `columns`,
    /// the columns that may be cut are cut, the widest first; 0 means that nothing is cut.
    [[nodiscard]] std::string text(std::size_t columns) const;

private:
    [[nodiscard]] std::vector<std::size_t> widths(std::size_t columns) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace lazaret::tools
