#include "milter/filter/learn/excerpt.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/characters.hpp"
#include "base/mail/header_fields.hpp"
#include "base/text.hpp"
#include "milter/filter/learn/word_bytes.hpp"

namespace lazaret::filter {
namespace {

// What is looked at of a message to fill the budgets; bounds the time for hostile ones.
constexpr std::size_t header_looked_at = 256 << 10;
constexpr std::size_t body_looked_at = 64 << 10;

// Fields that are no sender's: see the class. Names in small letters.
constexpr auto skipped_fields = std::to_array<std::string_view>({
    "received",
    "received-spf",
    "return-path",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-envelope-from",
    "authentication-results",
    "dkim-filter",
    "x-greylist",
    "x-bogosity",
    "x-scanned-by",
    "status",
    "x-status",
    "x-uid",
    "x-keywords",
    "lines",
    "content-length",
    "xref",
    "x-evolution-source",
});
constexpr auto skipped_beginnings = std::to_array<std::string_view>({
    "x-lazaret-",
    "arc-",
    "x-spam",
    "x-virus",
    "x-rspamd-",
    "x-amavis-",
    "x-dspam-",
    "x-crm114-",
    "x-mozilla-",
    "x-gmail-labels",
    "x-gm-thrid",
});

bool is_skipped(std::string_view name)
{
    const auto same = [&](std::string_view other) { return same_ignoring_case(name, other); };
    const auto begins = [&](std::string_view start) { return starts_ignoring_case(name, start); };
    return std::any_of(skipped_fields.begin(), skipped_fields.end(), same) ||
           std::any_of(skipped_beginnings.begin(), skipped_beginnings.end(), begins);
}

/// Takes bytes until its budget is spent; white space is folded to one blank.
class Window {
public:
    Window(char* to, std::size_t most) : begin_{to}, at_{to}, end_{to + most} {}

    [[nodiscard]] bool full() const noexcept { return at_ == end_; }
    [[nodiscard]] std::size_t size() const noexcept
    {
        return static_cast<std::size_t>(at_ - begin_);
    }

    void put(char c) noexcept
    {
        if (c == '\r' || full()) return;
        const bool blank = c == ' ' || c == '\t' || c == '\n';
        if (blank && after_blank_) return;
        after_blank_ = blank;
        *at_++ = blank ? ' ' : c;
    }
    void put(std::string_view text) noexcept
    {
        for (const char c : text) put(c);
    }
    /// As much of `text` as gives `most` bytes; raw lengths would count folds and their line ends.
    void put_at_most(std::size_t most, std::string_view text) noexcept
    {
        const auto end = size() + most;
        for (std::size_t i = 0; i < text.size() && size() < end && !full(); ++i) put(text[i]);
    }
    /// A line end that counts, unlike those within a field or the text.
    void end_field() noexcept
    {
        if (!full()) *at_++ = '\n';
        after_blank_ = true;
    }

private:
    char* begin_;
    char* at_;
    char* end_;
    bool after_blank_ = true;
};

/// Parts decoded text into what a reader sees and what a browser reads.
///
/// Tags, comments and style sheets are markup; the hosts of links are text. Nothing else of HTML is
/// understood, and nothing asks whether a part is HTML at all.
class Splitter {
public:
    Splitter(Window& text, Window& markup) : text_{text}, markup_{markup} {}

    [[nodiscard]] bool full() const noexcept { return text_.full() && markup_.full(); }

    void put(char c)
    {
        if (c == '\r') return;
        switch (state_) {
            case State::Text: return put_text(c);
            case State::Open: return put_after_open(c);
            case State::Tag: return put_tag(c);
            case State::Sheet: return put_sheet(c);
        }
    }
    void put(std::string_view text)
    {
        for (const char c : text) put(c);
    }
    /// A part of the message ends: whatever was open is not.
    void end_part()
    {
        if (state_ == State::Open) text_.put('<');
        state_ = State::Text;
        in_sheet_ = false;
        text_.put(' ');
    }

private:
    enum class State { Text, Open, Tag, Sheet };

