#include "milter/filter/message/entities.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "milter/filter/message/charset_labels.hpp"
#include "milter/filter/message/decoding.hpp"
#include "milter/filter/message/entity_header.hpp"
#include "milter/filter/message/html_charset.hpp"

namespace lazaret::filter {
namespace {

constexpr int most_changes_of_charset = 500;  // in the headers of all parts together

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

bool is_message(const ContentType& type)
{
    return type.type == "message/rfc822" || type.type == "message/global" ||
           type.type == "message/news";
}

bool is_field(std::string_view line)
{
    const auto name = line.substr(0, line.find(':'));
    return !name.empty() && name.size() < line.size() &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F; });
}

// Whether a field stands in front of the first blank line, or nothing does.
bool begins_with_header(std::string_view message)
{
    for (std::size_t at = 0; at < message.size();) {
        const auto line = line_at(message, at);
        if (is_field(line)) return true;
        if (without_line_end(line).empty()) return at == 0;
        at += line.size();
    }
    return false;
}

// Whether something else than quoted-printable is declared over a message that was never encoded.
bool is_written_plainly(std::string_view message, std::string_view encoding)
{
    return is_field(line_at(message, 0)) && !starts_ignoring_case(encoding, "quoted-printable");
}

// A multipart whose end was not seen yet.
struct OpenMultipart {
    std::string boundary;
    bool digest = false;  ///< parts without a type are messages
    std::size_t depth = 0;
    std::size_t body = 0;         ///< where its body begins
    std::size_t leaves = 0;       ///< how many there were before it
    std::size_t alternative = 0;  ///< as of a leaf in it
    std::size_t branch = 0;       ///< as of a leaf in it
    bool counts_branches = false;
    bool has_parts = false;
};

enum class Delimiter { Opens, Closes };

// Where a header ends, before its blank line, and where the body begins.
struct HeaderEnd {
    std::size_t header = 0;
    std::size_t body = 0;
};

// What a message and those that are attached to it share.
struct Cut {
    const ReadLimits& limits;
    Entities found{};
    std::size_t room = limits.message;  ///< bytes of decoded messages
    std::size_t alternatives = 0;       ///< multiparts of that kind so far
    CharsetChanges charset_changes{most_changes_of_charset};
};

class Cutter {
public:
    Cutter(std::string_view message, Cut& cut) : text_{message}, cut_{cut} {}

    // An attached message that had to be decoded.
    Cutter(std::shared_ptr<const std::string> message, Cut& cut)
        : owner_{std::move(message)}, text_{*owner_}, cut_{cut}, attached_end_{text_.size() + 1}
    {
    }

    void run(std::size_t depth)
    {
        bool digest = false;
        for (std::size_t at = 0;;) {
            const auto next = read_entity(at, depth, digest);
            if (!next) break;
            at = *next;
            depth = open_.back().depth + 1;
            digest = open_.back().digest;
        }
        while (!open_.empty()) close_innermost(text_.size());
    }

private:
    // Reads the entity at `at` with all attached messages that begin it.
    // @return where the next part of the innermost open multipart begins; none at the end.
    std::optional<std::size_t> read_entity(std::size_t at, std::size_t depth, bool digest)
    {
        for (; may_read_another(); ++depth, digest = false) {
            const auto end = find_header_end(at);
            const auto header = read_entity_header(text_.substr(at, end.header - at));
            auto type = parse_content_type(header.type, cut_.charset_changes);
            note_cut(type.cut_short);
            if (header.type.empty() && digest) type.type = "message/rfc822";
            const bool nests = is_multipart(type) || is_message(type);
            if (nests && depth >= cut_.limits.depth) {
                note_cut(true);
                type.type = "application/octet-stream";
            } else if (is_multipart(type) && !type.boundary.empty()) {
                open_multipart(type, end.body, depth);
                return next_part(end.body);
            } else if (is_multipart(type)) {
                type.type = "text/plain";  // mail programs show it as text
            } else if (is_message(type) &&
                       (!is_encoded(header.encoding) ||
                        is_written_plainly(text_.substr(end.body), header.encoding))) {
                note_attached(end.body);
                at = end.body;
                continue;
            }
            return add_leaf(std::move(type), header, end.body, depth);
        }
        return std::nullopt;
    }

