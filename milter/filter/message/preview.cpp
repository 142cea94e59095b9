#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/message/charset.hpp"
#include "milter/filter/message/content_type.hpp"
#include "milter/filter/message/decoding.hpp"
#include "milter/filter/message/entities.hpp"
#include "milter/filter/message/message.hpp"
#include "milter/filter/message/sanitiser.hpp"

namespace lazaret::filter {
namespace {

constexpr std::size_t most_image_bytes = 256 << 10;  // of all images together
constexpr std::size_t most_images = 50;
constexpr std::size_t longest_html = 1 << 20;    // bytes
constexpr std::size_t longest_text = 256 << 10;  // bytes
constexpr std::size_t most_hosts = 200;

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

std::string first_html(const std::vector<Leaf>& leaves)
{
    for (const auto& leaf : leaves)
        if (role_of(leaf) == Role::Html && !leaf.body.empty())
            return utf8_of(decoded_start(leaf.body, leaf.encoding, longest_html), leaf.type.charset,
                           longest_html);
    return {};
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

    const auto leaves = cut_entities(bytes.substr(0, limits.message), limits).leaves;
    preview.text = cut_utf8(message.text.empty() ? message.html_text : message.text, longest_text);
    preview.images = inline_images(leaves);
    if (const auto html = first_html(leaves); !html.empty()) {
        preview.html = sanitised_html(html, [&](std::string_view id) {
            return std::any_of(preview.images.begin(), preview.images.end(),
                               [&](const auto& image) { return image.content_id == id; });
        });
        preview.sanitiser = sanitiser_version;
    }
    for (const auto& attachment : message.attachments)
        preview.parts.push_back(
            {attachment.name, attachment.type, attachment.size, attachment.sha256});
    preview.link_hosts = hosts_of(message.links);
    return preview;
}

}  // namespace lazaret::filter