    void put_text(char c)
    {
        if (c == '<') state_ = State::Open;
        else text_.put(c);
    }

    void put_after_open(char c)
    {
        if (!is_ascii_letter(c) && c != '/' && c != '!') {
            state_ = State::Text;
            text_.put('<');
            return put_text(c);
        }
        state_ = State::Tag;
        name_size_ = 0;
        name_ends_ = false;
        slashes_ = 0;
        markup_.put('<');
        put_tag(c);
    }

    void put_tag(char c)
    {
        markup_.put(c);
        read_host(c);
        if (c == '>') return end_tag();
        read_name(c);
    }

    void put_sheet(char c)
    {
        markup_.put(c);
        if (after_less_ && c == '/') {
            state_ = State::Tag;
            name_size_ = 0;
            name_ends_ = false;
        }
        after_less_ = c == '<';
    }

    void end_tag()
    {
        const std::string_view name{name_.data(), name_size_};
        const bool sheet = same_ignoring_case(name, "style") || same_ignoring_case(name, "script");
        in_sheet_ = in_sheet_ != sheet;  // only its own end tag ends one
        state_ = in_sheet_ ? State::Sheet : State::Text;
        after_less_ = false;
        text_.put(' ');
    }

    void read_name(char c)
    {
        name_ends_ = name_ends_ || !is_ascii_letter(c);
        if (!name_ends_ && name_size_ < name_.size()) name_[name_size_++] = c;
    }

    // Copies what follows "://" up to its end, so that Traits find it as in plain text.
    void read_host(char c)
    {
        constexpr int at_host = 3;
        if (slashes_ == at_host) {
            const bool ends =
                c == '/' || c == '"' || c == '\'' || c == ' ' || c == '>' || c == '?' || c == '#';
            text_.put(ends ? ' ' : c);
            if (ends) slashes_ = 0;
        } else if (c == ':') {
            slashes_ = 1;
        } else if (c == '/' && slashes_ > 0) {
            if (++slashes_ == at_host) text_.put(std::string_view{" ://"});
        } else {
            slashes_ = 0;
        }
    }

    Window& text_;
    Window& markup_;
    State state_ = State::Text;
    std::array<char, 7> name_{};
    std::size_t name_size_ = 0;
    bool name_ends_ = false;
    bool in_sheet_ = false;
    bool after_less_ = false;
    int slashes_ = 0;
};

enum class Encoding { Plain, Base64, QuotedPrintable };

constexpr auto base64_values = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < digits.size(); ++i)
        values[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
    return values;
}();

/// Reads a body line by line and puts its decoded text into a window.
class BodyReader {
public:
    BodyReader(std::string_view body, Encoding encoding, Splitter& out)
        : rest_{body.substr(0, body_looked_at)}, encoding_{encoding}, out_{out}
    {
    }

    void read()
    {
        while (!rest_.empty() && !out_.full()) {
            const auto line = take_line();
            if (in_part_header_) read_part_header(line);
            else if (ends_part(line)) begin_part(line);
            else read_text(line);
        }
    }

private:
    std::string_view take_line()
    {
        const auto end = rest_.find('\n');
        const auto line = rest_.substr(0, end == std::string_view::npos ? end : end + 1);
        rest_.remove_prefix(line.size());
        return line;
    }

    // Whether a line is a boundary, judged without knowing the boundary: base64 knows no hyphen;
    // elsewhere the header of a part follows, or the line ends in hyphens too.
    [[nodiscard]] bool ends_part(std::string_view line) const
    {
        if (!line.starts_with("--")) return false;
        if (encoding_ == Encoding::Base64 || starts_ignoring_case(rest_, "content-")) return true;
        return encoding_ != Encoding::Plain && line.size() > 4 && trimmed(line).ends_with("--");
    }

    void begin_part(std::string_view boundary)
    {
        encoding_ = Encoding::Plain;
        in_part_header_ = !trimmed(boundary).ends_with("--");
        bits_ = 0;
        bit_count_ = 0;
        out_.end_part();
    }