    void open_multipart(ContentType& type, std::size_t body, std::size_t depth)
    {
        OpenMultipart opened{std::move(type.boundary), type.type == "multipart/digest", depth, body,
                             cut_.found.leaves.size()};
        if (type.type == "multipart/alternative") {
            opened.alternative = ++cut_.alternatives;
            opened.counts_branches = true;
        } else if (!open_.empty()) {
            opened.alternative = open_.back().alternative;
            opened.branch = open_.back().branch;
        }
        open_.push_back(std::move(opened));
    }

    void note_cut(bool is_cut) { cut_.found.cut_short = cut_.found.cut_short || is_cut; }

    bool may_read_another()
    {
        const auto most = cut_.limits.parts;
        const bool may = cut_.found.count <= most && ++cut_.found.count <= most;
        note_cut(!may);
        return may;
    }

    // What an entity has between its header and the delimiter at `end`.
    std::string_view body_between(std::size_t body, std::size_t end) const
    {
        const auto bytes = text_.substr(body, end - body);
        return end == text_.size() ? bytes : without_line_end(bytes);
    }

    // It ends where one of the multiparts goes on that are open around it.
    void note_attached(std::size_t body)
    {
        if (body < attached_end_) return;
        attached_end_ = delimiter_from(body);
        cut_.found.attached.push_back(body_between(body, attached_end_));
    }

    // An attached message that is read beside this one.
    // @return whether it is one: anything can be declared to be a message.
    bool read_encoded(const Leaf& leaf)
    {
        auto bytes = decoded_start(leaf.body, leaf.encoding, cut_.room + 1);
        const bool is_whole = bytes.size() <= cut_.room;
        note_cut(!is_whole);
        bytes.resize(std::min(bytes.size(), cut_.room));
        if (!begins_with_header(bytes)) return false;
        cut_.room -= bytes.size();
        auto message = std::make_shared<const std::string>(std::move(bytes));
        cut_.found.decoded.push_back(message);
        const auto at = static_cast<std::size_t>(leaf.body.data() - text_.data());
        if (is_whole && at >= attached_end_) cut_.found.attached.push_back(*message);
        Cutter{std::move(message), cut_}.run(leaf.depth + 1);
        return true;
    }

    // An attached message that has to be decoded is a leaf too where it has a name: mail programs
    // offer it as that file.
    std::optional<std::size_t> add_leaf(ContentType type, const EntityHeader& header,
                                        std::size_t body, std::size_t depth)
    {
        const auto end = delimiter_from(body);
        Leaf leaf{std::move(type),
                  parse_disposition(header.disposition, cut_.charset_changes),
                  header.encoding,
                  header.content_id,
                  body_between(body, end),
                  depth,
                  open_.empty() ? 0 : open_.back().alternative,
                  open_.empty() ? 0 : open_.back().branch,
                  owner_};
        note_cut(leaf.disposition.cut_short);
        const bool is_read = is_message(leaf.type) && read_encoded(leaf);
        if (is_read && name_of(leaf).empty()) return next_part(end);
        if (role_of(leaf) == Role::Html) complete_charset(leaf);
        cut_.found.leaves.push_back(std::move(leaf));
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
                if (open_.back().counts_branches) ++open_.back().branch;
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
        auto& leaves = cut_.found.leaves;
        if (!open.has_parts && leaves.size() == open.leaves && end > open.body) {
            Leaf leaf;
            leaf.body = text_.substr(open.body, end - open.body);
            leaf.depth = open.depth;
            leaf.decoded = owner_;
            leaves.push_back(std::move(leaf));
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

    std::shared_ptr<const std::string> owner_;  ///< of the text; none: the caller
    std::string_view text_;
    Cut& cut_;
    std::vector<OpenMultipart> open_;
    std::size_t attached_end_ = 0;  ///< where the attached message ends that was noted last
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
    Cut cut{limits};
    Cutter{message, cut}.run(0);
    cut.found.cut_short = cut.found.cut_short || cut.charset_changes.exhausted();
    return std::move(cut.found);
}

}  // namespace lazaret::filter
