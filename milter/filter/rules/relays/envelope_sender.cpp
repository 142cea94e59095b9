#include "milter/filter/rules/relays/envelope_sender.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazaret::filter::rules {

namespace {

/// The first address of the first field of that name.
std::optional<std::string> first_address(const RuleHeaders& headers, std::string_view name)
{
    const auto fields = headers.named(name);
    if (fields.empty()) return std::nullopt;
    for (const auto& entry : fields.front()->addresses())
        if (entry.address) return entry.address;
    return std::nullopt;
}

/// Whether a field of that name stands below a Received field: then an earlier delivery, as one to
/// a list, may have written it.
bool is_below_received(const RuleHeaders& headers, std::string_view name)
{
    bool has_received = false;
    return std::any_of(headers.fields().begin(), headers.fields().end(), [&](const auto& field) {
        has_received = has_received || same_ignoring_case(field.name, "Received");
        return has_received && same_ignoring_case(field.name, name);
    });
}

bool is_sender(const std::optional<std::string>& text)
{
    if (!text) return false;
    const auto sign = text->find('@');
    return text->empty() || (sign != std::string::npos && sign > 0);
}

/// fetchmail takes a list's X-Sender for the envelope's sender, so nothing below can be believed.
bool is_guess_of_fetchmail(const RuleHeaders& headers)
{
    if (!first_address(headers, "X-Sender")) return false;
    const auto received = headers.named("Received");
    return std::any_of(received.begin(), received.end(), [](const auto* field) {
        return field->value.find("(fetchmail") != std::string::npos;
    });
}

/// The hop that gave us the message: the first untrusted, or the one where all began.
const Relay* last_hop(const Relays& relays)
{
    if (!relays.untrusted.empty()) return &relays.untrusted.front();
    return relays.trusted.empty() ? nullptr : &relays.trusted.back();
}

}  // namespace

std::optional<std::string> read_envelope_sender(const RuleHeaders& headers, const Relays& relays,
                                                const RelaySettings& settings)
{
    if (!settings.envelope_sender_field.empty()) {
        auto sender = first_address(headers, settings.envelope_sender_field);
        return is_sender(sender) ? sender : std::nullopt;
    }
    if (const auto* hop = last_hop(relays); hop != nullptr && is_sender(hop->envelope_from))
        return hop->envelope_from;
    if (is_guess_of_fetchmail(headers)) return std::nullopt;
    if (auto sender = first_address(headers, "X-Envelope-From")) {
        if (is_below_received(headers, "X-Envelope-From")) return std::nullopt;
        return sender;
    }
    for (const auto* name : {"Envelope-Sender", "Return-Path"}) {
        auto sender = first_address(headers, name);
        if (sender && !is_below_received(headers, name)) return sender;
    }
    return std::nullopt;
}

}  // namespace lazaret::filter::rules
