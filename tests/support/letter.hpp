#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/check.hpp"
#include "milter/filter/message/message.hpp"

namespace lazaret::filter {

/// A message for tests of the steps behind the reading: its header is cut for real, the rest is
/// what a test says. Not copied, since Message points into the bytes.
struct Letter {
    explicit Letter(std::string header_fields, const std::vector<std::string>& from = {},
                    const std::string& mail_from = {})
        : bytes{std::move(header_fields) + "\r\nHello.\r\n"}
    {
        message.header = cut_header(bytes);
        for (const auto& address : from) message.from_addresses.push_back(*parse_address(address));
        if (!mail_from.empty()) envelope.sender = *parse_address(mail_from);
        envelope.sender_verbatim = '<' + mail_from + '>';
        envelope.queue_id = "4XyZ1b";
    }
    Letter(const Letter&) = delete;
    Letter& operator=(const Letter&) = delete;

    Letter& to(const std::string& verbatim)
    {
        const auto address = parse_address(verbatim);
        envelope.recipients.push_back(
            {'<' + verbatim + '>', {}, address ? std::optional{*address} : std::nullopt});
        return *this;
    }
    [[nodiscard]] Mail mail() const { return {envelope, bytes, message}; }

    std::string bytes;
    Message message;
    Envelope envelope;
};

}  // namespace lazaret::filter
