#include "portal/account/list_csv.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::portal;

namespace {

// `kind sender list until comment`, parted by `|`, a line each.
std::string shown(const std::vector<WrittenEntry>& entries)
{
    std::string text;
    for (const auto& one : entries)
        text += one.kind + '|' + one.sender + '|' + one.list_id + '|' + one.until + '|' +
                one.comment + '\n';
    return text;
}

}  // namespace

TEST_CASE("tables of list entries are read", "[portal]")
{
    struct Row {
        std::string text, entries;
    };
    const auto row = GENERATE(values<Row>({
        {"", ""},
        {"\r\n\r\n", ""},
        {"ada@example.org\nbob@example.org", "deny|ada@example.org|||\ndeny|bob@example.org|||\n"},
        {"kind,sender\r\nAllow,a@b.example\r\n", "allow|a@b.example|||\n"},
        {"\xEF\xBB\xBFsender;until\na@b.example;2099-01-01\n", "deny|a@b.example||2099-01-01|\n"},
        {"comment,sender\n\"a, \"\"b\"\"\nc\",x.example\n", "deny|x.example|||a, \"b\"\nc\n"},
        {"comment,sender\n'=1,x.example\n", "deny|x.example|||=1\n"},
        {"comment,sender\n'tis,x.example\n", "deny|x.example|||'tis\n"},
        {"kind,sender\nwarn,x.example", "warn|x.example|||\n"},
        {"sender,extra\na.example,1,2,3\n", "deny|a.example|||\n"},
        {"\"a.example", "deny|a.example|||\n"},
        {"sender,list_id,kind\nx.example,<News.x>,newsletter", "newsletter|x.example|<News.x>||\n"},
    }));
    INFO(row.text);
    CHECK(shown(read_csv(row.text, "deny", 100)) == row.entries);
}

TEST_CASE("a table is read up to a bound", "[portal]")
{
    std::string text;
    for (int line = 0; line < 1000; ++line) text += "a.example\n";
    CHECK(read_csv(text, "deny", 200).size() == 200);
}

TEST_CASE("what a spreadsheet takes for a formula is quoted", "[portal]")
{
    store::ListedEntry listed;
    listed.entry.sender = parse_sender_pattern("ada@example.org").value();
    listed.comment = "=SUM(A1)";
    CHECK(csv_of({listed}) ==
          "kind,sender,list_id,until,comment,proof,address\r\n"
          "allow,ada@example.org,,,'=SUM(A1),any,\r\n");
    listed.comment.clear();
    listed.entry.owner = Owner::address("eve@example.org");
    CHECK(csv_of({listed}).ends_with("allow,ada@example.org,,,,any,eve@example.org\r\n"));
}
