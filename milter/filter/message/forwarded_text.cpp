#include "milter/filter/message/forwarded_text.hpp"

#include <algorithm>

#include "base/mail/reference_field.hpp"
#include "base/records/address.hpp"
#include "milter/filter/message/message.hpp"

namespace lazaret::filter {
namespace {

constexpr ReadLimits limits{.message = 1 << 20,
                            .text = 64 << 10,
                            .parts = 50,
                            .depth = 10,
                            .links = 0,
                            .header = 256 << 10};
constexpr std::size_t longest_half = 255;  // bytes, on either side of the @

// What stands around an address and not within it; letters beyond ASCII may.
bool is_of_address(char one)
{
    constexpr std::string_view marks = ".+-_=~!#$%&'*/?^`{|}";
    const auto byte = static_cast<unsigned char>(one);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || marks.find(one) != std::string_view::npos;
}

bool is_of_domain(char one)
{
    return is_of_address(one) &&
           std::string_view{"+_=~!#$%&'*/?^`{|}"}.find(one) == std::string_view::npos;
}

void add_addresses(std::string_view text, std::vector<std::string>& all)
{
    for (auto at = text.find('@');
         at != std::string_view::npos && all.size() < most_quoted_addresses;
         at = text.find('@', at + 1)) {
        auto begin = at;
        while (begin > 0 && at - begin < longest_half && is_of_address(text[begin - 1])) --begin;
        auto end = at + 1;
        while (end < text.size() && end - at <= longest_half && is_of_domain(text[end])) ++end;
        auto written = text.substr(begin, end - begin);
        while (written.ends_with('.')) written.remove_suffix(1);  // of a sentence
        const auto address = parse_address(written);
        if (address && std::ranges::find(all, address->key()) == all.end())
            all.push_back(address->key());
    }
}

}  // namespace

ForwardedText read_forwarded_text(std::string_view bytes)
{
    const auto message = read_message(bytes, limits);
    ForwardedText read{.subject = message.subject};
    add_addresses(message.text, read.senders);
    add_addresses(message.html_text, read.senders);
    read.digest = digest_in_text(message.text);
    if (!read.digest) read.digest = digest_in_text(message.html_text);
    return read;
}

}  // namespace lazaret::filter
