#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/mail/header_fields.hpp"

namespace lazaret::filter {

/// The bytes of one message that the classifier looks at: its header fields, its text, its markup.
///
/// - Left out are fields that say who received and judged the mail rather than who sent it:
///   Received, Return-Path, Delivered-To, Authentication-Results and the verdicts of other
///   filters, X-Lazaret-* and what a mailbox writes. Mail taught from a mailbox has them, mail in
///   the milter has not (or has others): they would betray where a message was found.
/// - Base64 and quoted-printable parts are decoded; nothing else of MIME is understood, which
///   keeps it at some 20 microseconds and leaves little to deceive.
/// - Tags, comments and style sheets have a small budget of their own, or those of a newsletter
///   would leave no room for its words; the hosts of links count as text.
/// - A run of white space counts as one blank; carriage returns do not count at all, so CRLF and
///   LF, and differently folded headers, read the same.
///
/// Header, text and markup have a budget each, and no field may fill the header's alone: else
/// whoever pads one decides what is seen of the other. Takes any bytes, never throws, allocates
/// only for the list of fields; time is bounded, however long the message.
class Excerpt {
public:
    static constexpr std::size_t header_most = 2'000;  ///< bytes
    static constexpr std::size_t field_most = 200;     ///< bytes of one field
    static constexpr std::size_t text_most = 3'500;    ///< bytes of what a reader sees
    static constexpr std::size_t markup_most = 600;    ///< bytes of tags and style sheets
    static constexpr std::size_t most = header_most + text_most + markup_most;

    /// The header fields, but for those that are left out, and the body; views of the message.
    struct Source {
        std::vector<HeaderField> fields;
        std::string_view body;

        explicit Source(std::string_view message);
    };

    explicit Excerpt(std::string_view message) : Excerpt{Source{message}} {}
    explicit Excerpt(const Source& source);

    /// What a reader sees of the body; within text().
    [[nodiscard]] std::string_view body() const noexcept
    {
        return text().substr(header_size_, text_size_);
    }
    [[nodiscard]] std::string_view header() const noexcept
    {
        return text().substr(0, header_size_);
    }
    [[nodiscard]] std::string_view text() const noexcept { return {bytes_.data(), size_}; }

private:
    std::array<char, most> bytes_;  // only the first size_ are ever read
    std::size_t size_ = 0;
    std::size_t header_size_ = 0;
    std::size_t text_size_ = 0;
};

}  // namespace lazaret::filter
