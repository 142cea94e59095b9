#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/envelope.hpp"
#include "milter/answer.hpp"
#include "milter/filter/connection_network.hpp"
#include "milter/filter/message_network.hpp"
#include "milter/parts.hpp"
#include "milter/spool.hpp"

namespace lazaret::milter {

/// One message as it came in. Shared with the thread that judges it, which may outlive the
/// session's interest in it.
struct Incoming {
    Incoming(Envelope from, std::size_t memory, std::string folder)
        : envelope{std::move(from)}, spool{memory, std::move(folder)}
    {
    }
    Envelope envelope;
    Spool spool;
    std::unique_ptr<filter::MessageNetwork> network;  ///< null: nobody asks the DNS
};

/// One connection of the MTA: gathers its callbacks into messages, one after the other.
///
/// Knows no libmilter. Used by one thread at a time; each connection has one of its own.
class Session {
public:
    /// @param parts  is touched only while the gate lets a message in.
    Session(std::shared_ptr<Gate> gate, const Parts* parts);

    /// Whether there is room for this connection; else answer 451 and nothing else.
    [[nodiscard]] bool has_place() const noexcept { return static_cast<bool>(place_); }

    /// @param ip  text of the address; empty when the MTA does not know it.
    void connect(std::string_view name, std::string_view ip);
    void helo(std::string_view name);  ///< may come again

    void mail(std::string_view sender, std::vector<std::string> parameters);
    /// What this RCPT TO is refused with, noted for its recipient; none when it is not. Waits for
    /// the block lists the first time, no longer than a message may wait for the DNS.
    /// @param user  who has signed in, as the MTA's macro says; may be empty.
    std::optional<Answer> refuse_recipient(const Recipient& recipient, std::string_view user);
    void recipient(Recipient recipient);
    /// Whether a domain is protected now.
    [[nodiscard]] bool protects(const std::string& domain) const;

    // What cannot be stored is answered at the end of the message: before, the MTA may not listen.
    void field(std::string_view name, std::string_view value);
    void end_of_header();
    void body(std::string_view bytes);

    /// The message in hand cannot be kept whole: its end will be answered 451.
    void lose() noexcept;

    /// Whether the rest of the body is of no use to us, since the answer is already known.
    [[nodiscard]] bool is_lost() const noexcept { return lost_; }

    /// The end of the message: judges it, holds what must be held, and forgets it.
    /// @param queue_id, user  as the MTA's macros say; may be empty.
    /// @param progress  called now and then while the MTA waits.
    /// Throws Error{Unavailable} when it must be answered 451.
    Answer finish(std::string_view queue_id, std::string_view user,
                  const std::function<void()>& progress);

    /// Forgets the message in hand: the client gave up, or sends another.
    void abort() noexcept;

private:
    void begin_message();
    void ask_about_connection();
    void ask_network();
    template <class Step>
    void keep(Step&& step);

    std::shared_ptr<Gate> gate_;
    const Parts* parts_;
    Gate::Place place_;
    Envelope envelope_;  ///< of the connection, and of the message in hand
    Gate::Place message_place_;
    /// From connect on; null: nobody asks the DNS.
    std::unique_ptr<filter::ConnectionNetwork> connection_network_;
    std::chrono::steady_clock::time_point connected_{};
    /// Mailboxes that the message in hand was refused for, and the references that were told.
    std::map<std::string, std::string> refused_;
    std::unique_ptr<filter::MessageNetwork> network_;  ///< from MAIL FROM on
    std::shared_ptr<Incoming> incoming_;               ///< from the first header field on
    bool header_ended_ = false;
    bool lost_ = false;
};

}  // namespace lazaret::milter
