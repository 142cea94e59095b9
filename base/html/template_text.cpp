#include "base/html/template_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lazaret {
namespace {

using Kind = TemplatePiece::Kind;

bool is_name(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
}

/// `{{>PAGE_HEAD}}` in a `.html` is `page_head.html`.
std::string included_file(std::string_view name, std::string_view by)
{
    std::string file{name};
    std::ranges::transform(file, file.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return file + std::string{by.substr(std::min(by.rfind('.'), by.size()))};
}

/// A mistake shows a little of what stands there, on one line.
std::string shown(std::string_view text)
{
    std::string result;
    for (const char c : text.substr(0, 40))
        result += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
    return text.size() > 40 ? result + "..." : result;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == text.npos; }

class Reader {
public:
    Reader(std::string_view file_name, std::string_view text)
        : file_{file_name}, is_html_{file_name.ends_with(".html")}, rest_{text}
    {
    }

    TemplateText read()
    {
        while (!rest_.empty()) {
            const auto open = rest_.find("{{");
            add_text(rest_.substr(0, open));
            if (open == std::string_view::npos) break;
            rest_.remove_prefix(open);
            // A comment may hold anything but its own end.
            const auto close = rest_.find("}}");
            if (close == std::string_view::npos) {
                complain("'{{' is not closed by '}}'");
                break;
            }
            const auto inside = rest_.substr(2, close - 2);
            add_marker(inside);
            line_ += static_cast<std::size_t>(std::ranges::count(inside, '\n'));
            rest_.remove_prefix(close + 2);
        }
        for (const auto& [name, line] : open_)
            result_.mistakes.push_back({line, fmt::format("section {} is not closed", name)});
        end_line();
        return std::move(result_);
    }

private:
    void complain(std::string what) { result_.mistakes.push_back({line_, std::move(what)}); }

    /// Text goes piece by piece, a line in each, so that a line of its own can be told.
    void add_text(std::string_view text)
    {
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size() - 1);
            const auto line = text.substr(0, end + 1);
            result_.pieces.push_back({Kind::Text, line_, std::string{line}, {}});
            if (line.ends_with('\n')) {
                end_line();
                ++line_;
            }
            text.remove_prefix(line.size());
        }
    }

    /// Leaves the blanks and the end of a line out when it showed nothing but structure.
    void end_line()
    {
        auto& pieces = result_.pieces;
        const auto begin = pieces.begin() + static_cast<std::ptrdiff_t>(line_begin_);
        const bool only_structure = std::all_of(begin, pieces.end(), [](const auto& piece) {
            if (piece.kind == Kind::Text)
                return is_blank(std::string_view{piece.text}.substr(
                    0, piece.text.size() - (piece.text.ends_with('\n') ? 1 : 0)));
            return piece.kind != Kind::Marker;
        });
        if (has_structure_ && only_structure)
            pieces.erase(std::remove_if(begin, pieces.end(),
                                        [](const auto& piece) { return piece.kind == Kind::Text; }),
                         pieces.end());
        line_begin_ = pieces.size();
        has_structure_ = false;
    }

    void add_marker(std::string_view inside)
    {
        const char first = inside.empty() ? '\0' : inside.front();
        if (first == '!') {
            has_structure_ = true;
            return;
        }
        const bool has_sign = first == '#' || first == '/' || first == '>';
        const auto text = inside.substr(has_sign ? 1 : 0);
        const auto colon = text.find(':');
        const auto name = text.substr(0, colon);
        if (!is_name(name)) {
            complain(fmt::format("'{{{{{}}}}}' is no marker: a name has letters, digits and '_'",
                                 shown(inside)));
            return;
        }
        const auto modifier = colon == text.npos ? std::string_view{} : text.substr(colon);
        if (has_sign && !modifier.empty()) {
            complain(fmt::format("'{{{{{}}}}}': only a value has a modifier", shown(inside)));
            return;
        }
        if (first == '#') open(name);
        else if (first == '/') close(name);
        else if (first == '>') add({Kind::Include, line_, included_file(name, file_), {}});
        else add_value(name, modifier);
    }

    void add_value(std::string_view name, std::string_view modifier)
    {
        if (!modifier.empty() && !is_html_)
            complain(fmt::format("'{}': a text template has no modifiers", shown(modifier)));
        else if (!modifier.empty() && modifier != ":h" && modifier != ":p")
            complain(fmt::format("'{}' could switch escaping off; only ':h' and ':p' are allowed",
                                 shown(modifier)));
        result_.pieces.push_back({Kind::Marker, line_, std::string{name},
                                  std::string{modifier.empty() ? modifier : modifier.substr(1)}});
    }

    void open(std::string_view name)
    {
        open_.push_back({std::string{name}, line_});
        add({Kind::Open, line_, std::string{name}, {}});
    }

    void close(std::string_view name)
    {
        add({Kind::Close, line_, std::string{name}, {}});
        if (open_.empty()) {
            complain(fmt::format("section {} is closed but not open", name));
            return;
        }
        const auto expected = open_.back();
        if (expected.name != name)
            complain(fmt::format("section {} is closed, but {} (line {}) is the one to close", name,
                                 expected.name, expected.line));
        open_.pop_back();
    }

    void add(TemplatePiece piece)
    {
        has_structure_ = true;
        result_.pieces.push_back(std::move(piece));
    }

    struct OpenSection {
        std::string name;
        std::size_t line;
    };

    std::string_view file_;
    bool is_html_;
    std::string_view rest_;
    std::size_t line_ = 1;
    std::size_t line_begin_ = 0;  ///< the first piece of this line
    bool has_structure_ = false;  ///< whether this line has a section, comment or include
    std::vector<OpenSection> open_;
    TemplateText result_;
};

}  // namespace

TemplateText read_template(std::string_view file_name, std::string_view text)
{
    return Reader{file_name, text}.read();
}

std::vector<TemplateMistake> unknown_names(const TemplateText& text, const TemplateNames& known)
{
    std::vector<TemplateMistake> mistakes;
    for (const auto& piece : text.pieces) {
        const auto complain = [&](const char* kind) {
            mistakes.push_back(
                {piece.line, fmt::format("there is no {} {} here", kind, shown(piece.text))});
        };
        if (piece.kind == Kind::Marker && !known.markers.contains(piece.text)) complain("marker");
        if (piece.kind == Kind::Open && !known.sections.contains(piece.text)) complain("section");
        if (piece.kind == Kind::Include && !known.includes.contains(piece.text))
            complain("template to include called");
    }
    return mistakes;
}

std::string joined(const TemplateText& text,
                   const std::function<const TemplateText&(const std::string&)>& find)
{
    std::string result;
    for (const auto& piece : text.pieces) switch (piece.kind) {
            case Kind::Text: result += piece.text; break;
            case Kind::Open: result += "{{#" + piece.text + "}}"; break;
            case Kind::Close: result += "{{/" + piece.text + "}}"; break;
            case Kind::Include: result += joined(find(piece.text), find); break;
            case Kind::Marker:
                result += "{{" + piece.text;
                if (!piece.modifier.empty()) result += ":" + piece.modifier;
                result += "}}";
                break;
        }
    return result;
}

}  // namespace lazaret
