#include "base/mime/outgoing_mail.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <mutex>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

template <class T>
using GObjectHandle = CHandle<T, g_object_unref>;
using DateHandle = CHandle<GDateTime, g_date_time_unref>;
using OptionsHandle = CHandle<GMimeFormatOptions, g_mime_format_options_free>;

void start_gmime()
{
    static std::once_flag once;
    std::call_once(once, [] { g_mime_init(); });
}

std::string one_line(std::string_view text)
{
    auto out = valid_utf8(text);
    std::replace_if(
        out.begin(), out.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return out;
}

template <class T>
GObjectHandle<T> owned(T* made)
{
    if (!made) throw std::bad_alloc{};
    return GObjectHandle<T>{made};
}

// The text as it is, in UTF-8.
GObjectHandle<GMimeTextPart> text_part(const char* subtype, const std::string& text)
{
    auto part = owned(g_mime_text_part_new_with_subtype(subtype));
    auto clean = valid_utf8(text);
    std::replace(clean.begin(), clean.end(), '\0', ' ');
    // Not g_mime_text_part_set_text(), which chooses a charset by the letters that it finds.
    const auto bytes = owned(g_mime_stream_mem_new_with_buffer(clean.data(), clean.size()));
    const auto content =
        owned(g_mime_data_wrapper_new_with_stream(bytes.get(), GMIME_CONTENT_ENCODING_DEFAULT));
    g_mime_text_part_set_charset(part.get(), "utf-8");
    g_mime_part_set_content(reinterpret_cast<GMimePart*>(part.get()), content.get());
    g_mime_part_set_content_encoding(reinterpret_cast<GMimePart*>(part.get()),
                                     GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    return part;
}

GMimeObject* as_object(auto& handle) { return reinterpret_cast<GMimeObject*>(handle.get()); }

GObjectHandle<GMimePart> picture_part(const OutgoingMail::Picture& picture)
{
    const auto slash = picture.type.find('/');
    auto part = owned(g_mime_part_new_with_type(picture.type.substr(0, slash).c_str(),
                                                picture.type.substr(slash + 1).c_str()));
    const auto bytes =
        owned(g_mime_stream_mem_new_with_buffer(picture.bytes.data(), picture.bytes.size()));
    const auto content =
        owned(g_mime_data_wrapper_new_with_stream(bytes.get(), GMIME_CONTENT_ENCODING_DEFAULT));
    g_mime_part_set_content(part.get(), content.get());
    g_mime_part_set_content_encoding(part.get(), GMIME_CONTENT_ENCODING_BASE64);
    g_mime_part_set_content_id(part.get(), picture.content_id.c_str());
    g_mime_object_set_disposition(as_object(part), "inline");
    return part;
}

// The HTML alone, or with its pictures.
GObjectHandle<GMimeObject> html_part(const OutgoingMail& mail)
{
    auto html = text_part("html", mail.html);
    if (mail.pictures.empty())
        return GObjectHandle<GMimeObject>{reinterpret_cast<GMimeObject*>(html.release())};
    auto related = owned(g_mime_multipart_new_with_subtype("related"));
    g_mime_multipart_add(related.get(), as_object(html));
    for (const auto& picture : mail.pictures) {
        const auto part = picture_part(picture);
        g_mime_multipart_add(related.get(), as_object(part));
    }
    return GObjectHandle<GMimeObject>{reinterpret_cast<GMimeObject*>(related.release())};
}

GObjectHandle<GMimeMultipart> alternatives(const OutgoingMail& mail)
{
    auto both = owned(g_mime_multipart_new_with_subtype("alternative"));
    const auto text = text_part("plain", mail.text);
    g_mime_multipart_add(both.get(), as_object(text));
    g_mime_multipart_add(both.get(), html_part(mail).get());
    return both;
}

void set_fields(GMimeMessage* message, const OutgoingMail& mail)
{
    const auto name = one_line(mail.from_name);
    g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_FROM,
                               name.empty() ? nullptr : name.c_str(),
                               one_line(mail.from_address).c_str());
    g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_TO, nullptr,
                               one_line(mail.to_address).c_str());
    g_mime_message_set_subject(message, one_line(mail.subject).c_str(), "utf-8");
    const auto seconds =
        std::chrono::floor<std::chrono::seconds>(mail.date.time_since_epoch()).count();
    const DateHandle date{g_date_time_new_from_unix_utc(seconds)};
    g_mime_message_set_date(message, date.get());
    g_mime_message_set_message_id(message, one_line(mail.message_id).c_str());
    for (const auto& [field, value] : mail.fields)
        g_mime_object_set_header(reinterpret_cast<GMimeObject*>(message), field.c_str(),
                                 one_line(value).c_str(), "utf-8");
}

std::string written(GMimeMessage* message)
{
    const OptionsHandle options{g_mime_format_options_new()};
    g_mime_format_options_set_newline_format(options.get(), GMIME_NEWLINE_FORMAT_DOS);
    const auto stream = owned(g_mime_stream_mem_new());
    g_mime_object_write_to_stream(reinterpret_cast<GMimeObject*>(message), options.get(),
                                  stream.get());
    const auto* bytes =
        g_mime_stream_mem_get_byte_array(reinterpret_cast<GMimeStreamMem*>(stream.get()));
    return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

}  // namespace

std::string compose(const OutgoingMail& mail)
{
    start_gmime();
    const auto message = owned(g_mime_message_new(TRUE));
    set_fields(message.get(), mail);
    if (mail.html.empty()) {
        const auto part = text_part("plain", mail.text);
        g_mime_message_set_mime_part(message.get(), as_object(part));
    } else {
        const auto both = alternatives(mail);
        g_mime_message_set_mime_part(message.get(), as_object(both));
    }
    return written(message.get());
}

}  // namespace lazaret
