#include "milter/filter/rules/message_headers.hpp"

#include <algorithm>
#include <array>

namespace lazaret::filter::rules {
namespace {

/// Whether a query has one answer: parts of fields, and the envelope's sender.
bool has_one_answer(std::string_view query)
{
    constexpr auto parts =
        std::to_array<std::string_view>({":addr", ":name", ":host", ":domain", ":ip", ":revip"});
    return query == "EnvelopeFrom" ||
           std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
               return query.find(part) != std::string_view::npos;
           });
}

}  // namespace

const std::vector<std::string>& MessageHeaders::values(std::string_view query)
{
    auto found = values_.find(query);
    if (found == values_.end())
        found = values_
                    .emplace(std::string{query},
                             HeaderQuery::parse(query).values(rendering_, boundaries_))
                    .first;
    return found->second;
}

std::vector<std::string> MessageHeaders::read(const HeaderQuery& query) const
{
    return query.values(rendering_, boundaries_);
}

const std::string& MessageHeaders::text(std::string_view query)
{
    const auto found = texts_.find(query);
    if (found != texts_.end()) return found->second;
    std::string text;
    const auto parsed = HeaderQuery::parse(query);
    if (has_one_answer(query)) text = parsed.first(rendering_, boundaries_);
    else if (parsed.is_of_whole_fields())
        text = parsed.text(rendering_, boundaries_).value_or(std::string{});
    else
        for (const auto& value : values(query)) text += value;
    return texts_.emplace(std::string{query}, std::move(text)).first->second;
}

}  // namespace lazaret::filter::rules
