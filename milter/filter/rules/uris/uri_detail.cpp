#include "milter/filter/rules/uris/uri_detail.hpp"

#include <array>

namespace lazaret::filter::rules {
namespace {

struct OriginName {
    UriOrigin origin;
    std::string_view name;
};

constexpr auto origin_names = std::to_array<OriginName>({
    {UriOrigin::Parsed, "parsed"},
    {UriOrigin::Schemeless, "schemeless"},
    {UriOrigin::Unlinked, "unlinked"},
    {UriOrigin::Domainkeys, "domainkeys"},
    {UriOrigin::Nocanon, "nocanon"},
    {UriOrigin::Noclean, "noclean"},
});

}  // namespace

std::vector<std::string_view> names_of_types(std::uint32_t types)
{
    std::vector<std::string_view> names;
    for (const auto element : uri_elements())
        if ((types & static_cast<std::uint32_t>(element)) != 0) names.push_back(name_of(element));
    for (const auto& [origin, name] : origin_names)
        if ((types & static_cast<std::uint32_t>(origin)) != 0) names.push_back(name);
    return names;
}

}  // namespace lazaret::filter::rules
