#include "milter/filter/message/header_text.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>

#include "base/handle.hpp"
#include "base/text.hpp"
#include "milter/filter/message/parameters.hpp"

namespace lazaret::filter {
namespace {

// The one owner of a GMime object that was handed over to us ("transfer full").
template <class T>
using GObjectHandle = CHandle<T, g_object_unref>;
using GText = CHandle<char, g_free>;

constexpr std::ptrdiff_t most_colons = 20;  // GMime calls itself for each group
constexpr int most_mailboxes = 1'000;
constexpr int most_changes_of_charset = 20;  // in a field of the message's own header

GMimeParserOptions* options()
{
    static std::once_flag once;
    static GMimeParserOptions* made = nullptr;
    std::call_once(once, [] {
        g_mime_init();
        made = g_mime_parser_options_new();
        std::array<const char*, 3> charsets{"utf-8", "windows-1252", nullptr};
        g_mime_parser_options_set_fallback_charsets(made, charsets.data());
    });
    return made;
}

// Makes encoded words none from where they have changed their charset too often.
void limit_charsets(std::string& field, CharsetChanges& changes)
{
    for (auto at = field.find("=?"); at != std::string::npos; at = field.find("=?", at + 2)) {
        const auto name = std::string_view{field}.substr(at + 2);
        const auto charset = name.substr(0, name.find_first_of("?= "));
        if (!changes.allow(charset)) field[at + 1] = '_';
    }
}

// GMime takes C strings and would stop at a NUL, behind which a mail program may read on.
std::string for_gmime(std::string_view field, CharsetChanges& changes)
{
    std::string out{field};
    std::replace(out.begin(), out.end(), '\0', ' ');
    limit_charsets(out, changes);
    return out;
}

CutField for_gmime(std::string_view field, std::span<const std::string_view> parameters,
                   CharsetChanges& changes)
{
    auto out = cut_field(trimmed(field), parameters, changes);
    limit_charsets(out.text, changes);
    return out;
}

std::string text_of(const char* text) { return text ? valid_utf8(text) : std::string{}; }

bool is_word(const char* text, std::string_view word)
{
    return text && same_ignoring_case(text, word);
}

std::string decoded_words(std::string_view field, CharsetChanges& changes)
{
    const auto plain = [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\0'; };
    const auto no_words = field.find("=?") == std::string_view::npos;
    if (no_words && std::all_of(field.begin(), field.end(), plain)) {
        // Nothing to decode, which is most of all mail: only unfold.
        std::string out;
        out.reserve(field.size());
        std::copy_if(field.begin(), field.end(), std::back_inserter(out),
                     [](char c) { return c != '\r' && c != '\n'; });
        return one_line(out);
    }
    const auto copy = for_gmime(field, changes);
    const GText unfolded{g_mime_utils_header_unfold(copy.c_str())};
    const GText decoded{g_mime_utils_header_decode_text(options(), unfolded.get())};
    return one_line(text_of(decoded.get()));
}

std::string parameter_text(const char* text, CharsetChanges& changes)
{
    return text ? one_line(decoded_words(text, changes)) : std::string{};
}

void collect(InternetAddressList* list, Mailboxes& out, int depth)
{
    const int length = internet_address_list_length(list);
    const int count = std::min(length, most_mailboxes);
    if (count < length) out.cut_short = true;
    for (int at = 0; at < count; ++at) {
        auto* entry = internet_address_list_get_address(list, at);
        const auto name = one_line(text_of(internet_address_get_name(entry)));
        if (!out.words.empty()) out.words += ", ";
        out.words += name;
        if (INTERNET_ADDRESS_IS_GROUP(entry)) {
            // The depth is bounded by most_colons already; this says it to the reader.
            auto* group = reinterpret_cast<InternetAddressGroup*>(entry);
            auto* members = internet_address_group_get_members(group);
            out.words += ':';
            if (members && depth < most_colons) collect(members, out, depth + 1);
            continue;
        }
        auto* mailbox = reinterpret_cast<InternetAddressMailbox*>(entry);
        const auto address = one_line(text_of(internet_address_mailbox_get_addr(mailbox)));
        if (!name.empty()) out.words += ' ';
        out.words += name.empty() ? address : '<' + address + '>';
        if (auto parsed = parse_address(address)) out.addresses.push_back(std::move(*parsed));
    }
}

}  // namespace

std::string one_line(std::string_view text)
{
    std::string out{text};
    std::replace_if(
        out.begin(), out.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return std::string{trimmed(out)};
}

std::string decoded_words(std::string_view field)
{
    CharsetChanges changes{most_changes_of_charset};
    return decoded_words(field, changes);
}

ContentType parse_content_type(std::string_view field, CharsetChanges& changes)
{
    constexpr auto names =
        std::to_array<std::string_view>({"charset", "boundary", "name", "format", "delsp"});
    ContentType out;
    const auto cut = for_gmime(field, names, changes);
    out.cut_short = cut.cut_short;
    // What has no type and subtype is text/plain (RFC 2045 5.2); GMime would say octet-stream.
    if (cut.text.find('/') == std::string::npos) return out;
    const GObjectHandle<GMimeContentType> parsed{
        g_mime_content_type_parse(options(), cut.text.c_str())};
    if (!parsed) return out;
    const GText type{g_mime_content_type_get_mime_type(parsed.get())};
    if (type) out.type = one_line(ascii_lower(text_of(type.get())));
    const auto parameter = [&](const char* name) {
        return g_mime_content_type_get_parameter(parsed.get(), name);
    };
    out.charset = one_line(ascii_lower(text_of(parameter("charset"))));
    // A boundary is compared byte for byte with lines of the message.
    if (cut.boundary) out.boundary = *cut.boundary;
    else if (const char* boundary = parameter("boundary")) out.boundary = boundary;
    out.name = parameter_text(parameter("name"), changes);
    out.joins_lines = is_word(parameter("delsp"), "yes") && is_word(parameter("format"), "flowed");
    return out;
}

Disposition parse_disposition(std::string_view field, CharsetChanges& changes)
{
    constexpr auto names = std::to_array<std::string_view>({"filename"});
    Disposition out;
    const auto cut = for_gmime(field, names, changes);
    out.cut_short = cut.cut_short;
    if (cut.text.empty()) return out;
    const GObjectHandle<GMimeContentDisposition> parsed{
        g_mime_content_disposition_parse(options(), cut.text.c_str())};
    if (!parsed) return out;
    const char* kind = g_mime_content_disposition_get_disposition(parsed.get());
    out.kind = one_line(ascii_lower(text_of(kind)));
    const char* name = g_mime_content_disposition_get_parameter(parsed.get(), "filename");
    out.filename = parameter_text(name, changes);
    return out;
}

Mailboxes parse_mailboxes(std::string_view field, std::size_t longest)
{
    Mailboxes out;
    if (field.size() > longest || std::ranges::count(field, ':') > most_colons) {
        out.cut_short = true;
    } else {
        CharsetChanges changes{most_changes_of_charset};
        const auto copy = for_gmime(field, changes);
        const GObjectHandle<InternetAddressList> list{
            internet_address_list_parse(options(), copy.c_str())};
        if (list) collect(list.get(), out, 0);
    }
    if (out.addresses.empty()) out.words = decoded_words(field.substr(0, longest_address_field));
    return out;
}

}  // namespace lazaret::filter
