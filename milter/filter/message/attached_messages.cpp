#include "milter/filter/message/attached_messages.hpp"

#include "milter/filter/message/entities.hpp"

namespace lazaret::filter {

std::vector<std::string> attached_messages(std::string_view bytes, std::size_t most,
                                           const ReadLimits& limits)
{
    const auto entities = cut_entities(bytes.substr(0, limits.message), limits);
    std::vector<std::string> messages;
    for (const auto attached : entities.attached)
        if (messages.size() < most) messages.emplace_back(attached);
    return messages;
}

}  // namespace lazaret::filter
