#include "milter/filter/message/attached_messages.hpp"

#include <algorithm>

#include "milter/filter/message/decoding.hpp"
#include "milter/filter/message/entities.hpp"

namespace lazaret::filter {
namespace {

// Both are views of the same bytes.
bool is_within(std::string_view part, std::string_view whole)
{
    return part.data() >= whole.data() && part.data() < whole.data() + whole.size();
}

}  // namespace

std::vector<std::string> attached_messages(std::string_view bytes, std::size_t most,
                                           const ReadLimits& limits)
{
    const auto entities = cut_entities(bytes.substr(0, limits.message), limits);
    std::vector<std::string> messages;
    for (const auto attached : entities.attached)
        if (messages.size() < most) messages.emplace_back(attached);
    // RFC 2046 5.2.1 forbids to encode them; some programs do.
    for (const auto& leaf : entities.leaves) {
        if (leaf.type.type != "message/rfc822" || messages.size() >= most) continue;
        if (std::ranges::none_of(entities.attached,
                                 [&](const auto whole) { return is_within(leaf.body, whole); }))
            messages.push_back(decoded_start(leaf.body, leaf.encoding, limits.message));
    }
    return messages;
}

}  // namespace lazaret::filter
