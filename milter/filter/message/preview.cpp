#include <algorithm>
#include <array>
#include <chrono>

#include "base/processor_time.hpp"
#include "base/text.hpp"
#include "milter/filter/message/charset.hpp"
#include "milter/filter/message/content_type.hpp"
#include "milter/filter/message/decoding.hpp"
#include "milter/filter/message/entities.hpp"
#include "milter/filter/message/flowed_text.hpp"
#include "milter/filter/message/html_text.hpp"
#include "milter/filter/message/message.hpp"
#include "milter/filter/message/sanitiser.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t most_image_bytes = 256 << 10;  // of all images together
constexpr std::size_t most_images = 50;
constexpr std::size_t longest_html = 1 << 20;    // bytes
constexpr std::size_t longest_text = 256 << 10;  // bytes
constexpr std::size_t most_links = 1'000;        // that a text is read with; none is kept
constexpr std::string_view more = "[\u2026]";    // what stands where the message goes on
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
    const Leaf* leaf = nullptr;
    bool is_html = false;
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

// What is shown of one part, or of all.
struct Content {
    std::string text;  // valid UTF-8
    bool cut_short = false;
};

Content content_of(const Leaf& leaf, std::size_t most)
{
    const auto raw = decoded_start(leaf.body, leaf.encoding, most + 1);
    return {utf8_of(std::string_view{raw}.substr(0, most), leaf.type.charset, most),
            raw.size() > most};
}

bool is_blank(const Leaf& leaf)
{
    constexpr std::size_t longest_blank = 64 << 10;  // bytes; a longer part counts as text
    const auto content = content_of(leaf, longest_blank);
    return !content.cut_short && trimmed(content.text).empty();
}

// In the message's order, as mail programs show them. Blank ones show nothing.
std::vector<ShownPart> shown_parts(const Entities& entities)
{
    std::vector<ShownPart> parts;
    for (const auto& leaf : entities.leaves) {
        const auto role = role_of(leaf);
        if (role == Role::Attachment || is_blank(leaf)) continue;
        parts.push_back({&leaf, role == Role::Html, attached_around(entities, leaf.body)});
    }
    return parts;
}

// Whether mail programs show only one of them, the HTML where they can.
bool are_alternatives(const ShownPart& text, const ShownPart& html)
{
    return text.leaf < html.leaf && !text.is_html && html.is_html && text.leaf->alternative != 0 &&
           text.leaf->alternative == html.leaf->alternative &&
           text.leaf->branch != html.leaf->branch &&
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

// The content of parts one by one, while there is room. What is not shown takes none from what is.
class Contents {
public:
    Content next(const Leaf& leaf)
    {
        auto content = content_of(leaf, room_);
        room_ -= std::min(room_, content.text.size());
        return content;
    }

private:
    std::size_t room_ = longest_html;
};

Content text_alone(const ShownPart& part, Content content)
{
    auto& text = content.text;
    if (part.is_html) {
        auto read = read_html(text, longest_text, most_links);
        return {std::move(read.text), content.cut_short || read.cut_short};
    }
    erase_all('\r', text);
    if (part.leaf->type.joins_lines) text = joined_lines(text);
    return content;
}

std::string text_of(const std::vector<ShownPart>& parts)
{
    Content all;
    Contents contents;
    for (const auto* part : shown_where(false, parts)) {
        if (all.text.size() > longest_text) break;
        const auto one = text_alone(*part, contents.next(*part->leaf));
        if (!all.text.empty() && all.text.back() != '\n' && !one.text.empty()) all.text += '\n';
        all.text += one.text;
        all.cut_short = all.cut_short || one.cut_short;
    }
    if (trimmed(all.text).empty()) return {};
    const auto kept = cut_utf8(all.text, longest_text);
    all.cut_short = all.cut_short || kept.size() < all.text.size();
    return std::string{kept} + (all.cut_short ? "\n" + std::string{more} : "");
}

// One document of all of them. A line stands where an attached message begins or ends.
std::string html_of(const std::vector<ShownPart>& parts, const HasImage& has_image)
{
    if (std::none_of(parts.begin(), parts.end(), [](const auto& part) { return part.is_html; }))
        return {};
    const auto shown = shown_where(true, parts);
    const auto stop = thread_processor_time() + most_work;
    std::string html;
    bool cut_short = false;
    Contents contents;
    const auto* around = shown.front()->attached_in.data();
    for (const auto* part : shown) {
        cut_short = cut_short || html.size() >= longest_html;
        if (html.size() >= longest_html) break;
        auto content = contents.next(*part->leaf);
        cut_short = cut_short || content.cut_short;
        if (content.text.empty()) continue;
        if (part->attached_in.data() != around) html += "<hr>";
        around = part->attached_in.data();
        const bool as_html = part->is_html && thread_processor_time() < stop;
        auto one = as_html ? sanitised_html(content.text, has_image) : std::string{};
        if (!as_html) {
            content = text_alone(*part, std::move(content));
            one = sanitised_text(content.text);
        }
        cut_short = cut_short || content.cut_short || one.size() >= longest_sanitised;
        html += as_html && shown.size() > 1 ? "<div>" + one + "</div>" : one;
    }
    return cut_short ? html + "<hr>" + std::string{more} : html;
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
