#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mail/header_fields.hpp"
#include "base/records/address.hpp"
#include "base/records/held_mail.hpp"

namespace lazaret::filter {

/// What was read from the bytes of one message. Every text is valid UTF-8 without NUL.
///
/// The views of `header` point into the bytes that were read, which must live as long.
struct Message {
    /// An attachment, any other leaf that is not shown as text, or a text that has a file name.
    struct Attachment {
        std::string name;           ///< decoded file name; may be empty
        std::string declared_type;  ///< as Content-Type says, small letters
        std::string type;           ///< by content (libmagic), for instance application/zip
        std::uint64_t size = 0;     ///< bytes, decoded
        std::string sha256;         ///< hexadecimal, of the decoded bytes
        std::string content_id;     ///< without brackets; for inline images
        bool is_inline = false;
    };
    /// A link of the HTML, or an address in the text.
    struct Link {
        std::string url;   ///< as written, entities decoded
        std::string host;  ///< small letters, IDN as xn--; empty when the URL has none
        std::string text;  ///< what the reader sees; empty for plain text
    };

    bool readable = true;  ///< false: no MIME could be made of it; see `unreadable_why`
    std::string unreadable_why;
    bool cut_short = false;  ///< parts, depth or size passed our limits; the rest was not read

    HeaderAndBody header;  ///< raw header fields, in order; the body is there to its end, whatever
                           ///< `ReadLimits::message` says: signatures cover all of it
    std::string from;      ///< decoded From, name and address, for people, on one line
    std::vector<Address> from_addresses;  ///< all of them; RFC 5322 allows several
    /// Where From is no address list, or not to its end (`Offers :) <a@b.example>`): what mail
    /// programs may show as the author, those that could be read among them. Nobody is believed to
    /// be one of them.
    std::vector<Address> apparent_authors;
    std::string subject;    ///< decoded, on one line
    std::string list_id;    ///< RFC 2919, small letters, without brackets; or empty
    std::string text;       ///< text parts, in order, decoded; lines end in LF
    std::string html_text;  ///< what a reader of the HTML sees
    std::vector<Link> links;
    std::vector<Attachment> attachments;
    std::size_t part_count = 0;  ///< leaves, multiparts and attached messages

    /// The raw value of the first field of that name (any case), if any.
    [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const;

    /// The raw values of all fields of that name (any case), in order.
    [[nodiscard]] std::vector<std::string_view> fields(std::string_view name) const;

    /// One From field with one address, which can be read: with several, a reader sees the one, and
    /// a signature or a record means the other. Not where there are fields that were not read.
    [[nodiscard]] bool has_one_author() const;

    /// The address that people are shown and asked about, proved or not; null where there is none.
    [[nodiscard]] const Address* shown_author() const;
};

/// Bounds of the reading; what passes them is not read, and `cut_short` says so.
struct ReadLimits {
    std::size_t message = 50 << 20;  ///< bytes of the message whose parts are looked at
    std::size_t text = 1 << 20;      ///< bytes of decoded text kept, for each of text, html_text
    std::size_t parts = 1'000;
    std::size_t depth = 50;  ///< of nested multiparts and attached messages
    std::size_t links = 1'000;
    std::size_t header = 2 << 20;        ///< bytes of the header block
    std::size_t header_field = 1 << 16;  ///< bytes of one field that are decoded
};

/// Reads a message. Takes any bytes and never throws for them (the poison rule): what cannot be
/// read gives `readable == false`. Several threads may read at once. Cost: about 0.05 ms for 8 kB;
/// the worst message within the limits takes some seconds. Throws Error{Unavailable} only when
/// libmagic's database, or ICU's, cannot be loaded.
Message read_message(std::string_view bytes, const ReadLimits& limits = {});

/// Reads the header alone, within the same limits: `header`, From, Subject, List-Id. Takes any
/// bytes, never throws for them, and takes some tenths of a second at worst.
Message read_header(std::string_view bytes, const ReadLimits& limits = {});

/// What a person may see of it (design step 8). Costs more than read_message: call it only for
/// messages that will be held.
Preview preview_of(std::string_view bytes, const ReadLimits& limits = {});

/// HTML of strangers, reduced to what is harmless: an allow list of elements, attributes and style
/// properties, no script, style sheet, form, frame, or remote content; `cid:` images stay, links
/// become text, in which each line is followed by their host in brackets. The result is
/// well-formed, complete by itself, valid UTF-8, at most some 512 kB, and is not changed by being
/// sanitised again. Any bytes are taken; HTML that is too complex for a tree is reduced to its
/// text.
std::string sanitised_html(std::string_view html);

}  // namespace lazaret::filter
