#include "milter/header_edits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/mail/seal.hpp"
#include "base/text.hpp"
#include "milter/filter/authentication_results.hpp"

namespace lazaret::milter {
namespace {

constexpr std::string_view our_family = "X-Lazaret-";
constexpr std::string_view results_field = "Authentication-Results";
constexpr std::size_t line_width = 76;
constexpr std::size_t most_hits_bytes = 2'000;  ///< of X-Lazaret-Hits

bool is_plain_word(std::string_view name)
{
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    });
}

// What stands before the first semicolon, in small letters, without comments, quotes and blanks.
// Readers that are less strict than the grammar take `mx (x).example.org` for a name.
std::string run_together(std::string_view value)
{
    std::string out;
    int comments = 0;
    for (const char c : value.substr(0, value.find(';'))) {
        if (c == '(') ++comments;
        else if (comments > 0) comments -= c == ')';
        else if (std::string_view{" \t\r\n\"\\"}.find(c) == std::string_view::npos) out += c;
    }
    return ascii_lower(out);
}

// RFC 8601 section 5: a field that speaks in our name, and was not written by us. Where no name can
// be read, another reader may still find ours.
bool speaks_as(std::string_view value, const std::string& authserv_id)
{
    const auto id = filter::authserv_id_of(value);
    if (!id) return ascii_lower(value).find(authserv_id) != std::string::npos;
    if (*id == authserv_id) return true;
    const auto name = run_together(value);
    return name.starts_with(authserv_id) &&  // and its version
           name.find_first_not_of("0123456789", authserv_id.size()) == std::string::npos;
}

template <class Takes>
std::vector<HeaderChange> taken_off(std::span<const HeaderField> fields, Takes takes)
{
    std::map<std::string, int> seen;
    std::vector<HeaderChange> changes;
    for (std::size_t place = 0; place < fields.size(); ++place) {
        const auto& field = fields[place];
        const bool ours = starts_ignoring_case(field.name, our_family) ||
                          same_ignoring_case(field.name, results_field);
        if (!ours) continue;  // nothing else is counted: most messages have none of these
        const int occurrence = ++seen[ascii_lower(field.name)];
        if (takes(field, place)) changes.push_back({std::string{field.name}, occurrence, {}});
    }
    std::reverse(changes.begin(), changes.end());
    return changes;
}

}  // namespace

std::vector<HeaderChange> without_forgeries(std::span<const HeaderField> fields,
                                            std::string_view authserv_id,
                                            std::span<const std::size_t> believed)
{
    const auto ours = ascii_lower(authserv_id);
    return taken_off(fields, [&](const HeaderField& field, std::size_t place) {
        if (starts_ignoring_case(field.name, our_family)) return true;
        return !ours.empty() && speaks_as(field.value, ours) &&
               std::ranges::find(believed, place) == believed.end();
    });
}

std::vector<HeaderChange> without_seal(std::span<const HeaderField> fields)
{
    return taken_off(fields, [](const HeaderField& field, std::size_t) {
        return same_ignoring_case(field.name, seal_header);
    });
}

std::string hits_text(std::span<const Hit> hits)
{
    std::string text;
    for (const auto& hit : hits) {
        if (!is_plain_word(hit.name)) continue;
        if (!text.empty()) text += ',';
        text += fmt::format("{}:{:.1f}", hit.name, hit.points);
    }
    return text.empty() ? "-" : text;
}

std::vector<HeaderAddition> fact_fields(double score, std::span<const Hit> hits)
{
    std::vector<HeaderAddition> fields{{"X-Lazaret-Score", fmt::format("{:.2f}", score)}};
    std::string text;
    std::size_t width = std::string_view{"X-Lazaret-Hits: "}.size();
    for (const auto& hit : hits) {
        if (!is_plain_word(hit.name) || text.size() > most_hits_bytes) continue;
        const auto item = fmt::format("{}:{:.1f}", hit.name, hit.points);
        if (!text.empty()) {
            const bool fold = width + item.size() + 2 > line_width;
            text += fold ? ",\n\t" : ", ";
            width = fold ? 8 : width + 2;
        }
        text += item;
        width += item.size();
    }
    if (!text.empty()) fields.push_back({"X-Lazaret-Hits", std::move(text)});
    return fields;
}

MarkedSubject marked_subject(std::span<const HeaderField> fields, std::string_view mark)
{
    const auto found = std::find_if(fields.begin(), fields.end(), [](const auto& field) {
        return same_ignoring_case(field.name, "Subject");
    });
    if (found == fields.end()) return {{}, {{"Subject", std::string{mark}}}};
    const auto old = trimmed(found->value);
    if (old.starts_with(mark)) return {};
    // libmilter wants folds as LF; the bytes have CRLF.
    std::string value = fmt::format("{} {}", mark, old);
    erase_all('\r', value);
    return {{{std::string{found->name}, 1, std::move(value)}}, {}};
}

}  // namespace lazaret::milter
