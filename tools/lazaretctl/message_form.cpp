#include "tools/lazaretctl/message_form.hpp"

#include <algorithm>
#include <array>

namespace lazaret::tools {
namespace {

using std::string_view_literals::operator""sv;

// gzip, bzip2, xz, zstd, lz4, and Dovecot's own Maildir of encrypted messages.
constexpr auto packed = std::to_array({"\x1f\x8b"sv, "BZh"sv,
                                       "\xfd"
                                       "7zXZ"sv,
                                       "\x28\xb5\x2f\xfd"sv, "\x04\x22\x4d\x18"sv, "CRYPTED"sv});

bool is_field_name(std::string_view text)
{
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

std::string_view why_no_message(std::string_view bytes)
{
    if (std::ranges::any_of(packed, [&](auto magic) { return bytes.starts_with(magic); }))
        return "it is compressed or encrypted";
    const auto line = bytes.substr(0, bytes.find('\n'));
    // What another program left of an mbox stands there at times.
    if (line.starts_with("From ") || line.starts_with(">From ")) return {};
    const auto colon = line.find(':');
    if (colon == line.npos || !is_field_name(line.substr(0, colon)))
        return "it is no message: it does not begin with a header field";
    return {};
}

}  // namespace lazaret::tools
