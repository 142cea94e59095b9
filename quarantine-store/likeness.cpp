#include "quarantine-store/likeness.hpp"

#include <algorithm>

#include "base/records/networks.hpp"

namespace lazaret::store {
namespace {

bool is_named(const Result<Address, AddressFault>& address, const SenderPattern& sender)
{
    if (!address) return false;
    const auto patterns = patterns_naming(*address);
    return std::find(patterns.begin(), patterns.end(), sender.text) != patterns.end();
}

bool is_exactly(const Result<Address, AddressFault>& address, const SenderPattern& sender)
{
    return address && address->key() == sender.text;
}

}  // namespace

std::string_view sentence(LikenessFault fault)
{
    switch (fault) {
        case LikenessFault::AnotherSender: return "it is not the sender of that message";
        case LikenessFault::NotExact:
            return "the sender of that message proved nothing, so only its exact address can be "
                   "allowed: anybody can write an address of a domain";
        case LikenessFault::NoNetwork:
            return "the sender of that message proved nothing, and from where it came is not known";
    }
    return "";
}

Result<Proof, LikenessFault> proof_like(const HeldDetails& copy, const SenderPattern& sender)
{
    const auto from = parse_address(copy.from_address);
    const auto mail_from = parse_address(copy.summary.sender);
    const bool names_from = is_named(from, sender);
    const bool names_mail_from = is_named(mail_from, sender);
    if (!names_from && !names_mail_from) return because(LikenessFault::AnotherSender);
    const auto& proved = copy.explanation.proved;
    if (!proved) return Proof::any();
    if (names_from && !proved->from.empty()) return proved->from.front();
    if (names_mail_from && !proved->mail_from.empty()) return proved->mail_from.front();
    if (!is_exactly(from, sender) && !is_exactly(mail_from, sender))
        return because(LikenessFault::NotExact);
    auto network = Networks::neighbourhood_of(copy.client_ip);
    if (network.empty()) return because(LikenessFault::NoNetwork);
    return Proof::network(std::move(network));
}

std::optional<Proof> newsletter_proof(const Explanation& explanation)
{
    const auto& proved = explanation.proved;
    if (!proved || proved->from.empty()) return std::nullopt;
    return proved->from.front();
}

}  // namespace lazaret::store
