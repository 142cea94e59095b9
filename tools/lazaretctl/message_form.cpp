#include "tools/lazaretctl/message_form.hpp"

#include <algorithm>
#include <array>

#include "milter/filter/rules/rendering/message_head.hpp"

namespace lazaret::tools {
namespace {

using std::string_view_literals::operator""sv;

// gzip, bzip2, xz, zstd, lz4, and Dovecot's own Maildir of encrypted messages.
constexpr auto packed = std::to_array({"\x1f\x8b"sv, "BZh"sv,
                                       "\xfd"
                                       "7zXZ"sv,
                                       "\x28\xb5\x2f\xfd"sv, "\x04\x22\x4d\x18"sv, "CRYPTED"sv});

}  // namespace

std::string_view why_no_message(std::string_view bytes)
{
    if (std::ranges::any_of(packed, [&](auto magic) { return bytes.starts_with(magic); }))
        return "it is compressed or encrypted";
    const auto line = bytes.substr(0, bytes.find('\n'));
    // What another program left of an mbox stands there at times.
    if (line.starts_with("From ") || line.starts_with(">From ")) return {};
    if (!filter::rules::begins_with_field(line, true))
        return "it is no message: it does not begin with a header field";
    return {};
}

}  // namespace lazaret::tools
