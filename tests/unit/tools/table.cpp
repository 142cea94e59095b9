#include "tools/lazaretctl/table.hpp"

#include "tests/support/catch.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

using namespace lazaret::tools;

namespace {

Table mail_table()
{
    Table table{{{"ID"}, {"SCORE", true}, {"FROM", false, 8}, {"SUBJECT", false, 10}}};
    table.add({"abc123", "7.4", "Bob <bob@example.org>", "Your parcel is waiting at the depot"});
    table.add({"def456", "12.0", "請求書 <a@example.com>", "\x1b[2Jhi"});
    return table;
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

}  // namespace

TEST_CASE("a table stands in columns", "[table]")
{
    CHECK(mail_table().text(0) ==
          "ID      SCORE  FROM                    SUBJECT\n"
          "abc123    7.4  Bob <bob@example.org>   Your parcel is waiting at the depot\n"
          "def456   12.0  請求書 <a@example.com>  \\x1b[2Jhi\n");
}

TEST_CASE("a table keeps within the terminal, as far as columns may be cut", "[table]")
{
    const auto columns =
        GENERATE(std::size_t{37}, std::size_t{50}, std::size_t{71}, std::size_t{200});
    for (const auto& line : lines_of(mail_table().text(columns)))
        CHECK(display_width(line) <= columns);
    // ID and SCORE are never cut: with less room than the least widths, lines are longer.
    CHECK(lines_of(mail_table().text(5)).at(1).starts_with("abc123    7.4  Bob <bo…"));
}

TEST_CASE("a table without rows has its titles", "[table]")
{
    const Table table{{{"ID"}, {"SUBJECT", false, 10}}};
    CHECK(table.empty());
    CHECK(table.text(80) == "ID  SUBJECT\n");
}
