#include "base/mail/reference_field.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "base/base64.hpp"
#include "base/mail/digest.hpp"
#include "base/mail/header_fields.hpp"
#include "base/mail/mac.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

constexpr std::size_t mac_length = 16;
constexpr std::size_t longest_field = 300;
constexpr std::size_t longest_mark = 1'000;  // bytes
constexpr std::size_t word_count = 5;

/// What the field says.
struct Claimed {
    std::string key{};
    std::int64_t passed = 0;  // seconds
    Digest digest{};
    std::size_t mark = 0;
    std::string mac{};
};

std::string mac(const std::string& key, const Claimed& one, const Digest& header)
{
    return mac_of(key,
                  fmt::format("lazaret-reference-1 {} {} {} {}", one.passed, one.digest.hex(),
                              one.mark, header.hex()),
                  mac_length);
}

std::string_view raw(const Digest& digest)
{
    return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

// Blanks part them, those of a fold too.
std::vector<std::string_view> words_of(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    std::vector<std::string_view> words;
    while (words.size() <= word_count) {
        text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
        if (text.empty()) break;
        const auto end = std::min(text.find_first_of(blanks), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return words;
}

template <class Number>
std::optional<Number> number_in(std::string_view text, Number most)
{
    Number number = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, number);
    if (code != std::errc{} || stop != end || number < 0 || number > most) return std::nullopt;
    return number;
}

std::optional<Claimed> read_claimed(std::string_view value)
{
    if (value.size() > longest_field) return std::nullopt;
    const auto words = words_of(value);
    if (words.size() != word_count) return std::nullopt;
    // 2^40 seconds are 34,000 years: sums with it do not overflow.
    const auto passed = number_in<std::int64_t>(words[1], std::int64_t{1} << 40);
    const auto mark = number_in<std::int64_t>(words[3], longest_mark);
    const auto digest = from_base64(words[2]);
    Claimed one{.key = std::string{words[0]}, .mac = from_base64(words[4])};
    if (!passed || !mark || digest.size() != one.digest.bytes.size()) return std::nullopt;
    one.passed = *passed;
    one.mark = static_cast<std::size_t>(*mark);
    std::copy(digest.begin(), digest.end(), one.digest.bytes.begin());
    return one;
}

void append_with_crlf(std::string& to, std::string_view text)
{
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        const bool ends = end != std::string_view::npos;
        to += line;
        if (ends) to += line.ends_with('\r') ? "\n" : "\r\n";
        text.remove_prefix(ends ? end + 1 : text.size());
    }
}

/// What to do with the subject that we put a mark before.
enum class Subject { WithoutMark, Removed };

// A header as its sender wrote it: what stands behind our reference, without what else we added,
// and without traces and results, which nothing vouches for.
std::string header_below(const HeaderAndBody& cut, std::size_t reference, std::size_t mark,
                         Subject subject)
{
    std::string header;
    bool is_unmarked = mark == 0;
    for (std::size_t at = reference + 1; at < cut.fields.size(); ++at) {
        const auto& field = cut.fields[at];
        if (!is_digested(field.name)) continue;
        if (is_unmarked || !same_ignoring_case(field.name, "Subject")) {
            append_with_crlf(header, field.whole);
            continue;
        }
        is_unmarked = true;
        if (subject == Subject::Removed) continue;
        const auto value = trimmed(field.value);
        header.append(field.name).append(": ");
        append_with_crlf(header, trimmed(value.substr(std::min(mark, value.size()))));
        header += "\r\n";
    }
    return header;
}

// What Postfix and Sendmail name a message that has no name: its part behind the time is the queue
// id, which digest_of() wants to know.
std::string_view queue_id_of(std::string_view header)
{
    const auto cut = cut_header(header);
    for (const auto& field : cut.fields) {
        if (!same_ignoring_case(field.name, "Message-Id") &&
            !same_ignoring_case(field.name, "Resent-Message-Id"))
            continue;
        const auto dot = field.value.find('.');
        const auto at = field.value.find('@');
        if (dot < at && at != std::string_view::npos && at > dot + 1)
            return field.value.substr(dot + 1, at - dot - 1);
    }
    return {};
}

bool has_digest(std::string_view message, const Digest& digest)
{
    if (digest_of(message, "") == digest) return true;
    const auto queue_id = queue_id_of(message);
    return !queue_id.empty() && digest_of(message, queue_id) == digest;
}

Result<KnownMessage, ReferenceFault> known_as_it_is(const SealKeys& keys, std::string_view bytes,
                                                    Moment now)
{
    const auto cut = cut_header(bytes);
    const auto found = std::find_if(
        cut.fields.begin(), cut.fields.end(),
        [](const HeaderField& field) { return same_ignoring_case(field.name, reference_header); });
    if (found == cut.fields.end()) return because(ReferenceFault::Missing);
    const auto claimed = read_claimed(found->value);
    if (!claimed || cut.cut_short) return because(ReferenceFault::Malformed);
    const auto* key = keys.find(claimed->key);
    if (!key) return because(ReferenceFault::Forged);

    const auto at = static_cast<std::size_t>(found - cut.fields.begin());
    const auto is_ours = [&](const std::string& header) {
        return is_same_secret(claimed->mac, mac(*key, *claimed, header_digest_of(header)));
    };
    auto message = header_below(cut, at, claimed->mark, Subject::WithoutMark);
    if (!is_ours(message)) {
        message = header_below(cut, at, claimed->mark, Subject::Removed);
        if (!is_ours(message)) return because(ReferenceFault::Forged);
    }
    const Moment passed{std::chrono::seconds{claimed->passed}};
    if (now > passed + reference_life) return because(ReferenceFault::Expired);
    message += "\r\n";
    append_with_crlf(message, cut.body);
    if (!has_digest(message, claimed->digest)) return because(ReferenceFault::Changed);
    return KnownMessage{claimed->digest, passed, std::move(message)};
}

// Without what Postfix does to longer lines where it hands mail on by SMTP or LMTP: it breaks them,
// with a blank before each rest. Others may have written the same themselves; MAC and digest say.
std::string with_long_lines(std::string_view bytes)
{
    constexpr std::size_t longest_line = 998;  // smtp_line_length_limit
    std::string unbroken;
    unbroken.reserve(bytes.size());
    bool is_rest = false;
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        auto whole = bytes.substr(0, end == std::string_view::npos ? end : end + 1);
        bytes.remove_prefix(whole.size());
        auto line = whole.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        const bool is_broken = line.size() == longest_line && bytes.starts_with(' ');
        if (is_broken) whole = line;
        if (is_rest) whole.remove_prefix(1);
        unbroken += whole;
        is_rest = is_broken;
    }
    return unbroken;
}

}  // namespace

