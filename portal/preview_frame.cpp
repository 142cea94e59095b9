#include "portal/preview_frame.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/html/templates.hpp"
#include "portal/notice.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_image_text = 4 << 20;  // bytes of all data: URLs of a document

// Stands in the template where the message goes. It is letters only, so that escaping does not
// change it, and random, so that no message can contain it.
std::string new_place()
{
    std::string place = "message";
    for (int letter = 0; letter < 24; ++letter)
        place += static_cast<char>('a' + randombytes_uniform(26));
    return place;
}

std::string base64(std::string_view bytes)
{
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();  // the NUL
    return text;
}

bool is_picture(std::string_view type)
{
    return type == "image/png" || type == "image/jpeg" || type == "image/gif" ||
           type == "image/webp";
}

// The end of a tag that begins at `start`, behind its '>'; one in an attribute's value is none.
std::size_t tag_end(std::string_view html, std::size_t start)
{
    bool quoted = false;
    for (auto at = start; at < html.size(); ++at) {
        if (html[at] == '"') quoted = !quoted;
        else if (html[at] == '>' && !quoted) return at + 1;
    }
    return html.size();
}

}  // namespace

Shown shown_as(Role role, Class verdict, const Preview& preview)
{
    const bool has_html = !preview.html.empty() && preview.sanitiser == sanitiser_version;
    if (has_html && may(role, Deed::Look, verdict)) return Shown::Html;
    return may(role, Deed::LookText, verdict) ? Shown::Text : Shown::Nothing;
}

std::string with_images(std::string_view html, const std::vector<Preview::Image>& images)
{
    constexpr std::string_view source = "src=\"cid:";
    std::string document;
    std::size_t room = most_image_text;
    for (std::size_t at = 0; at < html.size();) {
        const auto start = std::min(html.find('<', at), html.size());
        document += html.substr(at, start - at);
        if (start == html.size()) break;
        at = tag_end(html, start);
        const auto tag = html.substr(start, at - start);
        const auto cid = tag.starts_with("<img ") ? tag.find(source) : std::string_view::npos;
        if (cid == std::string_view::npos) {
            document += tag;
            continue;
        }
        const auto id_start = cid + source.size();
        const auto id_end = std::min(tag.find('"', id_start), tag.size());
        const auto id = tag.substr(id_start, id_end - id_start);
        const auto image = std::find_if(images.begin(), images.end(),
                                        [&](const auto& one) { return one.content_id == id; });
        const auto size = image == images.end() ? 0 : image->bytes.size() * 4 / 3 + 100;
        document += tag.substr(0, cid);
        if (size > 0 && size <= room && is_picture(image->type)) {
            room -= size;
            document += "src=\"data:" + image->type + ";base64," + base64(image->bytes) + '"';
        }
        document += tag.substr(std::min(id_end + 1, tag.size()));
    }
    return document;
}

Response preview_frame(const Site& site, const Words& words, const Preview& preview)
{
    const auto place = new_place();
    Fill fill;
    fill.set("LANG", std::string{words.language().code});
    fill.set("TITLE", words("The message"));
    fill.set("MESSAGE", place);
    Response response{.body = site.templates.text("preview.html", fill)};
    const auto at = response.body.find(place);
    if (at != std::string::npos)
        response.body.replace(at, place.size(), with_images(preview.html, preview.images));
    protect(response, Document::Frame);
    return response;
}

}  // namespace lazaret::portal