    void read_part_header(std::string_view line)
    {
        if (trimmed(line).empty()) in_part_header_ = false;
        if (const auto encoding = encoding_named_by(line)) encoding_ = *encoding;
        out_.put(line);
    }

    void read_text(std::string_view line)
    {
        switch (encoding_) {
            case Encoding::Plain: return out_.put(line);
            case Encoding::Base64: return read_base64(line);
            case Encoding::QuotedPrintable: return read_quoted_printable(line);
        }
    }

    void read_base64(std::string_view line)
    {
        for (const char c : line) {
            const auto value = base64_values[static_cast<unsigned char>(c)];
            if (value < 0) continue;
            bits_ = (bits_ << 6) | static_cast<std::uint32_t>(value);
            bit_count_ += 6;
            if (bit_count_ < 8) continue;
            bit_count_ -= 8;
            out_.put(static_cast<char>((bits_ >> bit_count_) & 0xff));
        }
    }

    void read_quoted_printable(std::string_view line)
    {
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line[i] != '=') {
                out_.put(line[i]);
                continue;
            }
            const auto rest = line.substr(i + 1);
            if (rest == "\n" || rest == "\r\n") return;  // a soft line end
            const auto high = rest.empty() ? -1 : hex_value(rest[0]);
            const auto low = rest.size() < 2 ? -1 : hex_value(rest[1]);
            const bool is_byte = high >= 0 && low >= 0;
            if (is_byte) i += 2;
            out_.put(is_byte ? static_cast<char>(high * 16 + low) : '=');
        }
    }

public:
    /// The encoding that a Content-Transfer-Encoding line names; none for other lines.
    static std::optional<Encoding> encoding_named_by(std::string_view line)
    {
        constexpr std::string_view name = "content-transfer-encoding:";
        if (!starts_ignoring_case(line, name)) return std::nullopt;
        const auto value = trimmed(line.substr(name.size()));
        if (starts_ignoring_case(value, "base64")) return Encoding::Base64;
        if (starts_ignoring_case(value, "quoted-printable")) return Encoding::QuotedPrintable;
        return Encoding::Plain;
    }

private:
    std::string_view rest_;
    Encoding encoding_;
    Splitter& out_;
    bool in_part_header_ = false;
    std::uint32_t bits_ = 0;
    int bit_count_ = 0;
};

// A line of mbox that may stand before the first field.
std::string_view without_from_line(std::string_view message)
{
    if (!message.starts_with("From ")) return message;
    const auto end = message.find('\n');
    return message.substr(end == std::string_view::npos ? message.size() : end + 1);
}

}  // namespace

Excerpt::Source::Source(std::string_view message)
{
    message = without_from_line(message);
    auto cut = cut_header(message.substr(0, header_looked_at));
    body = message.substr(std::min(message.size(), header_looked_at));
    if (cut.body.data())
        body = message.substr(static_cast<std::size_t>(cut.body.data() - message.data()));
    if (cut.fields.empty()) body = message;  // no header at all
    std::erase_if(cut.fields, [](const HeaderField& field) { return is_skipped(field.name); });
    fields = std::move(cut.fields);
}

Excerpt::Excerpt(const Source& source)
{
    Window header{bytes_.data(), header_most};
    auto encoding = Encoding::Plain;
    for (const auto& field : source.fields) {
        if (const auto named = BodyReader::encoding_named_by(field.whole)) encoding = *named;
        if (header.full()) continue;
        header.put_at_most(field_most, field.whole);
        header.end_field();
    }
    header_size_ = header.size();
    std::array<char, markup_most> markup_bytes;  // only what was put is ever read
    Window text{bytes_.data() + header_size_, text_most};
    Window markup{markup_bytes.data(), markup_most};
    Splitter splitter{text, markup};
    BodyReader{source.body, encoding, splitter}.read();
    text_size_ = text.size();
    size_ = header_size_ + text_size_;
    std::copy_n(markup_bytes.data(), markup.size(), bytes_.data() + size_);
    size_ += markup.size();
}

}  // namespace lazaret::filter
