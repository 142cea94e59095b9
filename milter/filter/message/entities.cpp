#include "milter/filter/message/entities.hpp"

#include <array>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "milter/filter/message/charset_labels.hpp"
#include "milter/filter/message/decoding.hpp"
#include "milter/filter/message/html_charset.hpp"

namespace lazaret::filter {
namespace {

constexpr int most_changes_of_charset = 500;  // in the headers of all parts together

// The line at `at`, with its line end.
std::string_view line_at(std::string_view text, std::size_t at)
{
    const auto end = text.find('\n', at);
    return text.substr(at, end == std::string_view::npos ? end : end + 1 - at);
}

std::string_view without_line_end(std::string_view text)
{
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

// The fields of an entity's header that say how its body is to be read.
struct EntityHeader {
    std::string_view type;
    std::string_view disposition;
    std::string_view encoding;
    std::string_view content_id;
};

std::string_view* wanted_field(EntityHeader& header, std::string_view name)
{
    if (!starts_ignoring_case(name, "content-")) return nullptr;
    if (same_ignoring_case(name, "content-type")) return &header.type;
    if (same_ignoring_case(name, "content-disposition")) return &header.disposition;
    if (same_ignoring_case(name, "content-transfer-encoding")) return &header.encoding;
    if (same_ignoring_case(name, "content-id")) return &header.content_id;
    return nullptr;
}

std::string_view without_brackets(std::string_view id)
{
    if (id.starts_with('<')) id.remove_prefix(1);
    if (id.ends_with('>')) id.remove_suffix(1);
    return id;
}

// The first field of a name counts, as in GMime and most mail programs.
EntityHeader read_entity_header(std::string_view header)
{
    EntityHeader out;
    std::string_view* open = nullptr;
    std::size_t value = 0;
    const auto close = [&](std::size_t end) {
        if (open && open->empty()) *open = trimmed(header.substr(value, end - value));
        open = nullptr;
    };
    for (std::size_t at = 0; at < header.size();) {
        const auto line = line_at(header, at);
        if (line.front() != ' ' && line.front() != '\t') {
            close(at);
            const auto colon = line.front() == 'c' || line.front() == 'C' ? line.find(':')
                                                                          : std::string_view::npos;
            if (colon != std::string_view::npos) {
                open = wanted_field(out, trimmed(line.substr(0, colon)));
                value = at + colon + 1;
            }
        }
        at += line.size();
    }
    close(header.size());
    return out;
}

// HTML without a charset that we know is read as it says itself.
void complete_charset(Leaf& html)
{
    constexpr std::size_t most_encoded = 3 * charset_by_content_bytes;
    if (!iconv_name(html.type.charset).empty()) return;
    auto charset = charset_in_html(
        decoded_start(html.body.substr(0, most_encoded), html.encoding, charset_by_content_bytes));
    if (!charset.empty()) html.type.charset = std::move(charset);
}

bool is_multipart(const ContentType& type) { return type.type.starts_with("multipart/"); }

bool is_identity(std::string_view encoding)
{
    return !same_ignoring_case(encoding, "base64") &&
           !same_ignoring_case(encoding, "quoted-printable");
}

// A multipart whose end was not seen yet.
struct OpenMultipart {
    std::string boundary;
    bool digest = false;  ///< parts without a type are messages
    std::size_t depth = 0;
    std::size_t body = 0;    ///< where its body begins
    std::size_t leaves = 0;  ///< how many there were before it
    bool has_parts = false;
};

enum class Delimiter { Opens, Closes };

// Where a header ends, before its blank line, and where the body begins.
struct HeaderEnd {
    std::size_t header = 0;
    std::size_t body = 0;
};

class Cutter {
public:
    Cutter(std::string_view message, const ReadLimits& limits) : text_{message}, limits_{limits} {}

    Entities run()
    {
        std::size_t depth = 0;
        bool digest = false;
        for (std::size_t at = 0;;) {
            const auto next = read_entity(at, depth, digest);
            if (!next) break;
            at = *next;
            depth = open_.back().depth + 1;
            digest = open_.back().digest;
        }
        while (!open_.empty()) close_innermost(text_.size());
        return {std::move(leaves_), std::move(attached_), count_,
                cut_short_ || charset_changes_.exhausted()};
    }

private:
    // Reads the entity at `at` with all attached messages that begin it.
    // @return where the next part of the innermost open multipart begins; none at the end.
    std::optional<std::size_t> read_entity(std::size_t at, std::size_t depth, bool digest)
    {
        for (;; ++depth, digest = false) {
            if (++count_ > limits_.parts) {
                cut_short_ = true;
                return std::nullopt;
            }
            const auto end = find_header_end(at);
            const auto header = read_entity_header(text_.substr(at, end.header - at));
            auto type = parse_content_type(header.type, charset_changes_);
            cut_short_ = cut_short_ || type.cut_short;
            if (header.type.empty() && digest) type.type = "message/rfc822";
            const bool nests = is_multipart(type) || type.type == "message/rfc822";
            if (nests && depth >= limits_.depth) {
                cut_short_ = true;
                type.type = "application/octet-stream";
            } else if (is_multipart(type) && !type.boundary.empty()) {
                open_.push_back({std::move(type.boundary), type.type == "multipart/digest", depth,
                                 end.body, leaves_.size(), false});
                return next_part(end.body);
            } else if (is_multipart(type)) {
                type.type = "text/plain";  // mail programs show it as text
            } else if (type.type == "message/rfc822" && is_identity(header.encoding)) {
                note_attached(end.body);
                at = end.body;
                continue;
            }
            return add_leaf(std::move(type), header, end.body, depth);
        }
    }

    // It ends where one of the multiparts goes on that are open around it.
    void note_attached(std::size_t body)
    {
        if (body < attached_end_) return;
        attached_end_ = delimiter_from(body);
        const auto bytes = text_.substr(body, attached_end_ - body);
        attached_.push_back(attached_end_ == text_.size() ? bytes : without_line_end(bytes));
    }

    std::optional<std::size_t> add_leaf(ContentType type, const EntityHeader& header,
                                        std::size_t body, std::size_t depth)
    {
        const auto end = delimiter_from(body);
        Leaf leaf{std::move(type),
                  parse_disposition(header.disposition, charset_changes_),
                  header.encoding,
                  without_brackets(header.content_id),
                  {},
                  depth};
        cut_short_ = cut_short_ || leaf.disposition.cut_short;
        const auto length = end - body;
        leaf.body =
            end == text_.size() ? text_.substr(body) : without_line_end(text_.substr(body, length));
        if (role_of(leaf) == Role::Html) complete_charset(leaf);
        leaves_.push_back(std::move(leaf));
        return next_part(end);
    }

    // Goes over delimiters from `at` until one opens a part.
    // @return where that part begins, or none when the message is at its end.
    std::optional<std::size_t> next_part(std::size_t at)
    {
        while (!open_.empty()) {
            at = delimiter_from(at);
            if (at >= text_.size()) return std::nullopt;
            const auto line = line_at(text_, at);
            const auto kind = match(line);  // closes the multiparts within
            const auto after = at + line.size();
            if (kind == Delimiter::Opens) {
                open_.back().has_parts = true;
                return after;
            }
            close_innermost(at);
            at = after;
        }
        return std::nullopt;
    }

    // The next line, from `at`, that delimits a part of an open multipart; else the end.
    std::size_t delimiter_from(std::size_t at) const
    {
        if (open_.empty()) return text_.size();
        if (at > 0 && text_[at - 1] != '\n') at = line_start_after(at);
        while (at < text_.size()) {
            if (text_.substr(at, 2) == "--" && delimited(line_at(text_, at))) return at;
            at = line_start_after(at);
        }
        return text_.size();
    }

    std::size_t line_start_after(std::size_t at) const
    {
        const auto end = text_.find("\n--", at);
        return end == std::string_view::npos ? text_.size() : end + 1;
    }

    static std::optional<Delimiter> matches(std::string_view line, const std::string& boundary)
    {
        line.remove_prefix(2);
        if (!line.starts_with(boundary)) return std::nullopt;
        line.remove_prefix(boundary.size());
        if (trimmed(line).empty()) return Delimiter::Opens;
        return line.starts_with("--") && trimmed(line.substr(2)).empty()
                   ? std::optional{Delimiter::Closes}
                   : std::nullopt;
    }

    bool delimited(std::string_view line) const
    {
        for (const auto& open : open_)
            if (matches(line, open.boundary)) return true;
        return false;
    }

    // Which kind of delimiter `line` is; the multiparts inside the one it belongs to are closed.
    Delimiter match(std::string_view line)
    {
        for (;;) {
            if (const auto kind = matches(line, open_.back().boundary)) return *kind;
            close_innermost(static_cast<std::size_t>(line.data() - text_.data()));
        }
    }

    // A multipart whose boundary never came hides its text from nobody: it counts as plain text.
    void close_innermost(std::size_t end)
    {
        const auto& open = open_.back();
        if (!open.has_parts && leaves_.size() == open.leaves && end > open.body) {
            Leaf leaf;
            leaf.body = text_.substr(open.body, end - open.body);
            leaf.depth = open.depth;
            leaves_.push_back(std::move(leaf));
        }
        open_.pop_back();
    }

    // A part's header ends at a blank line, at a delimiter, or at a line that is no field.
    HeaderEnd find_header_end(std::size_t at) const
    {
        const auto start = at;
        while (at < text_.size()) {
            const auto line = line_at(text_, at);
            const auto content = without_line_end(line);
            if (content.empty()) return {at, at + line.size()};
            if (content.starts_with("--") && delimited(line)) return {at, at};
            const bool folded = content.front() == ' ' || content.front() == '\t';
            if (at == start && start > 0 && !folded && content.find(':') == std::string_view::npos)
                return {at, at};
            at += line.size();
        }
        return {text_.size(), text_.size()};
    }

    std::string_view text_;
    const ReadLimits& limits_;
    std::vector<OpenMultipart> open_;
    std::vector<Leaf> leaves_;
    std::vector<std::string_view> attached_;
    std::size_t attached_end_ = 0;  ///< of the last of them
    std::size_t count_ = 0;
    CharsetChanges charset_changes_{most_changes_of_charset};
    bool cut_short_ = false;
};

}  // namespace

Role role_of(const Leaf& leaf)
{
    const std::string_view type = leaf.type.type;
    if (leaf.disposition.kind == "attachment") return Role::Attachment;
    if (type == "text/html" || type == "application/xhtml+xml") return Role::Html;
    if (type == "text/plain" || type == "message/delivery-status") return Role::Text;
    return type.starts_with("text/") && name_of(leaf).empty() && type != "text/calendar"
               ? Role::Text
               : Role::Attachment;
}

const std::string& name_of(const Leaf& leaf)
{
    return leaf.disposition.filename.empty() ? leaf.type.name : leaf.disposition.filename;
}

Entities cut_entities(std::string_view message, const ReadLimits& limits)
{
    return Cutter{message, limits}.run();
}

}  // namespace lazaret::filter
