#include "milter/filter/rules/rendering/mime_tree.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/rendering/message_head.hpp"
#include "milter/filter/rules/rendering/part_type.hpp"
#include "milter/filter/rules/rendering/transfer_decoding.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t longest_line = 2'048;
constexpr std::size_t longest_field = 65'536;  // of a part's header
constexpr std::size_t most_blank_lines = 20;
constexpr std::size_t most_parts_of_one = 1'000;
constexpr std::size_t most_parts = 4'000;
constexpr int deepest = 20;

bool is_blank(std::string_view text) { return without_leading_blanks(text).empty(); }

// Whether the lines are in CRLF: the first and the last say so for all.
bool has_crlf(std::string_view text)
{
    const auto first = text.find('\n');
    if (first == std::string_view::npos) return false;
    return (first > 0 && text[first - 1] == '\r') || text.ends_with("\r\n");
}

// What a line of a multipart is to its boundary.
enum class Mark { None, Opens, Closes };

Mark mark_of(std::string_view line, std::string_view boundary)
{
    if (!line.starts_with("--") || !line.substr(2).starts_with(boundary)) return Mark::None;
    auto rest = line.substr(2 + boundary.size());
    if (is_blank(rest)) return Mark::Opens;
    return rest.starts_with("--") && is_blank(rest.substr(2)) ? Mark::Closes : Mark::None;
}

// Lines of more than 2,048 bytes, line end included, cut there.
std::string with_long_lines_cut(std::string_view text)
{
    std::string out;
    out.reserve(text.size() + text.size() / longest_line + 1);
    while (!text.empty()) {
        auto line = take_line(text);
        for (; line.size() > longest_line; line.remove_prefix(longest_line)) {
            out += line.substr(0, longest_line);
            out += '\n';
        }
        out += line;
    }
    return out;
}

// Whether a run of more than 20 lines may be blank; most messages have none.
bool has_many_blank_lines(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(blanks.first_not_in(text, at), text.size());
        if (end - at > most_blank_lines &&
            std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                       text.begin() + static_cast<std::ptrdiff_t>(end),
                       '\n') > static_cast<std::ptrdiff_t>(most_blank_lines))
            return true;
        at = text.find('\n', end);
        if (at == std::string_view::npos) break;
        ++at;
    }
    return false;
}

// A run of `count` blank lines without those that are too many: the first stay, and the last.
std::string shortened(std::string_view run, std::size_t count, bool is_first)
{
    const std::size_t first = is_first ? 2 : 1;
    const std::size_t last = most_blank_lines - 1;
    if (count <= first + last) return std::string{run};
    std::string out;
    for (std::size_t i = 0; i < first; ++i) out += take_line(run);
    auto begin = run.size();
    if (run.ends_with('\n')) --begin;
    for (std::size_t i = 0; i < last; ++i) begin = run.rfind('\n', begin - 1);
    return out += run.substr(begin + 1);
}

// Runs of blank lines shortened to 20 (one more at the beginning).
std::string with_fewer_blank_lines(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    const char* run = text.data();
    std::size_t count = 0;
    bool is_first = true;
    const auto put_run = [&](const char* end) {
        out += shortened({run, static_cast<std::size_t>(end - run)}, count, is_first);
        is_first = false;
        count = 0;
    };
    while (!text.empty()) {
        const auto line = take_line(text);
        if (is_blank(line)) {
            ++count;
            continue;
        }
        put_run(line.data());
        out += line;
        run = line.data() + line.size();
    }
    put_run(text.data());
    return out;
}

class TreeReader {
public:
    explicit TreeReader(Rendering& out) : out_{out} {}

    void read(std::string_view message);

private:
    struct Node {
        MimePart part;
        std::vector<std::size_t> children;
    };
    struct Work {
        std::size_t node = 0;
        std::string_view body;
        int levels_left = 0;
        bool has_boundary = false;
        bool begins_blank = false;  // a blank line is thought before the body
    };
    // A part of a multipart while its lines are read.
    struct OpenPart {
        RuleHeaders headers;
        std::string_view field;
        bool is_field_cut = false;
        const char* body = nullptr;  // where it begins
        std::size_t body_size = 0;
        bool in_body = false;
        bool has_long_line = false;
    };

    std::string_view keep(std::string text);
    std::string_view in_plain_lines(std::string_view message);
    std::string_view read_message(std::string_view message, std::size_t node, int levels_left);
    void read_multipart(const Work& work);
    std::string_view behind_preamble(const Work& work, std::string_view boundary);
    void read_line(std::string_view line, std::string_view boundary, OpenPart& open,
                   bool& is_nested);
    void end_part(const Work& work, OpenPart& open, bool ends_at_boundary);
    void read_leaf(const Work& work);
    void open_attached(const Work& work);
    std::size_t add_node(std::size_t parent);
    void flatten();

    Rendering& out_;
    std::deque<Node> nodes_;
    std::deque<Work> queue_;
    std::map<std::string, int, std::less<>> boundaries_;  // 1: opened, 0: and closed again
};

