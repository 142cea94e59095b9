#include "milter/filter/auth/canonical.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"

namespace lazaret::filter::auth {
namespace {

// A line of a body may be as long as the message; it is made canonical and hashed piece by piece.
constexpr std::size_t longest_piece = 1 << 14;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Adds `text` with each run of blanks as one space.
void add_reduced(std::string& out, std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const auto blank = std::min(text.find_first_of(" \t", at), text.size());
        out += text.substr(at, blank - at);
        if (blank < text.size()) out += ' ';
        at = std::min(text.find_first_not_of(" \t", blank), text.size());
    }
}

std::string without_line_ends(std::string_view text)
{
    std::string out{text};
    out.erase(std::remove_if(out.begin(), out.end(), [](char c) { return c == '\r' || c == '\n'; }),
              out.end());
    return out;
}

// Adds `text` with CRLF for each bare LF.
void add_with_crlf(std::string& out, std::string_view text)
{
    for (const char c : text) {
        if (c == '\n' && !out.ends_with('\r')) out += '\r';
        out += c;
    }
}

// The canonical form of a body, as it comes, hashed up to each of several lengths.
class BodyHasher {
public:
    explicit BodyHasher(const std::vector<BodyLength>& lengths)
    {
        for (const auto& length : lengths)
            if (length) at_length_.try_emplace(*length);
        next_ = at_length_.begin();
    }

    void add(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto piece = bytes.substr(0, longest_piece);
            buffer_ += piece;
            if (buffer_.size() >= longest_piece) flush();
            bytes.remove_prefix(piece.size());
        }
    }

    BodyHashes finish(const std::vector<BodyLength>& lengths)
    {
        flush();
        BodyHashes hashes{{}, size_};
        for (const auto& length : lengths)
            hashes.digests.push_back(length ? at_length_.at(*length) : hash_.digest());
        return hashes;
    }

    [[nodiscard]] bool is_empty() const { return size_ == 0 && buffer_.empty(); }

private:
    void flush()
    {
        std::string_view rest = buffer_;
        for (; next_ != at_length_.end() && next_->first <= size_ + rest.size(); ++next_) {
            const auto part = rest.substr(0, next_->first - size_);
            take(part);
            rest.remove_prefix(part.size());
            next_->second = hash_.digest();
        }
        take(rest);
        buffer_.clear();
    }

    void take(std::string_view bytes)
    {
        hash_.add(bytes);
        size_ += bytes.size();
    }

    using Digests = std::map<std::uint64_t, std::optional<Digest>>;
    Digests at_length_;
    Digests::iterator next_;
    Sha256 hash_;
    std::string buffer_;
    std::uint64_t size_ = 0;
};

std::string_view without_blanks_at_end(std::string_view line)
{
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    return line;
}

}  // namespace

void add_canonical(std::string& text, const HeaderField& field, Canonical form,
                   std::string_view left_out)
{
    // The two parts around what is left out; `value` may be shorter than `whole` by its line end.
    const auto cut = left_out.data() ? left_out : std::string_view{field.value.data(), 0};
    const auto* value_end = field.value.data() + field.value.size();
    const auto begin_to = [&](const char* from) {
        return std::string_view{from, static_cast<std::size_t>(cut.data() - from)};
    };
    const auto* after = cut.data() + cut.size();
    if (form == Canonical::Simple) {
        add_with_crlf(text, begin_to(field.whole.data()));
        const auto* end = field.whole.data() + field.whole.size();
        add_with_crlf(text, {after, static_cast<std::size_t>(end - after)});
        if (!text.ends_with("\r\n")) text += "\r\n";
        return;
    }
    // Unfolded: what was a fold is a run of blanks then.
    auto value = without_line_ends(begin_to(field.value.data()));
    value += without_line_ends({after, static_cast<std::size_t>(value_end - after)});
    text += ascii_lower(field.name);
    text += ':';
    add_reduced(text, trimmed(value));
    text += "\r\n";
}

BodyHashes hash_body(std::string_view body, Canonical form, const std::vector<BodyLength>& lengths)
{
    BodyHasher hasher{lengths};
    auto add_relaxed = [&hasher, relaxed = std::string{}](std::string_view line) mutable {
        while (!line.empty()) {
            // No run of blanks is cut in two.
            const auto piece = line.substr(0, line.find_first_not_of(" \t", longest_piece));
            relaxed.clear();
            add_reduced(relaxed, piece);
            hasher.add(relaxed);
            line.remove_prefix(piece.size());
        }
    };
    std::size_t empty_lines = 0;  // not added yet: those at the end do not count
    while (!body.empty()) {
        const auto end = body.find('\n');
        auto line = body.substr(0, end);
        body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
        if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
        if (form == Canonical::Relaxed) line = without_blanks_at_end(line);
        if (line.empty()) {
            ++empty_lines;
            continue;
        }
        for (; empty_lines > 0; --empty_lines) hasher.add("\r\n");
        if (form == Canonical::Relaxed) add_relaxed(line);
        else hasher.add(line);
        hasher.add("\r\n");
    }
    if (form == Canonical::Simple && hasher.is_empty()) hasher.add("\r\n");
    return hasher.finish(lengths);
}

}  // namespace lazaret::filter::auth
