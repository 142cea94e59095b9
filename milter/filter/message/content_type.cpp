#include "milter/filter/message/content_type.hpp"

#include <magic.h>

#include <array>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "base/text.hpp"

namespace lazaret::filter {
namespace {

using Magic = CHandle<magic_set, magic_close>;

Magic loaded()
{
    // Looking into archives is the antivirus' work; devices and files are never looked at.
    Magic magic{magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR | MAGIC_NO_CHECK_COMPRESS)};
    if (!magic) throw Error{Error::Kind::Unavailable, "libmagic cannot be opened"};
    if (magic_load(magic.get(), nullptr) != 0) {
        const char* why = magic_error(magic.get());
        throw Error{Error::Kind::Unavailable, "libmagic's database cannot be loaded: {}",
                    why ? why : "unknown"}
            .with_hint("install libmagic-mgc");
    }
    std::size_t bytes = type_by_content_bytes;
    magic_setparam(magic.get(), MAGIC_PARAM_BYTES_MAX, &bytes);
    return magic;
}

struct Signature {
    std::string_view bytes;
    const char* type;
};

constexpr std::string_view unknown_type = "application/octet-stream";

// What most attachments are; nothing that can be two things is here (a ZIP may be a document).
constexpr auto signatures = std::to_array<Signature>({
    {"%PDF-", "application/pdf"},
    {"\x89PNG\r\n\x1a\n", "image/png"},
    {"\xFF\xD8\xFF", "image/jpeg"},
    {"GIF87a", "image/gif"},
    {"GIF89a", "image/gif"},
});

}  // namespace

void require_type_database() { loaded(); }

std::string_view type_by_signature(std::string_view start) noexcept
{
    for (const auto& signature : signatures)
        if (start.starts_with(signature.bytes)) return signature.type;
    if (start.starts_with("RIFF") && start.substr(0, 12).ends_with("WEBP")) return "image/webp";
    return {};
}

std::string type_by_content(std::string_view start)
{
    if (start.empty()) return "application/x-empty";
    if (const auto type = type_by_signature(start); !type.empty()) return std::string{type};

    start = trimmed(start.substr(0, type_by_content_bytes));
    if (start.empty()) return "text/plain";
    thread_local const Magic magic = loaded();
    const char* found = magic_buffer(magic.get(), start.data(), start.size());
    const std::string_view type = found ? found : unknown_type;
    // libmagic 5.46 (Debian 13) knows no ZIP in a buffer, documents that are ZIPs included.
    if (type == unknown_type && start.starts_with("PK\x03\x04")) return "application/zip";
    return valid_utf8(type);
}

}  // namespace lazaret::filter
