#include "milter/filter/message/message.hpp"

#include <algorithm>
#include <array>

#include "base/processor_time.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "milter/filter/message/charset.hpp"
#include "milter/filter/message/content_type.hpp"
#include "milter/filter/message/decoding.hpp"
#include "milter/filter/message/entities.hpp"
#include "milter/filter/message/flowed_text.hpp"
#include "milter/filter/message/header_text.hpp"
#include "milter/filter/message/html_text.hpp"
#include "milter/filter/message/links.hpp"
#include "milter/filter/message/written_addresses.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t most_from_fields = 10;
constexpr std::size_t longest_name = 255;                 // bytes of a file name
constexpr std::size_t longest_list_id = 255;              // bytes, RFC 2919 3
constexpr std::chrono::milliseconds most_type_time{250};  // of a processor, in libmagic

// The body of a message whose header was too long to be cut into fields.
std::string_view body_behind(std::string_view bytes, std::size_t from)
{
    const auto crlf = bytes.find("\n\r\n", from);
    const auto lf = bytes.substr(0, crlf).find("\n\n", from);
    if (lf != std::string_view::npos) return bytes.substr(lf + 2);
    return crlf == std::string_view::npos ? std::string_view{} : bytes.substr(crlf + 3);
}

std::string list_id_of(std::string_view field)
{
    const auto open = field.rfind('<');
    const auto close = field.rfind('>');
    if (open != std::string_view::npos && close != std::string_view::npos && open < close)
        field = field.substr(open + 1, close - open - 1);
    const auto id = one_line(valid_utf8(ascii_lower(trimmed(field).substr(0, longest_list_id))));
    return id.find(' ') == std::string::npos ? id : std::string{};
}

class Reader {
public:
    Reader(std::string_view bytes, const ReadLimits& limits)
        : whole_{bytes}, bytes_{bytes.substr(0, limits.message)}, limits_{limits}
    {
        message_.cut_short = bytes_.size() < whole_.size();
    }

    Message run_header()
    {
        read_header();
        return std::move(message_);
    }

    Message run()
    {
        if (bytes_.empty()) return unreadable("the message is empty");
        read_header();
        if (message_.header.fields.empty() && message_.header.body.empty())
            return unreadable("there is no header field and no body");
        const auto entities = cut_entities(bytes_, limits_);
        message_.part_count = entities.count;
        message_.cut_short = message_.cut_short || entities.cut_short;
        for (const auto& leaf : entities.leaves) read_leaf(leaf);
        if (!add_links_of_text(message_.text, limits_.links, message_.links))
            message_.cut_short = true;
        return std::move(message_);
    }

private:
    Message unreadable(const char* why)
    {
        message_.readable = false;
        message_.unreadable_why = why;
        return std::move(message_);
    }

    void read_header()
    {
        auto& cut = message_.header;
        cut = cut_header(whole_.substr(0, limits_.header));
        if (cut.header.size() < limits_.header) {
            // It ended in time: the body goes on behind what was looked at.
            if (cut.body.data()) cut.body = {cut.body.data(), remaining_from(cut.body.data())};
        } else if (whole_.size() > limits_.header) {
            message_.cut_short = true;
            cut.cut_short = true;
            if (!cut.fields.empty()) cut.fields.pop_back();  // perhaps the half of one
            cut.body = body_behind(whole_, limits_.header);
        }
        if (cut.fields.size() == most_header_fields) message_.cut_short = true;
        read_from();
        if (const auto subject = message_.field("subject"))
            message_.subject = decoded_words(bounded(*subject));
        if (const auto list_id = message_.field("list-id"))
            message_.list_id = list_id_of(bounded(*list_id));
    }

    std::size_t remaining_from(const char* position) const
    {
        return whole_.size() - static_cast<std::size_t>(position - whole_.data());
    }

    void read_from()
    {
        auto fields = message_.fields("from");
        if (fields.size() > most_from_fields) {
            message_.cut_short = true;
            fields.resize(most_from_fields);
        }
        for (const auto field : fields) read_from(bounded(field));
    }

    void read_from(std::string_view field)
    {
        auto mailboxes = parse_mailboxes(field, from_room_);
        from_room_ -= std::min(field.size(), from_room_);
        if (mailboxes.cut_short) message_.cut_short = true;
        if (!message_.from.empty() && !mailboxes.words.empty()) message_.from += ", ";
        message_.from += mailboxes.words;
        const auto written = addresses_written(field);
        if (written == 0 || written != mailboxes.addresses.size()) add_apparent_authors(field);
        std::move(mailboxes.addresses.begin(), mailboxes.addresses.end(),
                  std::back_inserter(message_.from_addresses));
    }

    void add_apparent_authors(std::string_view field)
    {
        auto readable = readable_addresses(field);
        if (readable.cut_short) message_.cut_short = true;
        std::move(readable.addresses.begin(), readable.addresses.end(),
                  std::back_inserter(message_.apparent_authors));
    }

