#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/config/configuration.hpp"
#include "base/records/envelope.hpp"
#include "base/records/networks.hpp"
#include "milter/filter/auth/signature.hpp"
#include "milter/filter/auth/signed_message.hpp"
#include "milter/filter/auth/spf.hpp"
#include "milter/filter/dns/client_shares.hpp"
#include "milter/filter/dns/inquiry.hpp"
#include "milter/filter/dns/silent_lists.hpp"
#include "milter/filter/message/message.hpp"
#include "milter/filter/network.hpp"

namespace lazaret::filter {

/// What authentication needs to know of this site.
struct AuthenticationSettings {
    std::string host_name;  ///< for explanations of SPF
    auth::SignatureLimits signatures;
    /// Ours, that pass on strangers' mail: SPF does not look at them, and nothing fails for that.
    Networks relays{};

    static AuthenticationSettings of(const DnsConfig& dns, const MilterConfig& milter);
};

/// Runs what does nothing but wait for others, so that the processor is somebody else's meanwhile.
using Resting = std::function<void(const std::function<void()>& wait)>;

/// The Network of one message over a resolver.
///
/// Made when MAIL FROM is known, so that SPF is looked up while the message is still coming in; the
/// rest follows when it was read. For one thread at a time.
class MessageNetwork final : public Network {
public:
    /// Starts what the envelope allows.
    /// @param silent  lists that are not to be asked; may be null, and must live longer.
    /// @param shares  of which the client has what is asked before read(); may be null.
    MessageNetwork(dns::Ask ask, dns::SilentLists* silent, AuthenticationSettings settings,
                   const Envelope& envelope, Moment now, dns::ClientShares* shares = nullptr);
    MessageNetwork(const MessageNetwork&) = delete;
    MessageNetwork& operator=(const MessageNetwork&) = delete;
    ~MessageNetwork() override;

    /// Starts what the message asks for: keys of signatures, the record of DMARC.
    ///
    /// @param message  is kept by reference until the end, as are the bytes that it was read from.
    /// @param budget  from now on, for all that is waited for.
    /// @param resting  waits; may be empty.
    void read(const Message& message, std::chrono::milliseconds budget, Resting resting = {});

    void look_up(std::function<void(dns::View&)> stage) override;
    const dns::Answers& answers() override;
    const auth::Authentication& authentication() override;
    const auth::Authentication& expected_authentication() override { return expected_; }
    void does_not_answer_us(const std::string& zone) override;

private:
    void look_up_sender();
    [[nodiscard]] auth::Authentication authenticate(dns::View& view);
    [[nodiscard]] auth::SpfResult check_spf(auth::SpfIdentity identity, dns::View& view) const;

    dns::SilentLists* silent_;
    std::shared_ptr<std::atomic<bool>> has_message_;  ///< also of whom the inquiry asks by
    std::shared_ptr<dns::Inquiry> inquiry_;
    AuthenticationSettings settings_;
    Moment now_;
    std::string client_ip_;
    std::string helo_;
    std::string sender_;  ///< of MAIL FROM; empty for the null sender
    const Message* message_ = nullptr;
    std::chrono::steady_clock::time_point deadline_{};
    Resting resting_;
    const dns::Answers* answers_ = nullptr;              ///< until somebody asks for more
    std::optional<auth::SignedMessage> signed_message_;  ///< of message_; keeps its hashes
    auth::Authentication expected_;                      ///< from read() on
    std::optional<auth::Authentication> authentication_;
};

}  // namespace lazaret::filter
