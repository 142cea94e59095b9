#include "portal/incoming_request.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/text.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t longest_chunk_line = 256;  // a size, and extensions that nobody sends

constexpr int bad_request = 400;
constexpr int content_too_large = 413;
constexpr int unsupported_media_type = 415;
constexpr int fields_too_large = 431;

// The next line, which is taken off.
std::string_view next_line_of(std::string_view& head)
{
    const auto end = std::min(head.find('\n'), head.size());
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    return line;
}

// Calls `see(name, value)` with each header field, in the order in which they came.
template <class See>
void for_each_field(std::string_view head, See&& see)
{
    next_line_of(head);  // the request line
    while (!head.empty()) {
        const auto line = next_line_of(head);
        const auto colon = line.find(':');
        if (colon != std::string_view::npos)
            see(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    }
}

}  // namespace

bool IncomingRequest::take(std::string_view piece)
{
    if (part_ == Part::Nothing) return true;
    unread_ += piece;
    while (part_ != Part::Nothing && step()) {
    }
    unread_.erase(0, part_ == Part::Head ? 0 : std::exchange(at_, 0));
    return part_ == Part::Nothing;
}

bool IncomingRequest::waits_for_us() const noexcept
{
    return expects_answer_ && part_ != Part::Head && part_ != Part::Nothing && body_.empty();
}

std::string_view IncomingRequest::posted_path() const noexcept
{
    constexpr std::string_view method = "POST ";
    std::string_view line = head_;
    if (!line.starts_with(method)) return {};
    line.remove_prefix(method.size());
    return line.substr(0, line.find_first_of(" ?\r\n"));
}

std::string IncomingRequest::field(std::string_view wanted, std::string_view between) const
{
    std::string all;
    bool is_first = true;
    for_each_field(head_, [&](std::string_view name, std::string_view value) {
        if (!same_ignoring_case(name, wanted)) return;
        all.append(std::exchange(is_first, false) ? std::string_view{} : between).append(value);
    });
    return all;
}

// Takes one part, when all of it is there. @return whether it was.
bool IncomingRequest::step()
{
    switch (part_) {
        case Part::Head: return take_head();
        case Part::Body: return take_body(Part::Nothing);
        case Part::ChunkSize: return take_chunk_size();
        case Part::Chunk: return take_body(Part::ChunkEnd);
        case Part::ChunkEnd: return take_chunk_end();
        case Part::Trailer: return take_trailer();
        case Part::Nothing: break;
    }
    return false;
}

// A line ends with CR LF: what ends with LF alone, others may take for a line or not.
bool IncomingRequest::take_head()
{
    bool ends = false;
    while (!ends) {
        const auto end = unread_.find('\n', at_);
        if (std::min(end, unread_.size()) >= longest_head) return refuse(fields_too_large);
        if (end == std::string::npos) {
            at_ = unread_.size();
            return false;
        }
        if (end == 0 || unread_[end - 1] != '\r') return refuse(bad_request);
        ends = end >= 2 && unread_[end - 2] == '\n';
        at_ = end + 1;
    }
    head_ = unread_.substr(0, at_);
    see_fields();
    return true;
}

// Where two programs could differ about the end of a body, there is none that we would act on.
void IncomingRequest::see_fields()
{
    int lengths = 0;
    int codings = 0;
    bool is_chunked = false;
    bool is_packed = false;
    std::string_view length;
    for_each_field(head_, [&](std::string_view name, std::string_view value) {
        if (same_ignoring_case(name, "Content-Length")) {
            ++lengths;
            length = value;
        } else if (same_ignoring_case(name, "Transfer-Encoding")) {
            ++codings;
            is_chunked = same_ignoring_case(value, "chunked");
        } else if (same_ignoring_case(name, "Content-Encoding")) {
            is_packed = is_packed || !same_ignoring_case(value, "identity");
        } else if (same_ignoring_case(name, "Expect")) {
            expects_answer_ = same_ignoring_case(value, "100-continue");
        }
    });
    part_ = Part::Nothing;
    if (bound_ && *bound_ && head_.starts_with("POST ")) longest_ = (*bound_)(*this);
    // Nothing that we read is ever packed, and unpacking is how few bytes become many.
    if (is_packed) refuse(unsupported_media_type);
    else if (!head_.starts_with("POST ")) return;
    else if (lengths + codings > 1 || (codings == 1 && !is_chunked)) refuse(bad_request);
    else if (is_chunked) part_ = Part::ChunkSize;
    else if (lengths == 1) expect_body(length);
}

void IncomingRequest::expect_body(std::string_view length)
{
    std::uint64_t bytes = 0;
    const auto* end = length.data() + length.size();
    const auto [stop, code] = std::from_chars(length.data(), end, bytes);
    if (length.empty() || stop != end || code == std::errc::invalid_argument) {
        refuse(bad_request);
    } else if (code != std::errc{} || bytes > longest_) {
        refuse(content_too_large);
    } else if (bytes > 0) {
        left_ = bytes;
        part_ = Part::Body;
    }
}

bool IncomingRequest::take_body(Part next)
{
    const auto bytes = std::min(left_, unread_.size() - at_);
    body_.append(unread_, at_, bytes);
    at_ += bytes;
    left_ -= bytes;
    if (left_ > 0) return false;
    part_ = next;
    return true;
}

bool IncomingRequest::take_chunk_size()
{
    std::string_view line;
    if (!next_line(longest_chunk_line, line)) return false;
    const auto digits = trimmed(line.substr(0, line.find(';')));
    std::uint64_t bytes = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, code] = std::from_chars(digits.data(), end, bytes, 16);
    if (digits.empty() || stop != end || code == std::errc::invalid_argument)
        return refuse(bad_request);
    if (code != std::errc{} || bytes > longest_ - body_.size()) return refuse(content_too_large);
    left_ = bytes;
    part_ = bytes == 0 ? Part::Trailer : Part::Chunk;
    return true;
}

bool IncomingRequest::take_chunk_end()
{
    std::string_view line;
    if (!next_line(0, line)) return false;
    part_ = Part::ChunkSize;
    return true;
}

bool IncomingRequest::take_trailer()
{
    std::string_view line;
    if (!next_line(longest_head - trailer_, line)) return false;
    trailer_ += std::min(line.size() + 1, longest_head - trailer_);
    if (line.empty()) part_ = Part::Nothing;
    return true;
}

// A line without its end; refuses one that is longer. @return whether there was one.
bool IncomingRequest::next_line(std::size_t longest, std::string_view& line)
{
    const auto end = unread_.find('\n', at_);
    const auto size = std::min(end, unread_.size()) - at_;
    if (size > longest + 1) return refuse(bad_request);  // one for the CR
    if (end == std::string::npos) return false;
    if (size == 0 || unread_[end - 1] != '\r') return refuse(bad_request);
    line = std::string_view{unread_}.substr(at_, size - 1);
    at_ = end + 1;
    return true;
}

bool IncomingRequest::refuse(int status)
{
    refusal_ = status;
    part_ = Part::Nothing;
    return false;
}

}  // namespace lazaret::portal
