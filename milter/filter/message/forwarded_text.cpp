#include "milter/filter/message/forwarded_text.hpp"

#include <algorithm>

#include "base/mail/reference_field.hpp"
#include "base/records/address.hpp"
#include "milter/filter/message/message.hpp"
#include "milter/filter/message/written_addresses.hpp"

namespace lazaret::filter {
namespace {

constexpr ReadLimits limits{.message = 1 << 20,
                            .text = 64 << 10,
                            .parts = 50,
                            .depth = 10,
                            .links = 0,
                            .header = 256 << 10};
void add_addresses(std::string_view text, std::vector<std::string>& all)
{
    for (auto at = text.find('@');
         at != std::string_view::npos && all.size() < most_quoted_addresses;
         at = text.find('@', at + 1)) {
        const auto address = address_around(text, at);
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
