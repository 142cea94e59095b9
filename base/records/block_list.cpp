#include "base/records/block_list.hpp"

#include <algorithm>
#include <vector>

#include "base/records/address.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

// What answers anything else is no list, or one whose domain was taken over.
const std::vector<std::string> usual_answers = {"127.0.0.0/8"};

std::vector<std::string> parted_by_commas(std::string_view text)
{
    std::vector<std::string> parts;
    while (true) {
        const auto comma = text.find(',');
        parts.emplace_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos) return parts;
        text.remove_prefix(comma + 1);
    }
}

bool is_shown_name(std::string_view name)
{
    return !name.empty() && name.size() <= 80 && std::all_of(name.begin(), name.end(), [](char c) {
        return c >= ' ' && c <= '~' && c != '%';
    });
}

}  // namespace

std::optional<BlockList> BlockList::parse(std::string_view text)
{
    constexpr std::string_view as = " as ";
    BlockList list;
    const auto named = text.find(as);
    if (named != std::string_view::npos) {
        list.name = trimmed(text.substr(named + as.size()));
        if (!is_shown_name(list.name)) return std::nullopt;
        text = text.substr(0, named);
    }
    const auto sign = text.find('=');
    const auto zone = parse_domain(trimmed(text.substr(0, sign)));
    if (!zone || zone->find('.') == std::string::npos) return std::nullopt;
    list.zone = *zone;
    if (list.name.empty()) list.name = list.zone;
    const auto answers =
        sign == std::string_view::npos ? usual_answers : parted_by_commas(text.substr(sign + 1));
    if (!std::all_of(answers.begin(), answers.end(), Networks::is_network)) return std::nullopt;
    list.counts = Networks::parse(answers);
    return list;
}

}  // namespace lazaret
