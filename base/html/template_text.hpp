#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret {

/// What is wrong in a template, and where.
struct TemplateMistake {
    std::size_t line;  ///< from 1; 0: the file as a whole
    std::string what;
};

/// The names that a template uses, with those of what it includes.
struct TemplateNames {
    std::set<std::string, std::less<>> markers;
    std::set<std::string, std::less<>> sections;
    std::set<std::string, std::less<>> includes;  ///< files, as `header.html`
};

/// A piece of a template: text, or one `{{...}}`.
struct TemplatePiece {
    enum class Kind { Text, Marker, Open, Close, Include };
    Kind kind;
    std::size_t line;
    std::string text;      ///< the text, or the name; of an include the file, as `header.html`
    std::string modifier;  ///< of a marker: empty, `h` or `p`
};

/// A template that was taken apart. A line with nothing but sections, comments and includes is
/// left out of what is written, with its line end; comments are left out altogether.
struct TemplateText {
    std::vector<TemplatePiece> pieces;
    std::vector<TemplateMistake> mistakes;
};

/// Takes a template apart, and finds what is wrong in itself: markers that are none, modifiers
/// other than `:h` and `:p` (in a `.txt`: any), sections that cross or stay open.
TemplateText read_template(std::string_view file_name, std::string_view text);

/// What a template uses that is not in `known`: what nobody would fill in.
std::vector<TemplateMistake> unknown_names(const TemplateText& text, const TemplateNames& known);

/// The template as ctemplate wants it, with what it includes in its place, so that escaping is
/// right where the marker stands in the whole.
/// @param find  the template of a file that is included; must have it.
std::string joined(const TemplateText& text,
                   const std::function<const TemplateText&(const std::string&)>& find);

}  // namespace lazaret
