#include "milter/filter/rules/relays/relay_chain.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "milter/filter/rules/relays/envelope_sender.hpp"
#include "milter/filter/rules/relays/ip_text.hpp"
#include "milter/filter/rules/relays/received_line.hpp"

namespace lazaret::filter::rules {

namespace {

bool is_loopback(std::string_view ip)
{
    return ip.starts_with("127.") ||
           (ip.find(':') != std::string_view::npos && localhost_length(ip, 0) == ip.size());
}

/// Follows the chain from the newest hop and says for each whether it is trusted, and internal.
class TrustWalk {
public:
    explicit TrustWalk(const RelaySettings& settings)
        : trusted_{settings.trusted ? settings.trusted : settings.internal},
          internal_{settings.internal ? settings.internal : settings.trusted},
          msa_{settings.msa}
    {
    }

    [[nodiscard]] bool is_trusted() const { return is_trusted_; }
    [[nodiscard]] bool is_internal() const { return is_internal_; }

    /// Takes the next older hop.
    void step(Relay& relay)
    {
        if (is_trusted_ && !has_msa_) {
            if (trusted_) compare(relay);
            else infer(relay);
        }
        relay.is_internal = is_internal_;
    }

private:
    static bool holds(const std::optional<NetworkSet>& set, const Relay& relay)
    {
        return is_loopback(relay.ip) || set->holds(relay.ip);
    }

    void infer(const Relay& relay)
    {
        if (relay.is_ip_private || relay.is_authenticated()) return;
        is_trusted_ = is_internal_ = false;
    }

    void compare(Relay& relay)
    {
        const bool is_authenticated = relay.is_authenticated();
        if (!is_authenticated && !holds(trusted_, relay)) {
            is_trusted_ = is_internal_ = false;
            return;
        }
        if (is_internal_ && !is_authenticated && !holds(internal_, relay)) is_internal_ = false;
        if (msa_ && msa_->holds(relay.ip)) has_msa_ = relay.is_msa = true;
    }

    const std::optional<NetworkSet>& trusted_;
    const std::optional<NetworkSet>& internal_;  ///< there where trusted_ is
    const std::optional<NetworkSet>& msa_;
    bool is_trusted_ = true;
    bool is_internal_ = true;
    bool has_msa_ = false;  ///< an MSA vouches for all older hops
};

std::string joined(const std::vector<Relay>& relays)
{
    std::string text;
    for (const auto& relay : relays) {
        if (!text.empty()) text += ' ';
        text += relay.text;
    }
    return text;
}

/// The Received values, newest first, then one for each field that names a web mailer's client.
std::vector<std::string> received_values(const RuleHeaders& headers, const RelaySettings& settings,
                                         const std::optional<std::string>& own)
{
    std::vector<std::string> values;
    if (own) values.push_back(*own);
    std::vector<const std::string*> originating(settings.originating_fields.size());
    for (const auto& field : headers.fields()) {
        if (same_ignoring_case(field.name, "Received")) {
            if (values.size() < most_received) values.push_back(field.value);
            continue;
        }
        for (std::size_t i = 0; i < originating.size(); ++i)
            if (same_ignoring_case(field.name, settings.originating_fields[i]))
                originating[i] = &field.value;
    }
    for (const auto* value : originating) {
        const auto ip = value == nullptr ? std::string_view{} : first_ip(*value);
        if (!ip.empty()) values.push_back("from X-Originating-IP: " + std::string{ip});
    }
    return values;
}

/// Gathers hops into the four lists.
class Gathering {
public:
    explicit Gathering(const RelaySettings& settings) : walk_{settings} {}

    void take(const std::string& value)
    {
        auto line = read_received(value);
        auto sender = std::move(next_sender_);
        next_sender_ = std::move(line.next_sender);
        if (line.kind == ReceivedLine::Kind::Unparseable) ++relays_.unparseable;
        if (line.kind == ReceivedLine::Kind::Fetched && may_restart_) {
            relays_.trusted.clear();
            relays_.internal.clear();
            relays_.external.clear();
        }
        const bool is_handover = line.kind == ReceivedLine::Kind::Handover;
        if (is_handover) {
            if (sender && !sender->empty()) line.relay.envelope_from = std::move(sender);
            walk_.step(line.relay);
            line.relay.text = relay_text(line.relay);
        }
        if (walk_.is_trusted()) ++relays_.last_trusted;
        if (walk_.is_internal()) ++relays_.last_internal;
        if (!is_handover) return;
        may_restart_ = walk_.is_trusted();
        (walk_.is_internal() ? relays_.internal : relays_.external).push_back(line.relay);
        (walk_.is_trusted() ? relays_.trusted : relays_.untrusted).push_back(std::move(line.relay));
    }

    Relays finished() &&
    {
        relays_.trusted_text = joined(relays_.trusted);
        relays_.untrusted_text = joined(relays_.untrusted);
        relays_.internal_text = joined(relays_.internal);
        relays_.external_text = joined(relays_.external);
        relays_.are_all_trusted =
            !relays_.trusted.empty() && relays_.untrusted.empty() && relays_.unparseable == 0;
        return std::move(relays_);
    }

private:
    TrustWalk walk_;
    Relays relays_;
    std::optional<std::string> next_sender_;
    bool may_restart_ = true;
};

}  // namespace

Relays read_relays(const RuleHeaders& headers, const RelaySettings& settings,
                   const std::optional<std::string>& own)
{
    Gathering gathering{settings};
    for (const auto& value : received_values(headers, settings, own)) gathering.take(value);
    auto relays = std::move(gathering).finished();
    const int made = own ? 1 : 0;
    relays.last_trusted_received = relays.last_trusted - made;
    relays.last_internal_received = relays.last_internal - made;
    relays.envelope_from = read_envelope_sender(headers, relays, settings);
    return relays;
}

std::string own_received(std::string_view ip, std::string_view helo, std::string_view name,
                         std::string_view by, std::string_view sender, bool is_authenticated)
{
    const auto one_word = [](std::string_view text) {
        std::string word{text};
        std::replace_if(
            word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; },
            '!');
        return word;
    };
    const std::string client = name.empty() ? "unknown" : one_word(name);
    return "from " + (helo.empty() ? client : one_word(helo)) + " (" + client + " [" +
           one_word(ip) + "]) by " + (by.empty() ? "localhost" : one_word(by)) +
           " (Postfix) with " + (is_authenticated ? "ESMTPA" : "ESMTP") + " (envelope-from <" +
           one_word(sender) + ">)";
}

}  // namespace lazaret::filter::rules
