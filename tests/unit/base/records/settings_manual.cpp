#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/records/actions.hpp"
#include "base/records/settings.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/has.hpp"

// lazaretctl(1) has a table of the settings, and says what each action does: both in the words of
// the program, for what `lazaretctl settings list` prints.

using namespace lazaret;

namespace {

/// An item of the section, as the manual page's source has it.
struct Item {
    std::string head;  ///< behind `.It Cm `
    std::string text;  ///< the lines below it, as one; it begins with a small letter
};

std::vector<Item> items_of_manual()
{
    std::ifstream page{std::string{LAZARET_SOURCE_DIR} + "/debian/man/lazaretctl.1"};
    REQUIRE(page);
    std::vector<Item> items;
    std::string line;
    bool is_here = false;
    while (std::getline(page, line)) {
        if (line.starts_with(".Ss ")) is_here = line == ".Ss Settings";
        if (!is_here) continue;
        constexpr std::string_view item = ".It Cm ";
        if (line.starts_with(item)) {
            items.push_back({line.substr(item.size()), ""});
        } else if (!items.empty() && !line.starts_with('.')) {
            auto& text = items.back().text;
            if (text.empty()) line.front() |= ' ';
            text += (text.empty() ? "" : " ") + line;
        }
    }
    return items;
}

}  // namespace

TEST_CASE("the manual page has every setting and every action, in the program's words",
          "[settings]")
{
    std::vector<Item> wanted;
    for (const auto& row : all_settings()) {
        const bool is_action = row.name.starts_with("action.");
        wanted.push_back({row.name + (row.standard.empty() ? "" : " No = Li " + row.standard),
                          row.sentence + (is_action ? "." : ". May be: " + row.values + ".")});
    }
    for (const auto& row : all_actions())
        wanted.push_back({std::string{row.token}, std::string{row.sentence} + "."});

    const auto items = items_of_manual();
    std::string heads;
    std::string wanted_heads;
    for (const auto& item : items) heads += item.head + "\n";
    for (const auto& item : wanted) wanted_heads += item.head + "\n";
    REQUIRE(heads == wanted_heads);
    for (std::size_t at = 0; at < wanted.size(); ++at) {
        INFO(wanted[at].head << ": " << wanted[at].text);
        CHECK(items[at].text.starts_with(wanted[at].text));
    }
}

TEST_CASE("each action says what it does, and only mail that nobody scanned may come later",
          "[settings]")
{
    for (const auto& row : all_actions()) {
        CHECK_FALSE(row.sentence.empty());
        CHECK(action_of(row.token) == row.id);
    }
    for (const auto& row : all_settings()) {
        if (!row.name.starts_with("action.")) continue;
        CHECK(test::has(row.values, "refuse-keep, discard"));
        CHECK(test::has(row.values, "later") == (row.name == "action.unscanned"));
    }
}
