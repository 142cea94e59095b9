#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/mail/seal.hpp"
#include "base/records/networks.hpp"
#include "milter/filter/check.hpp"
#include "milter/filter/checks.hpp"
#include "milter/filter/client_lists.hpp"
#include "milter/filter/message_network.hpp"
#include "milter/filter/proofs.hpp"

namespace lazaret::milter {

/// What the settings file says about how messages are handled, ready to be used. Replaced whole
/// when the file is read again; a message is handled by one of them from start to end.
struct Conduct {
    MilterConfig config;
    VotesConfig votes;
    std::string authserv_id;  ///< under which we say our own
    Networks outbound;        ///< whose mail is only searched for viruses
    filter::ProofSources proof_sources;
    filter::AuthenticationSettings authentication;
    std::chrono::milliseconds dns_budget{};  ///< of one message
    filter::ClientLists client_lists;        ///< whose clients are refused at RCPT TO
    std::vector<filter::Check> checks;
    std::vector<filter::Check> outbound_checks;  ///< the antivirus alone; or nothing
    SealKeys seal_keys;
};

/// The most of its time that a judgement gives to one thing that it waits for: what lasts longer
/// would keep the message from being judged at all.
std::chrono::milliseconds longest_wait(const MilterConfig& config);

/// Reads the key file, too. Throws Error{Setup}.
Conduct make_conduct(const Configuration& config, const filter::CheckTools& tools);

}  // namespace lazaret::milter
