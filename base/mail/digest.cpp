#include "base/mail/digest.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/mail/header_fields.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

constexpr auto left_out = std::to_array<std::string_view>({
    "received",
    "return-path",
    "delivered-to",
    "authentication-results",
    "received-spf",
    "dkim-filter",
    "x-greylist",
});
constexpr auto left_out_families = std::to_array<std::string_view>({"x-lazaret-", "arc-"});
constexpr auto address_fields = std::to_array<std::string_view>({
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "resent-from",
    "resent-sender",
    "resent-to",
    "resent-cc",
});

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

template <class List>
bool contains(const List& list, std::string_view name)
{
    return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_left_out(std::string_view name)
{
    return contains(left_out, name) ||
           std::any_of(left_out_families.begin(), left_out_families.end(),
                       [&](std::string_view family) { return name.starts_with(family); });
}

// Addresses without their domains, and without blanks, which an MTA may change on rewriting.
std::string local_parts(std::string_view value)
{
    std::string out;
    bool in_domain = false;
    for (const char c : value) {
        if (c == '@') in_domain = true;
        else if (in_domain &&
                 (is_blank(c) || std::string_view{">,;\"()<"}.find(c) != std::string_view::npos))
            in_domain = false;
        // Brackets and quotes too: `bob` may come back as `<bob@host>`.
        if (!in_domain && !is_blank(c) && c != '<' && c != '>') out += c;
    }
    return out;
}

std::string without_blanks(std::string_view value)
{
    std::string out;
    out.reserve(value.size());
    std::copy_if(value.begin(), value.end(), std::back_inserter(out),
                 [](char c) { return !is_blank(c); });
    return out;
}

// As RFC 6376 3.4.2: each run of blanks is one, those at the ends are none.
std::string with_single_blanks(std::string_view value)
{
    std::string out;
    for (const char c : trimmed(value)) {
        if (!is_blank(c)) out += c;
        else if (!out.ends_with(' ')) out += ' ';
    }
    return out;
}

class Hasher {
public:
    Hasher() { crypto_generichash_init(&state_, nullptr, 0, Digest{}.bytes.size()); }

    void add(std::string_view bytes)
    {
        crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()),
                                  bytes.size());
    }

    Digest finish()
    {
        Digest digest;
        crypto_generichash_final(&state_, digest.bytes.data(), digest.bytes.size());
        return digest;
    }

private:
    crypto_generichash_state state_{};
};

bool is_named(const HeaderField& field, std::string_view name)
{
    return same_ignoring_case(field.name, name);
}

// Where the fields begin that Postfix appended: at a Message-Id that contains the queue id.
std::size_t appended_from(const std::vector<HeaderField>& fields, std::string_view queue_id)
{
    if (queue_id.empty()) return fields.size();
    for (std::size_t at = 0; at < fields.size(); ++at)
        if ((is_named(fields[at], "message-id") || is_named(fields[at], "resent-message-id")) &&
            fields[at].value.find(queue_id) != std::string_view::npos)
            return at;
    return fields.size();
}

bool is_appended(std::string_view name)
{
    return contains(
        std::to_array<std::string_view>({"message-id", "date", "from", "to", "resent-message-id",
                                         "resent-date", "resent-from"}),
        name);
}

// Where the sender named the message, Postfix appends what else is missing without a mark: of a
// From that is the only one and ends the header, nobody can tell whose it is.
std::size_t from_at_the_end(const std::vector<HeaderField>& fields, std::string_view from)
{
    const auto has_name = [&](const HeaderField& field) { return is_named(field, from); };
    if (std::count_if(fields.begin(), fields.end(), has_name) != 1) return fields.size();
    auto last = fields.size();
    while (last > 0 && is_left_out(ascii_lower(fields[last - 1].name))) --last;
    return last > 0 && has_name(fields[last - 1]) ? last - 1 : fields.size();
}

// The fields that count nothing because the MTA may have appended them at this try.
std::vector<bool> appended_fields(const std::vector<HeaderField>& fields, std::string_view queue_id)
{
    std::vector<bool> appended(fields.size() + 1, false);
    const auto begin = appended_from(fields, queue_id);
    for (std::size_t at = begin; at < fields.size(); ++at)
        appended[at] = is_appended(ascii_lower(fields[at].name));
    for (const std::string prefix : {"", "resent-"}) {
        const auto end = fields.begin() + static_cast<std::ptrdiff_t>(begin);
        const bool sender_named_it = std::any_of(fields.begin(), end, [&](const auto& field) {
            return is_named(field, prefix + "message-id");
        });
        if (!sender_named_it) continue;
        for (std::size_t at = 0; at < fields.size(); ++at)
            if (is_named(fields[at], prefix + "date")) appended[at] = true;
        appended[from_at_the_end(fields, prefix + "from")] = true;
    }
    return appended;
}

void add_fields(Hasher& hasher, const std::vector<HeaderField>& fields, std::string_view queue_id)
{
    const auto appended = appended_fields(fields, queue_id);
    for (std::size_t at = 0; at < fields.size(); ++at) {
        const auto name = ascii_lower(fields[at].name);
        if (is_left_out(name) || appended[at]) continue;
        hasher.add(name);
        hasher.add(":");
        hasher.add(contains(address_fields, name) ? local_parts(fields[at].value)
                                                  : without_blanks(fields[at].value));
        hasher.add("\n");
    }
}

// Line by line: a relay that sends LF and one that sends CRLF carry the same message.
void add_body(Hasher& hasher, std::string_view body)
{
    while (!body.empty() && (body.back() == '\n' || body.back() == '\r')) body.remove_suffix(1);
    while (!body.empty()) {
        const auto end = body.find("\r\n");
        hasher.add(body.substr(0, end));
        if (end == std::string_view::npos) return;
        hasher.add("\n");
        body.remove_prefix(end + 2);
    }
}

}  // namespace

Digest digest_of(std::string_view message, std::string_view queue_id)
{
    const auto cut = cut_header(message);
    Hasher hasher;
    add_fields(hasher, cut.fields, queue_id);
    hasher.add("\n");
    add_body(hasher, cut.body);
    return hasher.finish();
}

bool is_digested(std::string_view name) { return !is_left_out(ascii_lower(name)); }

Digest header_digest_of(std::string_view message)
{
    Hasher hasher;
    for (const auto& field : cut_header(message).fields) {
        if (!is_digested(field.name)) continue;
        hasher.add(ascii_lower(field.name));
        hasher.add(":");
        hasher.add(with_single_blanks(field.value));
        hasher.add("\n");
    }
    return hasher.finish();
}

std::optional<Digest> digest_of_hex(std::string_view text)
{
    Digest digest;
    if (text.size() != 2 * digest.bytes.size()) return std::nullopt;
    std::size_t read = 0;
    const char* end = nullptr;
    if (sodium_hex2bin(digest.bytes.data(), digest.bytes.size(), text.data(), text.size(), nullptr,
                       &read, &end) != 0 ||
        read != digest.bytes.size() || digest.hex() != text)
        return std::nullopt;
    return digest;
}

}  // namespace lazaret
