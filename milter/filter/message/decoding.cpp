#include "milter/filter/message/decoding.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t piece_size = 65'536;

GMimeContentEncoding encoding_of(std::string_view field)
{
    const auto name = ascii_lower(trimmed(field));
    if (name.starts_with("base64")) return GMIME_CONTENT_ENCODING_BASE64;
    if (name.starts_with("quoted-printable")) return GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
    if (name == "x-uuencode" || name == "uuencode" || name == "x-uue" || name == "uue")
        return GMIME_CONTENT_ENCODING_UUENCODE;
    return GMIME_CONTENT_ENCODING_DEFAULT;
}

// The lines of a uuencoded file, without `begin MODE NAME`.
std::string_view after_begin_line(std::string_view raw)
{
    auto begin = raw.starts_with("begin ") ? 0 : raw.find("\nbegin ");
    if (begin == std::string_view::npos) return {};
    const auto end = raw.find('\n', begin + 1);
    return end == std::string_view::npos ? std::string_view{} : raw.substr(end + 1);
}

}  // namespace

bool is_encoded(std::string_view encoding)
{
    return encoding_of(encoding) != GMIME_CONTENT_ENCODING_DEFAULT;
}

void decode_transfer(std::string_view raw, std::string_view encoding,
                     const std::function<bool(std::string_view)>& take)
{
    const auto kind = encoding_of(encoding);
    if (kind == GMIME_CONTENT_ENCODING_DEFAULT) {
        take(raw);
        return;
    }
    GMimeEncoding state{};
    g_mime_encoding_init_decode(&state, kind);
    if (kind == GMIME_CONTENT_ENCODING_UUENCODE) {
        raw = after_begin_line(raw);
        state.state |= GMIME_UUDECODE_STATE_BEGIN;
    }
    std::vector<char> out(g_mime_encoding_outlen(&state, std::min(raw.size(), piece_size)));
    while (!raw.empty()) {
        const auto piece = raw.substr(0, piece_size);
        raw.remove_prefix(piece.size());
        const auto size = g_mime_encoding_step(&state, piece.data(), piece.size(), out.data());
        if (size > 0 && !take({out.data(), size})) return;
    }
    // Padding that is missing at the end is added: GMime would drop up to two bytes, which mail
    // programs show. It counts the characters of an open group of four in the low bits.
    const std::string_view padding = kind != GMIME_CONTENT_ENCODING_BASE64 ? ""
                                     : (state.state & 3) == 2              ? "=="
                                     : (state.state & 3) == 3              ? "="
                                                                           : "";
    const auto size = g_mime_encoding_flush(&state, padding.data(), padding.size(), out.data());
    if (size > 0) take({out.data(), size});
}

std::string decoded_start(std::string_view raw, std::string_view encoding, std::size_t most)
{
    std::string out;
    decode_transfer(raw, encoding, [&](std::string_view piece) {
        out += piece.substr(0, most - out.size());
        return out.size() < most;
    });
    return out;
}

}  // namespace lazaret::filter
