#include "milter/filter/rules/rendering/body_texts.hpp"

#include <algorithm>
#include <array>

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t longest_line = 2'048;

bool is_ascii_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Length of the blank that `text` begins with; 0: it begins with none.
std::size_t blank_length(std::string_view text, bool is_wide)
{
    if (text.empty()) return 0;
    if (is_ascii_blank(text[0])) return 1;
    if (!is_wide || static_cast<unsigned char>(text[0]) < 0xC2) return 0;
    if (text.starts_with("\xC2\x85") || text.starts_with("\xC2\xA0")) return 2;
    if (text.starts_with("\xE2\x80") && text.size() > 2) {
        const auto last = static_cast<unsigned char>(text[2]);
        return (last >= 0x80 && last <= 0x8A) || last == 0xA8 || last == 0xA9 || last == 0xAF ? 3
                                                                                              : 0;
    }
    return text.starts_with("\xE1\x9A\x80") || text.starts_with("\xE2\x81\x9F") ||
                   text.starts_with("\xE3\x80\x80")
               ? 3
               : 0;
}

// Bytes at which a blank, a NUL or what may be a blank of Unicode begins.
constexpr std::array<bool, 256> may_be_blank = [] {
    std::array<bool, 256> table{};
    for (const std::size_t c :
         {0x00U, 0x09U, 0x0AU, 0x0BU, 0x0CU, 0x0DU, 0x20U, 0xC2U, 0xE1U, 0xE2U, 0xE3U})
        table[c] = true;
    return table;
}();

}  // namespace

bool begins_with_blank(std::string_view utf8) { return blank_length(utf8, true) > 0; }

bool ends_with_blank(std::string_view utf8)
{
    if (utf8.empty()) return false;
    auto begin = utf8.size() - 1;
    while (begin > 0 && (static_cast<unsigned char>(utf8[begin]) & 0xC0U) == 0x80U) --begin;
    return blank_length(utf8.substr(begin), true) > 0;
}

std::size_t count_blanks(std::string_view utf8, bool is_wide)
{
    std::size_t count = 0;
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        if (!may_be_blank[static_cast<unsigned char>(utf8[at])]) continue;
        const auto length = blank_length(utf8.substr(at), is_wide);
        if (length == 0) continue;
        ++count;
        at += length - 1;
    }
    return count;
}

void BodyText::end_blanks()
{
    if (!in_blanks_) return;
    if (line_ends_ < 2) {
        out_ += ' ';
    } else {
        if (has_before_) out_ += ' ';
        out_ += '\n';
        if (has_behind_) out_ += ' ';
    }
    in_blanks_ = false;
    has_before_ = false;
    has_behind_ = false;
    line_ends_ = 0;
}

void BodyText::add(std::string_view text)
{
    while (!text.empty()) {
        std::size_t at = 0;
        while (at < text.size() && !may_be_blank[static_cast<unsigned char>(text[at])]) ++at;
        if (at > 0) {
            end_blanks();
            out_ += text.substr(0, at);
            text.remove_prefix(at);
            if (text.empty()) return;
        }
        if (const auto length = blank_length(text, is_wide_); length > 0) {
            in_blanks_ = true;
            const bool is_end = text[0] == '\n';
            line_ends_ += is_end ? 1 : 0;
            has_before_ |= !is_end && line_ends_ == 0;
            has_behind_ = !is_end && line_ends_ > 0;
            text.remove_prefix(length);
            continue;
        }
        end_blanks();
        out_ += text[0] == '\0' ? '\n' : text[0];
        text.remove_prefix(1);
    }
}

void BodyText::add_part(std::string_view text)
{
    if (has_text_) add("\n");
    has_text_ |= !text.empty();
    if (out_.capacity() == 0) out_.reserve(text.size() + 1);
    add(text);
}

std::string BodyText::finish()
{
    end_blanks();
    return std::move(out_);
}

void append_short_lines(std::string_view text, std::vector<std::string_view>& lines)
{
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end == std::string_view::npos ? end : end + 1);
        text.remove_prefix(line.size());
        while (line.size() > longest_line) {
            const auto blank = line.rfind(' ', longest_line);
            const auto length = blank == std::string_view::npos ? longest_line : blank + 1;
            lines.push_back(line.substr(0, length));
            line.remove_prefix(length);
        }
        lines.push_back(line);
    }
}

void append_short_pieces(std::string_view text, std::vector<std::string_view>& pieces)
{
    if (text.size() <= longest_line) {
        pieces.push_back(text);
        return;
    }
    while (text.size() > 2 * longest_line) {
        const auto last = text.substr(longest_line, longest_line);
        auto end = std::string_view::npos;
        for (const char c : {'\n', '>', ' '})
            if (end == std::string_view::npos) end = last.find(c);
        const auto length = longest_line + (end == std::string_view::npos ? 0 : end) + 1;
        pieces.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    if (!text.empty()) pieces.push_back(text);
}

std::string_view beginning_of(std::string_view text, std::size_t most, std::string_view other,
                              bool is_wide)
{
    if (text.size() <= most) return text;
    auto at = most;
    if (is_wide) {
        std::size_t characters = 0;
        for (at = 0; at < text.size(); ++at)
            if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && ++characters > most)
                break;
        if (at == text.size()) return text;
    }
    constexpr std::size_t far = 1'024;
    const auto next = text.substr(at, far + 1);
    for (const char c : "\n" + std::string{other})
        if (const auto end = next.find(c); end != std::string_view::npos)
            return text.substr(0, at + end + 1);
    return text.substr(0, at);
}

}  // namespace lazaret::filter::rules
