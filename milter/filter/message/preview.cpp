#include <algorithm>
#include <array>
#include <chrono>

#include "base/processor_time.hpp"
#include "base/text.hpp"
#include "milter/filter/message/charset.hpp"
#include "milter/filter/message/content_type.hpp"
#include "milter/filter/message/decoding.hpp"
#include "milter/filter/message/entities.hpp"
#include "milter/filter/message/html_text.hpp"
#include "milter/filter/message/message.hpp"
#include "milter/filter/message/sanitiser.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t most_image_bytes = 256 << 10;  // of all images together
constexpr std::size_t most_images = 50;
constexpr std::size_t longest_html = 1 << 20;    // bytes
constexpr std::size_t longest_text = 256 << 10;  // bytes
constexpr std::size_t most_hosts = 200;
constexpr std::chrono::seconds most_work{2};  // of CPU; HTML behind it is shown as text

constexpr auto image_types =
    std::to_array<std::string_view>({"image/png", "image/jpeg", "image/gif", "image/webp"});

// Images that HTML can name and that are what they must be by content, while there is room.
std::vector<Preview::Image> inline_images(const std::vector<Leaf>& leaves)
{
    std::vector<Preview::Image> images;
    std::size_t room = most_image_bytes;
    for (const auto& leaf : leaves) {
        const auto id = leaf.content_id;
        if (id.empty() || images.size() >= most_images || role_of(leaf) == Role::Html) continue;
        auto bytes = decoded_start(leaf.body, leaf.encoding, room + 1);
        if (bytes.empty() || bytes.size() > room) continue;
        const auto type = type_by_signature(bytes);
        if (std::find(image_types.begin(), image_types.end(), type) == image_types.end()) continue;
        room -= bytes.size();
        images.push_back({valid_utf8(id), std::string{type}, std::move(bytes)});
    }
    return images;
}

// A part that mail programs show.
struct ShownPart {
    bool is_html = false;
    std::string content;           // valid UTF-8
    std::size_t alternative = 0;   // of the leaf
    std::size_t branch = 0;        // of the leaf
    std::string_view attached_in;  // the attached message that it is in; empty: it is in none
};

std::string_view attached_around(const Entities& entities, std::string_view body)
{
    const auto is_around = [&](std::string_view message) {
        return body.data() >= message.data() && body.data() <= message.data() + message.size();
    };
    const auto found = std::find_if(entities.attached.begin(), entities.attached.end(), is_around);
    return found == entities.attached.end() ? std::string_view{} : *found;
}

// In the message's order, as mail programs show them, until `longest_html`. Blank ones show
// nothing.
std::vector<ShownPart> shown_parts(const Entities& entities)
{
    std::vector<ShownPart> parts;
    std::size_t room = longest_html;
    for (const auto& leaf : entities.leaves) {
        const auto role = role_of(leaf);
        if (role == Role::Attachment || leaf.body.empty() || room == 0) continue;
        auto content =
            utf8_of(decoded_start(leaf.body, leaf.encoding, room), leaf.type.charset, room);
        if (trimmed(content).empty()) continue;
        room -= std::min(room, content.size());
        parts.push_back({role == Role::Html, std::move(content), leaf.alternative, leaf.branch,
                         attached_around(entities, leaf.body)});
    }
    return parts;
}

// Whether mail programs show only one of them, the HTML where they can.
bool are_alternatives(const ShownPart& text, const ShownPart& html)
{
    return &text < &html && !text.is_html && html.is_html && text.alternative != 0 &&
           text.alternative == html.alternative && text.branch != html.branch &&
           text.attached_in.data() == html.attached_in.data();
}

// The parts that are shown where HTML can be, or where it cannot.
std::vector<const ShownPart*> shown_where(bool html_can_be, const std::vector<ShownPart>& parts)
{
    std::vector<const ShownPart*> shown;
    for (const auto& part : parts) {
        const bool is_said_by_another =
            std::any_of(parts.begin(), parts.end(), [&](const ShownPart& other) {
                return html_can_be ? are_alternatives(part, other) : are_alternatives(other, part);
            });
        if (!is_said_by_another) shown.push_back(&part);
    }
    return shown;
}

std::string text_alone(const ShownPart& part)
{
    if (part.is_html) return read_html(part.content, longest_text, 0).text;
    auto text = part.content;
    text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
    return text;
}

std::string text_of(const std::vector<ShownPart>& parts)
{
    std::string text;
    for (const auto* part : shown_where(false, parts)) {
        if (text.size() >= longest_text) break;
        if (!text.empty() && text.back() != '\n') text += '\n';
        text += text_alone(*part);
    }
    return trimmed(text).empty() ? std::string{} : std::string{cut_utf8(text, longest_text)};
}

// One document of all of them. A line stands where an attached message begins or ends.
std::string html_of(const std::vector<ShownPart>& parts, const HasImage& has_image)
{
    if (std::none_of(parts.begin(), parts.end(), [](const auto& part) { return part.is_html; }))
        return {};
    const auto shown = shown_where(true, parts);
    if (shown.size() == 1) return sanitised_html(shown.front()->content, has_image);
    const auto stop = thread_processor_time() + most_work;
    std::string html;
    const auto* around = shown.front()->attached_in.data();
    for (const auto* part : shown) {
        if (html.size() >= longest_html) break;
        if (part->attached_in.data() != around) html += "<hr>";
        around = part->attached_in.data();
        const bool as_html = part->is_html && thread_processor_time() < stop;
        html += as_html ? "<div>" + sanitised_html(part->content, has_image) + "</div>"
                        : sanitised_text(text_alone(*part));
    }
    return html;
}

std::vector<std::string> hosts_of(const std::vector<Message::Link>& links)
{
    std::vector<std::string> hosts;
    for (const auto& link : links)
        if (!link.host.empty() && hosts.size() < most_hosts &&
            std::find(hosts.begin(), hosts.end(), link.host) == hosts.end())
            hosts.push_back(link.host);
    return hosts;
}

}  // namespace

Preview preview_of(std::string_view bytes, const ReadLimits& limits)
{
    const auto message = read_message(bytes, limits);
    Preview preview;
    if (!message.readable) return preview;

    const auto entities = cut_entities(bytes.substr(0, limits.message), limits);
    const auto parts = shown_parts(entities);
    preview.text = text_of(parts);
    preview.images = inline_images(entities.leaves);
    preview.html = html_of(parts, [&](std::string_view id) {
        return std::any_of(preview.images.begin(), preview.images.end(),
                           [&](const auto& image) { return image.content_id == id; });
    });
    if (!preview.html.empty()) preview.sanitiser = sanitiser_version;
    for (const auto& attachment : message.attachments)
        preview.parts.push_back(
            {attachment.name, attachment.type, attachment.size, attachment.sha256});
    preview.link_hosts = hosts_of(message.links);
    return preview;
}

}  // namespace lazaret::filter