    std::string_view bounded(std::string_view field)
    {
        if (field.size() > limits_.header_field) message_.cut_short = true;
        return field.substr(0, limits_.header_field);
    }

    void read_leaf(const Leaf& leaf)
    {
        const auto role = role_of(leaf);
        if (role == Role::Text) add_text(leaf);
        if (role == Role::Html) add_html(leaf);
        if (role == Role::Attachment || !name_of(leaf).empty()) add_attachment(leaf);
    }

    // The decoded text of a leaf, at most `most` bytes. One byte more tells that there was more.
    std::string text_of(const Leaf& leaf, std::size_t most)
    {
        const auto raw = decoded_start(leaf.body, leaf.encoding, most + 1);
        if (raw.size() > most) message_.cut_short = true;
        return utf8_of(std::string_view{raw}.substr(0, most), leaf.type.charset, most);
    }

    void add_text(const Leaf& leaf)
    {
        auto& all = message_.text;
        if (all.size() >= limits_.text) {
            message_.cut_short = message_.cut_short || !leaf.body.empty();
            return;
        }
        auto text = text_of(leaf, limits_.text - all.size());
        erase_all('\r', text);
        if (leaf.type.joins_lines) text = joined_lines(text);
        if (!all.empty() && all.back() != '\n' && all.size() < limits_.text) all += '\n';
        all += cut_utf8(text, limits_.text - all.size());
    }

    void add_html(const Leaf& leaf)
    {
        auto& all = message_.html_text;
        if (html_read_ >= limits_.text) {
            message_.cut_short = message_.cut_short || !leaf.body.empty();
            return;
        }
        const auto html = text_of(leaf, limits_.text - html_read_);
        html_read_ += std::max<std::size_t>(html.size(), 1);
        auto read = read_html(html, limits_.text - std::min(all.size(), limits_.text),
                              limits_.links - std::min(message_.links.size(), limits_.links));
        message_.cut_short = message_.cut_short || read.cut_short;
        if (!all.empty() && all.back() != '\n' && all.size() < limits_.text) all += '\n';
        all += cut_utf8(read.text, limits_.text - all.size());
        std::move(read.links.begin(), read.links.end(), std::back_inserter(message_.links));
    }

    void add_attachment(const Leaf& leaf)
    {
        Message::Attachment attachment;
        attachment.name = cut_utf8(name_of(leaf), longest_name);
        attachment.declared_type = leaf.type.type;
        attachment.content_id = one_line(valid_utf8(leaf.content_id.substr(0, longest_name)));
        attachment.is_inline = leaf.disposition.kind == "inline";

        std::string start;
        Sha256 hash;
        decode_transfer(leaf.body, leaf.encoding, [&](std::string_view piece) {
            if (start.size() < type_by_content_bytes)
                start += piece.substr(0, type_by_content_bytes - start.size());
            attachment.size += piece.size();
            hash.add(piece);
            return true;
        });
        attachment.sha256 = hex(hash.digest());
        attachment.type = type_within_budget(start);
        message_.attachments.push_back(std::move(attachment));
    }

    // A thousand parts may each be what libmagic is slow at.
    std::string type_within_budget(std::string_view start)
    {
        if (type_time_ >= most_type_time) {
            message_.cut_short = true;
            return "application/octet-stream";
        }
        const auto begun = thread_processor_time();
        auto type = type_by_content(start);
        type_time_ += thread_processor_time() - begun;
        return type;
    }

    std::string_view whole_;
    std::string_view bytes_;  ///< those that are looked at
    const ReadLimits& limits_;
    Message message_;
    std::size_t html_read_ = 0;                      ///< bytes of HTML, of all parts
    std::size_t from_room_ = longest_address_field;  ///< bytes of From fields that are still read
    std::chrono::nanoseconds type_time_{0};  ///< of a processor, for the types of attachments
};

}  // namespace

std::optional<std::string_view> Message::field(std::string_view name) const
{
    for (const auto& field : header.fields)
        if (same_ignoring_case(field.name, name)) return field.value;
    return std::nullopt;
}

std::vector<std::string_view> Message::fields(std::string_view name) const
{
    std::vector<std::string_view> found;
    for (const auto& field : header.fields)
        if (same_ignoring_case(field.name, name)) found.push_back(field.value);
    return found;
}

bool Message::has_one_author() const
{
    const auto written = fields("from");
    return !header.cut_short && from_addresses.size() == 1 && written.size() == 1 &&
           addresses_written(written.front()) == 1;
}

const Address* Message::shown_author() const
{
    if (!from_addresses.empty()) return &from_addresses.front();
    return apparent_authors.empty() ? nullptr : &apparent_authors.front();
}

Message read_message(std::string_view bytes, const ReadLimits& limits)
{
    return Reader{bytes, limits}.run();
}

Message read_header(std::string_view bytes, const ReadLimits& limits)
{
    return Reader{bytes, limits}.run_header();
}

}  // namespace lazaret::filter