std::string_view TreeReader::keep(std::string text)
{
    out_.kept.push_back(std::make_unique<const std::string>(std::move(text)));
    return *out_.kept.back();
}

std::string_view TreeReader::in_plain_lines(std::string_view message)
{
    if (!has_crlf(message)) return message;
    std::string text{message};
    make_line_ends_plain(text);
    return keep(std::move(text));
}

std::size_t TreeReader::add_node(std::size_t parent)
{
    const auto index = nodes_.size();
    nodes_.emplace_back();
    nodes_.back().part.parent = parent;
    if (index > 0) {
        nodes_[parent].children.push_back(index);
        nodes_[parent].part.is_leaf = false;
    }
    return index;
}

// Reads the head of a message into that node, and puts its body into the queue.
std::string_view TreeReader::read_message(std::string_view text, std::size_t node, int levels_left)
{
    auto head = read_message_head(text);
    auto& part = nodes_[node].part;
    part.headers = std::move(head.headers);
    auto body = text.substr(head.end);
    if (node == 0) {
        out_.header = text.substr(head.begin, head.end - head.begin);
        out_.text = text.substr(head.begin);
        out_.body_text = body;
        out_.faults.missing_head_body_separator = head.is_separator_missing;
        out_.faults.truncated_header = head.is_truncated;
        // What another SpamAssassin said, or somebody in its name, is none of the rules' business.
        part.headers.remove("x-spam-");
    }
    const auto type = read_part_type(part.headers.value("content-type"));
    part.type = type.type;
    part.boundary = type.boundary.value_or("");
    if (has_many_blank_lines(body)) body = keep(with_fewer_blank_lines(body));

    // A head that goes right over into the body of a multipart.
    auto second = body;
    const auto first = take_line(second);
    const bool begins_blank = part.type.starts_with("multipart/") && !second.empty() &&
                              !is_blank(first) &&
                              (!type.boundary || !first.starts_with("--") ||
                               !first.substr(2).starts_with(*type.boundary));
    queue_.push_back({node, body, levels_left, type.boundary.has_value(), begins_blank});
    return body;
}

void TreeReader::read(std::string_view message)
{
    add_node(0);
    read_message(in_plain_lines(message), 0, deepest);
    while (!queue_.empty()) {
        const auto work = queue_.front();
        queue_.pop_front();
        const auto& type = nodes_[work.node].part.type;
        if (type.starts_with("multipart/") && work.has_boundary && work.levels_left > 0) {
            read_multipart(work);
            continue;
        }
        read_leaf(work);
        if ((type == "message/rfc822" || type == "message/global") && work.levels_left > 0)
            open_attached(work);
    }
    out_.faults.missing_boundary =
        std::any_of(boundaries_.begin(), boundaries_.end(),
                    [](const auto& boundary) { return boundary.second != 0; });
    flatten();
}

// Without an opening boundary, all of it.
std::string_view TreeReader::behind_preamble(const Work& work, std::string_view boundary)
{
    auto rest = work.body;
    while (!rest.empty()) {
        if (mark_of(take_line(rest), boundary) != Mark::Opens) continue;
        boundaries_.insert_or_assign(std::string{boundary}, 1);
        if (!rest.empty() && !begins_with_field(rest.substr(0, rest.find('\n')), false))
            out_.faults.missing_mime_headers = true;
        return rest;
    }
    return work.begins_blank ? keep("\n" + std::string{work.body}) : work.body;
}

// What its own fields say of a part; those of a multipart count, too, though none should be there.
void describe(MimePart& part, const PartType& type)
{
    part.charset = type.charset;
    part.disposition = part.headers.value("content-disposition");
    part.encoding = ascii_lower(part.headers.value("content-transfer-encoding"));
}

void TreeReader::read_multipart(const Work& work)
{
    auto& part = nodes_[work.node].part;
    part.is_leaf = false;
    describe(part, read_part_type(part.headers.value("content-type")));
    const auto boundary = part.boundary;
    auto rest = behind_preamble(work, boundary);
    OpenPart open;
    bool is_nested = false;
    std::size_t count = 0;
    while (!rest.empty()) {
        const auto line = take_line(rest);
        auto mark = mark_of(line, boundary);
        if (mark != Mark::None && is_nested) {
            // One level of the same boundary within itself.
            if (mark == Mark::Closes) is_nested = false;
            mark = Mark::None;
        }
        if (mark == Mark::None && !rest.empty()) {
            read_line(line, boundary, open, is_nested);
            continue;
        }
        if (mark == Mark::None) {
            if (!open.body) open.body = line.data();
            open.body_size = static_cast<std::size_t>(line.data() + line.size() - open.body);
            open.has_long_line |= line.size() > longest_line;
        }
        end_part(work, open, mark != Mark::None);
        if (mark == Mark::Closes) {
            --boundaries_[boundary];
            break;
        }
        if (mark == Mark::Opens && !rest.empty() &&
            !begins_with_field(rest.substr(0, rest.find('\n')), false))
            out_.faults.missing_mime_headers = true;
        if (++count == most_parts_of_one || nodes_.size() >= most_parts) {
            out_.faults.mimepart_limit_exceeded = true;
            return;
        }
        open = {};
    }
    if (rest.find_first_not_of(" \t\n\r\f\v.") != std::string_view::npos)
        out_.faults.mime_epilogue_exists = true;
}

