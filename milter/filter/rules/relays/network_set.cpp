#include "milter/filter/rules/relays/network_set.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/text.hpp"

namespace lazaret::filter::rules {

namespace {

constexpr unsigned v4_offset = 96;  // bits of ::ffff:0:0/96

bool is_v4_text(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::optional<unsigned> number_in(std::string_view text)
{
    unsigned value = 0;
    const auto end = text.data() + text.size();
    const auto [behind, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || behind != end) return std::nullopt;
    return value;
}

/// An IPv4 address or the beginning of one, whose octets say how long its prefix is.
struct Partial {
    IpNumber number{};
    unsigned prefix = 0;
    unsigned offset = 0;  ///< bits before those that a mask counts
};

std::optional<Partial> read_partial_v4(std::string_view text)
{
    Partial partial{.offset = v4_offset};
    partial.number[10] = partial.number[11] = 0xff;
    if (text.ends_with('.')) text.remove_suffix(1);
    std::size_t octets = 0;
    for (;;) {
        const auto dot = text.find('.');
        const auto octet = number_in(text.substr(0, dot));
        if (!octet || *octet > 255 || octets == 4) return std::nullopt;
        partial.number[12 + octets++] = static_cast<std::uint8_t>(*octet);
        if (dot == std::string_view::npos) break;
        text.remove_prefix(dot + 1);
    }
    partial.prefix = static_cast<unsigned>(v4_offset + 8 * octets);
    return partial;
}

std::optional<Partial> read_address(std::string_view text)
{
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    text = text.substr(0, text.find('%'));  // a zone is of no matter
    if (is_v4_text(text)) return read_partial_v4(text);
    const auto number = ip_number(text);
    if (!number) return std::nullopt;
    return Partial{*number, 128, 0};
}

/// `24` or `255.255.255.0` as a count of bits.
std::optional<unsigned> read_mask(std::string_view text)
{
    if (text.find('.') == std::string_view::npos) return number_in(text);
    const auto mask = read_partial_v4(text);
    if (!mask) return std::nullopt;
    unsigned bits = 0;
    for (std::size_t i = 12; i < 16; ++i)
        for (unsigned bit = 0x80; bit != 0 && (mask->number[i] & bit) != 0; bit >>= 1) ++bits;
    return bits;
}

}  // namespace

std::optional<NetworkSet::Range> NetworkSet::read(std::string_view network)
{
    network = trimmed(network);
    const bool is_excluded = network.starts_with('!');
    if (is_excluded) network = trimmed(network.substr(1));
    if (const auto dash = network.find('-'); dash != std::string_view::npos) {
        const auto first = read_address(trimmed(network.substr(0, dash)));
        const auto last = read_address(trimmed(network.substr(dash + 1)));
        if (!first || !last || last->number < first->number) return std::nullopt;
        return Range{first->number, last->number, is_excluded};
    }
    const auto slash = network.find('/');
    auto address = read_address(network.substr(0, slash));
    if (!address) return std::nullopt;
    if (slash != std::string_view::npos) {
        const auto mask = read_mask(network.substr(slash + 1));
        if (!mask || *mask + address->offset > 128) return std::nullopt;
        address->prefix = *mask + address->offset;
    }
    Range range{address->number, address->number, is_excluded};
    for (unsigned bit = address->prefix; bit < 128; ++bit) {
        const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
        range.first[bit / 8] = static_cast<std::uint8_t>(range.first[bit / 8] & ~mask);
        range.last[bit / 8] = static_cast<std::uint8_t>(range.last[bit / 8] | mask);
    }
    return range;
}

bool NetworkSet::add(std::string_view network)
{
    const auto range = read(network);
    if (range) ranges_.push_back(*range);
    return range.has_value();
}

bool NetworkSet::includes(const IpNumber& first, const IpNumber& last) const
{
    const auto range = std::find_if(ranges_.begin(), ranges_.end(), [&](const Range& each) {
        return each.first <= first && last <= each.last;
    });
    return range != ranges_.end() && !range->is_excluded;
}

bool NetworkSet::covers(std::string_view network) const
{
    const auto wanted = read(network);
    return !wanted || wanted->is_excluded || includes(wanted->first, wanted->last);
}

bool NetworkSet::holds(std::string_view ip) const
{
    const auto number = ip_number(ip);
    return number && includes(*number, *number);
}

}  // namespace lazaret::filter::rules
