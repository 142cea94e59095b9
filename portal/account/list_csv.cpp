#include "portal/account/list_csv.hpp"

#include <algorithm>
#include <array>

#include "base/clock.hpp"
#include "base/text.hpp"

namespace lazaret::portal {
namespace {

constexpr std::array<std::string_view, 7> names = {"kind",    "sender", "list_id", "until",
                                                   "comment", "proof",  "address"};
constexpr std::string_view formula_begins = "=+-@\t\r";

bool is_formula(std::string_view text)
{
    return !text.empty() && formula_begins.find(text.front()) != std::string_view::npos;
}

std::string cell(std::string_view text)
{
    // Of what strangers wrote nothing is to be calculated by whoever opens the table.
    const std::string guard = is_formula(text) ? "'" : "";
    if (text.find_first_of(",;\"\r\n") == std::string_view::npos) return guard + std::string{text};
    std::string quoted = "\"" + guard;
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

// Takes one cell off the front; `last` says whether it ended its line.
std::string take_cell(std::string_view& text, bool& last)
{
    std::string value;
    bool quoted = !text.empty() && text.front() == '"';
    if (quoted) text.remove_prefix(1);
    while (!text.empty()) {
        const char c = text.front();
        if (quoted && c == '"' && text.substr(0, 2) != "\"\"") {
            quoted = false;
        } else if (!quoted && (c == ',' || c == ';' || c == '\n')) {
            break;
        } else if (quoted || c != '\r') {
            value += c;
            if (quoted && c == '"') text.remove_prefix(1);
        }
        text.remove_prefix(1);
    }
    last = text.empty() || text.front() == '\n';
    if (!text.empty()) text.remove_prefix(1);
    return std::string{trimmed(value)};
}

std::vector<std::string> take_line(std::string_view& text)
{
    std::vector<std::string> cells;
    bool last = false;
    while (!last) cells.push_back(take_cell(text, last));
    return cells;
}

// Which column each name stands in; empty when the line has no `sender`.
std::vector<std::string> heads(const std::vector<std::string>& line)
{
    std::vector<std::string> found;
    for (const auto& one : line) found.push_back(ascii_lower(one));
    const bool has_sender = std::find(found.begin(), found.end(), "sender") != found.end();
    return has_sender ? found : std::vector<std::string>{};
}

WrittenEntry entry_in(const std::vector<std::string>& line, const std::vector<std::string>& columns,
                      std::string_view usual_kind)
{
    WrittenEntry entry{std::string{usual_kind}, {}, {}, {}, {}};
    for (std::size_t at = 0; at < std::min(line.size(), columns.size()); ++at) {
        if (columns[at] == "sender") entry.sender = line[at];
        else if (columns[at] == "kind" && !line[at].empty()) entry.kind = ascii_lower(line[at]);
        else if (columns[at] == "list_id") entry.list_id = line[at];
        else if (columns[at] == "until") entry.until = line[at];
        else if (columns[at] == "comment") entry.comment = line[at];
        else if (columns[at] == "proof") entry.proof = ascii_lower(line[at]);
        else if (columns[at] == "address") entry.address = line[at];
    }
    for (auto* text : {&entry.sender, &entry.list_id, &entry.comment, &entry.address})
        if (text->starts_with('\'') && is_formula(std::string_view{*text}.substr(1)))
            text->erase(0, 1);
    return entry;
}

}  // namespace

std::string csv_of(const std::vector<store::ListedEntry>& entries)
{
    std::string text;
    for (const auto name : names) text += std::string{text.empty() ? "" : ","} + std::string{name};
    text += "\r\n";
    for (const auto& listed : entries) {
        const auto& entry = listed.entry;
        const auto until =
            entry.expires ? day_text(std::chrono::floor<std::chrono::days>(*entry.expires)) : "";
        // A domain is read as the same without its @, which looks like a formula.
        const auto sender = std::string_view{entry.sender.text}.substr(
            entry.sender.form == SenderPattern::Form::Domain ? 1 : 0);
        const auto address =
            entry.owner.level == Level::Address ? cell(entry.owner.name) : std::string{};
        text += std::string{token(entry.kind)} + ',' + cell(sender) + ',' + cell(entry.list_id) +
                ',' + until + ',' + cell(listed.comment) + ',' + cell(entry.proof.text()) + ',' +
                address + "\r\n";
    }
    return text;
}

std::vector<WrittenEntry> read_csv(std::string_view text, std::string_view usual_kind,
                                   std::size_t most)
{
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::vector<std::string> columns = {"sender"};
    std::vector<WrittenEntry> entries;
    bool is_first = true;
    while (!text.empty() && entries.size() < most) {
        const auto line = take_line(text);
        const auto head = is_first ? heads(line) : std::vector<std::string>{};
        is_first = false;
        if (!head.empty()) columns = head;
        else if (line.size() > 1 || !line.front().empty())
            entries.push_back(entry_in(line, columns, usual_kind));
    }
    return entries;
}

}  // namespace lazaret::portal