// A line of a part, of its header or its body.
void TreeReader::read_line(std::string_view line, std::string_view boundary, OpenPart& open,
                           bool& is_nested)
{
    if (!open.in_body) {
        const auto add_field = [&open] {
            if (open.field.empty()) return std::string_view{};
            const auto colon = open.field.find(':');
            const auto name = open.field.substr(0, colon);
            const auto value = open.field.substr(colon + 1);
            open.headers.add(name, without_leading_blanks(value));
            return name;
        };
        if (begins_with_field(line, true)) {
            add_field();
            open.field = line.substr(0, longest_field);
            open.is_field_cut = line.size() > longest_field;
            return;
        }
        if ((line[0] == ' ' || line[0] == '\t') && !open.field.empty()) {
            open.is_field_cut |= open.field.size() + line.size() > longest_field;
            if (!open.is_field_cut)
                open.field = {open.field.data(), open.field.size() + line.size()};
            return;
        }
        if (same_ignoring_case(add_field(), "content-type"))
            is_nested |= read_part_type(open.headers.value("content-type")).boundary == boundary;
        open.in_body = true;
        if (line == "\n" || line == "\r\n") return;
        out_.faults.missing_mime_head_body_separator = true;
    }
    if (!open.body) open.body = line.data();
    open.body_size = static_cast<std::size_t>(line.data() + line.size() - open.body);
    open.has_long_line |= line.size() > longest_line;
}

void TreeReader::end_part(const Work& work, OpenPart& open, bool ends_at_boundary)
{
    std::string_view body{open.body ? open.body : "", open.body_size};
    if (open.has_long_line) body = keep(with_long_lines_cut(body));
    if (ends_at_boundary && body.ends_with('\n')) body.remove_suffix(1);

    const auto index = add_node(work.node);
    auto& part = nodes_[index].part;
    part.headers = std::move(open.headers);
    const auto type = read_part_type(part.headers.value("content-type"));
    part.type = type.type;
    if (type.is_missing && nodes_[work.node].part.type == "multipart/digest")
        part.other_type = std::exchange(part.type, "message/rfc822");
    part.boundary = type.boundary.value_or(nodes_[work.node].part.boundary);
    queue_.push_back({index, body, work.levels_left - 1, true, false});
}

void TreeReader::read_leaf(const Work& work)
{
    auto& part = nodes_[work.node].part;
    const auto type = read_part_type(part.headers.value("content-type"));
    if (part.type.starts_with("multipart/") && !work.has_boundary)
        part.other_type = std::exchange(part.type, "text/plain");
    describe(part, type);
    const auto name = name_in_disposition(part.disposition);
    part.name = name.empty() ? type.name : std::string{name};
    if (type.name != part.name) part.type_name = type.name;
    part.raw = work.begins_blank ? keep("\n" + std::string{work.body}) : work.body;
}

// An attached message goes into the tree in the place of its text.
void TreeReader::open_attached(const Work& work)
{
    auto& part = nodes_[work.node].part;
    auto text = part.encoding == "base64" || part.encoding == "quoted-printable"
                    ? keep(decoded_body(part))
                    : part.raw;
    if (text.empty() || nodes_.size() >= most_parts) return;
    text = in_plain_lines(text);
    part.raw = {};
    read_message(text, add_node(work.node), work.levels_left - 1);
}

// The nodes in order, each before those below it.
void TreeReader::flatten()
{
    struct Place {
        std::size_t node = 0;
        std::size_t parent = 0;
        std::size_t depth = 0;
    };
    std::vector<Place> places{{}};
    out_.parts.reserve(nodes_.size());
    while (!places.empty()) {
        const auto place = places.back();
        places.pop_back();
        auto& node = nodes_[place.node];
        const auto index = out_.parts.size();
        node.part.parent = place.parent;
        node.part.depth = place.depth;
        out_.parts.push_back(std::move(node.part));
        for (auto child = node.children.rbegin(); child != node.children.rend(); ++child)
            places.push_back({*child, index, place.depth + 1});
    }
}

}  // namespace

std::string decoded_body(const MimePart& part)
{
    if (part.encoding == "quoted-printable") return decode_quoted_printable(part.raw);
    if (part.encoding != "base64") return std::string{part.raw};
    auto text = decode_base64(part.raw);
    if (part.type.starts_with("text/") || part.type.starts_with("message/"))
        make_line_ends_plain(text);
    return text;
}

void read_mime_tree(std::string_view message, Rendering& out) { TreeReader{out}.read(message); }

}  // namespace lazaret::filter::rules