std::string make_reference_field(const SealKeys& keys, std::string_view message,
                                 const Digest& digest, std::size_t mark, Moment now)
{
    const Claimed one{
        .key = keys.newest(),
        .passed = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count(),
        .digest = digest,
        .mark = mark,
        .mac = {}};
    return fmt::format("{} {} {} {} {}", one.key, one.passed, base64url(raw(digest)), mark,
                       base64url(mac(newest_key(keys), one, header_digest_of(message))));
}

std::string_view sentence(ReferenceFault fault)
{
    switch (fault) {
        case ReferenceFault::Missing:
            return "it has no reference: it was not delivered through us, or with references off";
        case ReferenceFault::Malformed: return "its reference is none of ours";
        case ReferenceFault::Forged:
            return "its reference was not made with our key for this header: is link.key the same "
                   "everywhere, and was the header changed on the way?";
        case ReferenceFault::Expired: return "it was delivered more than two weeks ago";
        case ReferenceFault::Changed: return "its bytes are not those that were delivered";
    }
    return "";
}

std::optional<Digest> digest_in_text(std::string_view text)
{
    const auto found = find_ignoring_case(text, ascii_lower(reference_header));
    if (found == std::string_view::npos) return std::nullopt;
    text.remove_prefix(found + reference_header.size());
    if (!text.starts_with(':')) return std::nullopt;
    const auto words = words_of(text.substr(1, longest_field));
    if (words.size() < word_count) return std::nullopt;
    const auto claimed =
        read_claimed(fmt::format("{}", fmt::join(words.begin(), words.begin() + word_count, " ")));
    return claimed ? std::optional{claimed->digest} : std::nullopt;
}

Result<KnownMessage, ReferenceFault> known_message(const SealKeys& keys, std::string_view bytes,
                                                   Moment now)
{
    auto known = known_as_it_is(keys, bytes, now);
    if (known ||
        (known.error() != ReferenceFault::Forged && known.error() != ReferenceFault::Changed))
        return known;
    const auto unbroken = with_long_lines(bytes);
    if (unbroken.size() == bytes.size()) return known;
    auto again = known_as_it_is(keys, unbroken, now);
    if (!again && again.error() == ReferenceFault::Forged) return known;
    return again;
}

}  // namespace lazaret
