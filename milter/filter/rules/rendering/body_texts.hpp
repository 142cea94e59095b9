#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret::filter::rules {

/// Whether `utf8` begins or ends with a blank as Perl sees it in Unicode (`\s`).
bool begins_with_blank(std::string_view utf8);
bool ends_with_blank(std::string_view utf8);

/// The same blanks, counted.
std::size_t count_blanks(std::string_view utf8, bool is_wide);

/// Puts the rendered texts of parts together and squeezes them, as `body` rules expect it: blanks
/// become one, two line ends with nothing but blanks between them end a paragraph.
///
/// @param is_wide   blanks of Unicode count too; else only those of ASCII.
class BodyText {
public:
    explicit BodyText(bool is_wide) : is_wide_{is_wide} {}
    void add_part(std::string_view text);
    /// What was put together; a paragraph a line.
    std::string finish();

private:
    void add(std::string_view text);
    void end_blanks();

    bool is_wide_;
    bool has_text_ = false;
    std::string out_;
    // The blanks at hand.
    bool in_blanks_ = false;
    std::size_t line_ends_ = 0;
    bool has_before_ = false;  // blanks before the first line end
    bool has_behind_ = false;  // and behind the last
};

/// Appends the lines of `text`, with their line ends; those of more than 2,048 bytes are cut, at a
/// blank if there is one.
void append_short_lines(std::string_view text, std::vector<std::string_view>& lines);

/// Appends pieces of 2,048 to 4,096 bytes, cut behind a line end, `>` or blank if there is one.
void append_short_pieces(std::string_view text, std::vector<std::string_view>& pieces);

/// The beginning of a part's text that rules look at: about `most` characters, up to a line end
/// or, where `other` are tried in turn, one of them, if one is not far.
std::string_view beginning_of(std::string_view text, std::size_t most, std::string_view other,
                              bool is_wide);

}  // namespace lazaret::filter::rules
