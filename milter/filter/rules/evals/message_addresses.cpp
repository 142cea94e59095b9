#include "milter/filter/rules/evals/message_addresses.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/uris/idn.hpp"

namespace lazaret::filter::rules {
namespace {

std::vector<HeaderQuery> addresses_of(std::initializer_list<std::string_view> fields)
{
    std::vector<HeaderQuery> queries;
    for (const auto field : fields)
        queries.push_back(HeaderQuery::parse(std::string{field} + ":addr"));
    return queries;
}

const std::vector<HeaderQuery>& sender_fields()
{
    static const auto all = addresses_of(
        {"From", "Envelope-Sender", "Resent-Sender", "X-Envelope-From", "EnvelopeFrom"});
    return all;
}

// Of all programs that write down for whom a message came.
const std::vector<HeaderQuery>& recipient_fields()
{
    static const auto all =
        addresses_of({"To", "Apparently-To", "Delivered-To", "Envelope-Recipients",
                      "Apparently-Resent-To", "X-Envelope-To", "Envelope-To", "X-Delivered-To",
                      "X-Original-To", "X-Rcpt-To", "X-Real-To", "Cc"});
    return all;
}

// Some thousand recipients are looked at; more tell nothing new.
constexpr std::size_t most_addresses = 2'000;

class AddressCollector {
public:
    void add(const std::string& address)
    {
        if (!address.empty() && list.size() < most_addresses && seen_.insert(address).second)
            list.push_back(address);
    }
    void add(const std::vector<std::string>& addresses)
    {
        for (const auto& address : addresses) add(address);
    }
    std::vector<std::string> list;

private:
    TextSet seen_;
};

std::string with_single_dots(const std::string& address)
{
    std::string text;
    for (const char c : address)
        if (c != '.' || !text.ends_with('.')) text += c;
    return text;
}

// `... for <bob@example.org>; ...`: how sendmail and others say the recipient.
std::string recipient_in(std::string_view received)
{
    for (auto at = received.find(" for "); at != std::string_view::npos;
         at = received.find(" for ", at + 1)) {
        auto rest = received.substr(at + 5);
        if (rest.starts_with('<')) rest.remove_prefix(1);
        auto word = take_word(rest);
        const auto end = word.rfind(';');
        if (end == std::string_view::npos) continue;
        word = word.substr(0, end);
        if (word.ends_with('>')) word.remove_suffix(1);
        const auto sign = word.find('@');
        if (sign == 0 || sign == std::string_view::npos) continue;
        return is_valid_host_name(ascii_host(word.substr(sign + 1))) ? std::string{word} : "";
    }
    return {};
}

}  // namespace

const std::vector<std::string>& senders_of(const EvalContext& context)
{
    auto& memory = context.memory.sender.senders;
    if (memory) return *memory;
    AddressCollector collector;
    collector.add(context.headers.values("Resent-From:first:addr"));
    if (collector.list.empty())
        for (const auto& field : sender_fields())
            for (const auto& address : context.headers.read(field))
                collector.add(with_single_dots(address));
    return memory.emplace(std::move(collector.list));
}

const std::vector<std::string>& recipients_of(const EvalContext& context)
{
    auto& memory = context.memory.sender.recipients;
    if (memory) return *memory;
    AddressCollector collector;
    for (const auto* field : {"Resent-To:first:addr", "Resent-Cc:first:addr"})
        collector.add(context.headers.values(field));
    if (collector.list.empty()) {
        const auto& received = context.headers.values("Received");
        for (std::size_t at = 0; at < std::min<std::size_t>(3, received.size()); ++at)
            collector.add(recipient_in(received[at]));
        for (const auto& field : recipient_fields()) collector.add(context.headers.read(field));
    }
    return memory.emplace(std::move(collector.list));
}

}  // namespace lazaret::filter::rules
