#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/records/envelope.hpp"
#include "base/records/networks.hpp"
#include "base/records/policy.hpp"
#include "milter/filter/assess.hpp"
#include "milter/filter/checks.hpp"
#include "milter/filter/lists.hpp"
#include "milter/filter/message_network.hpp"

namespace lazaret::tools {

/// What judging one message gave.
struct Judgement {
    /// It comes from our own network: only its viruses count, and nothing is decided for anybody.
    bool is_outbound = false;
    filter::Assessment assessment;
    std::vector<filter::Decision> decisions;  ///< one a recipient, in order; none when outbound
    filter::Sender sender;                    ///< as lists see it; nobody when outbound
    double milliseconds = 0.0;                ///< reading, checks and decision
};

/// Judges messages as the milter would: the same reading, checks, policy and decision, and the same
/// eye for mail of our own networks. What only the milter knows is left out: whether the client
/// signed in, and what becomes of a message with several recipients.
class Judge {
public:
    /// What a judge works with; `policy` is the site's, or one with the defaults.
    struct Tools {
        MilterConfig milter;
        filter::CheckTools checks;
        LearnedConfig learned;
        Policy policy;
        std::optional<DnsConfig> dns;  ///< none: offline
    };
    /// Throws Error{Setup} when the settings name a network that is none.
    explicit Judge(Tools tools);

    /// Whether a client is of our own networks.
    [[nodiscard]] bool is_ours(const std::string& client_ip) const;

    /// What the DNS calls a client, `[192.0.2.7]` when it has no name; nothing where the DNS is not
    /// asked, or does not say.
    [[nodiscard]] std::optional<std::string> client_name(const std::string& client_ip) const;

    /// `bytes` with lines in CRLF; takes any bytes.
    [[nodiscard]] Judgement judge(const Envelope& envelope, std::string_view bytes) const;

private:
    [[nodiscard]] std::unique_ptr<filter::MessageNetwork> ask_network(
        const Envelope& envelope) const;

    Tools tools_;
    std::unique_ptr<filter::dns::Resolver> resolver_;
    Networks outbound_;
    std::vector<filter::Check> checks_;
    std::vector<filter::Check> outbound_checks_;
};

/// The rules of the folders that `config` names, or of those where they usually are; none when they
/// are switched off or there are none. Throws Error{Unavailable} when the files are being changed.
std::shared_ptr<const Snapshot<filter::rules::RuleBook>> rules_for(const RulesConfig& config);

/// Everything from the database, as the milter fetches it. Throws Error.
Judge::Tools tools_of_site(const Configuration& settings);

/// Without a database: nobody chose a setting or made a list entry.
/// @param model_file  a model as `Model::snapshot()` writes it; empty: none. Throws Error{Setup}
///                    when it cannot be read.
Judge::Tools tools_offline(const Configuration& settings, const std::string& model_file);

}  // namespace lazaret::tools
