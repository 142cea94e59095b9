#include "tests/unit/filter/rules/stock_messages.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {
namespace {

struct Field {
    std::string name;  ///< in small letters
    std::string text;  ///< all of it, with its last line feed
};

struct Parts {
    std::vector<Field> fields;
    std::string body;
    bool has_body = false;
};

/// How a message is written, before the usual fields are added.
struct Draft {
    StockMessage message;
    std::set<std::string> without;
    std::string text;
};

std::string in_small_letters(std::string_view text)
{
    std::string small{text};
    for (auto& c : small)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return small;
}

/// Takes the first line off, without its line feed.
std::string_view take_line(std::string_view& text)
{
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

Parts parts_of(std::string_view text)
{
    Parts parts;
    while (!text.empty()) {
        const auto line = take_line(text);
        if (line.empty()) {
            parts.has_body = true;
            parts.body = text;
            break;
        }
        const bool is_continued = line.front() == ' ' || line.front() == '\t';
        if (!is_continued || parts.fields.empty())
            parts.fields.push_back({in_small_letters(line.substr(0, line.find(':'))), {}});
        parts.fields.back().text.append(line).push_back('\n');
    }
    return parts;
}

/// `\30{text}` is that text thirty times.
std::string repeated(std::string_view text)
{
    std::string all;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto rest = text.substr(at + 1);
        const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
        const auto end = rest.find('}');
        if (text[at] != '\\' || digits == 0 || digits == rest.size() || rest[digits] != '{' ||
            end == std::string_view::npos) {
            all.push_back(text[at]);
            continue;
        }
        int times = 0;
        std::from_chars(rest.data(), rest.data() + digits, times);
        for (; times > 0; --times) all.append(rest.substr(digits + 1, end - digits - 1));
        at += end + 1;
    }
    return all;
}

/// `\xe4` is that byte.
std::string with_bytes(std::string_view text)
{
    std::string all;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned byte = 0;
        if (text.substr(at).starts_with("\\x") && at + 4 <= text.size() &&
            std::from_chars(text.data() + at + 2, text.data() + at + 4, byte, 16).ptr ==
                text.data() + at + 4) {
            all.push_back(static_cast<char>(byte));
            at += 3;
        } else {
            all.push_back(text[at]);
        }
    }
    return all;
}

std::string message_of(const Draft& draft, const Parts& usual)
{
    auto own = parts_of(draft.text);
    const auto& without = draft.without;
    std::string all;
    for (const auto& field : usual.fields) {
        if (without.contains("*") || without.contains(field.name)) continue;
        const auto has_name = [&](const Field& other) { return other.name == field.name; };
        if (std::none_of(own.fields.begin(), own.fields.end(), has_name)) all += field.text;
        for (const auto& mine : own.fields)
            if (has_name(mine)) all += mine.text;
        std::erase_if(own.fields, has_name);
    }
    for (const auto& field : own.fields) all += field.text;
    if (own.has_body) all += "\n" + own.body;
    else if (!without.contains("body") && !without.contains("*")) all += "\n" + usual.body;
    return with_bytes(repeated(all));
}

void take_words(std::string_view line, Draft& draft)
{
    std::istringstream words{std::string{line}};
    std::string word;
    words >> word;
    INFO(draft.message.file << ": " << draft.message.name << ": " << line);
    REQUIRE((word == "hits" || word == "misses" || word == "without"));
    for (std::string rule; words >> rule;) {
        if (word == "hits") draft.message.hits.push_back(rule);
        else if (word == "misses") draft.message.misses.push_back(rule);
        else draft.without.insert(in_small_letters(rule));
    }
}

std::vector<Draft> drafts_of(const std::string& file, std::string_view text)
{
    std::vector<Draft> drafts;
    bool is_head = false;
    while (!text.empty()) {
        const auto line = take_line(text);
        if (line.starts_with("=== ")) {
            drafts.push_back({{file, std::string{line.substr(4)}, {}, {}, {}}, {}, {}});
            is_head = true;
        } else if (drafts.empty() || (is_head && line.starts_with('#'))) {
            continue;  // what the file says of itself, or a comment
        } else if (line == "---" && is_head) {
            is_head = false;
        } else if (is_head) {
            take_words(line, drafts.back());
        } else {
            drafts.back().text.append(line).push_back('\n');
        }
    }
    // The empty line in front of the next message is none of this one's.
    for (auto& draft : drafts)
        if (draft.text.ends_with("\n\n")) draft.text.pop_back();
    return drafts;
}

std::string text_of(const std::filesystem::path& file)
{
    std::ifstream in{file, std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    INFO(file);
    REQUIRE(in);
    return text.str();
}

}  // namespace

std::vector<StockMessage> stock_messages()
{
    const auto folder =
        std::filesystem::path{LAZARET_SOURCE_DIR} / "tests/unit/filter/rules/stock_rules";
    const auto usual = parts_of(text_of(folder / "usual.txt"));
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{folder})
        if (entry.path().extension() == ".eml") files.insert(entry.path());
    std::vector<StockMessage> messages;
    for (const auto& file : files)
        for (auto& draft : drafts_of(file.filename().string(), text_of(file))) {
            draft.message.bytes = message_of(draft, usual);
            messages.push_back(std::move(draft.message));
        }
    return messages;
}

}  // namespace lazaret::filter::rules
