#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret {

/// What a template's markers become. A value is a stranger's text until it is written: escaping is
/// the template's work, and depends on where the marker stands.
class Fill {
public:
    Fill& set(std::string_view marker, std::string value);
    /// One more repetition of a section; the reference is good until the next call for this Fill.
    Fill& add(std::string_view section);
    /// Shows a section once, with the values of this Fill.
    Fill& show(std::string_view section);

private:
    friend class Templates;
    std::map<std::string, std::string, std::less<>> values_;
    std::map<std::string, std::vector<Fill>, std::less<>> sections_;
};

/// The templates that pages and reports are made of (ctemplate, auto-escaped): built into the
/// program, each may be replaced by a file of the same name in a site's folder.
///
/// `NAME.html` is escaped for HTML by where a marker stands (text, attribute, URL, style);
/// `NAME.txt` is not escaped, and gets one line for each value: line ends in it become blanks.
///
/// `{{MARKER}}`, `{{#SECTION}}`...`{{/SECTION}}`, `{{! a comment }}`; `{{>PAGE_HEAD}}` puts
/// `page_head.html` (in a text template `page_head.txt`) there, which sees the same values. A line
/// with nothing but sections, comments and includes leaves no empty line. `{{X:p}}` keeps the line
/// ends of a value, for `<pre>`; without it they become blanks. The value at the start of a URL
/// must be http, https, ftp or without scheme, else `#` stands there (write `mailto:{{X}}`).
class Templates {
public:
    struct Source {
        std::string_view name;  ///< `report.html`
        std::string_view text;
    };

    /// @param built_in  what the program was built with; wrong ones are a bug, and throw.
    /// @param folder    a site's own files; empty: none. A file with a mistake (a marker or section
    ///                  that the built-in one does not have, a modifier that switches escaping off,
    ///                  a section that is not closed) is not used: the built-in one is.
    /// @param problems  gets a line for each mistake, `FILE:LINE: what is wrong`.
    /// @param most_bytes  of a site's template with all that it includes; one with more is not
    /// used.
    Templates(const std::vector<Source>& built_in, const std::string& folder,
              std::vector<std::string>& problems, std::size_t most_bytes = 256 * 1024);
    Templates(Templates&&) noexcept;
    Templates& operator=(Templates&&) noexcept;
    ~Templates();

    /// The text of a template. May be called by several threads at once. Throws Error{Bug} when
    /// there is no template of that name.
    [[nodiscard]] std::string text(std::string_view name, const Fill& fill) const;

private:
    struct Private;
    std::unique_ptr<Private> private_;
};

/// Where a site keeps its own templates for one program: the folder of that name in `templates`.
/// Empty when there is none, which is no mistake.
std::string site_folder(const std::string& templates, std::string_view program);

}  // namespace lazaret
