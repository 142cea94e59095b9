#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "milter/filter/dns/packet.hpp"

struct event_base;

namespace lazaret::filter::dns {

/// Whom a channel asks.
struct Servers {
    std::string list;  ///< as c-ares has it, by commas; empty: those of /etc/resolv.conf
    /// Then one that refuses or fails is not the last word.
    bool has_several = false;
    /// Which of them is asked first, counted round and round. The others have their turn when it
    /// refuses, or when it is silent for half a second.
    std::size_t first = 0;
    bool with_edns = true;
};

/// The servers of `[dns] servers`, or without any the system's. Throws Error{Setup} for what is
/// not ADDRESS or ADDRESS@PORT.
Servers servers_from(const std::vector<std::string>& servers);

/// How a channel asks. By a connection one question alone is asked: when it ends, is refused or
/// brings what cannot be read, c-ares takes that for a failure of all that the channel has on its
/// way, datagrams too.
enum class Transport { Datagrams, Connection };

/// Sends questions to a resolver and brings the replies: c-ares, run by a libevent base.
///
/// Questions share a few sockets, which cost more than sending does; and all replies that are there
/// are read at once. Who knows the port of such a socket need only guess a question's number to
/// forge an answer (RFC 5452 9), so a channel is good for most_asked questions: then it is full,
/// and another one has other ports. Sockets are closed whenever nothing is on its way.
///
/// All calls are the base's thread's. The base must live longer.
class Channel {
public:
    /// What came to a question.
    struct Received {
        Packet packet;            ///< empty when no reply came, or none that c-ares hands on
        bool has_failed = false;  ///< none is handed on since each of several servers failed
        bool is_cut = false;   ///< it was too long for a datagram, or the socket was given up for a
                               ///< reply that c-ares cannot read, perhaps to another question
        bool is_late = false;  ///< somebody was silent before
    };
    using Replied = std::function<void(const Received&)>;

    /// Questions that share ports.
    static constexpr int most_asked = 64;

    /// `processed` is called when an event has brought what it had, outside of c-ares; it must not
    /// end the channel. Throws Error{Unavailable} when c-ares does not start.
    Channel(event_base* base, const Servers& servers, Transport transport,
            std::function<void()> processed);
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    ~Channel();  ///< what is on its way gets no reply: its `replied` is called with none

    /// `replied` is called once, perhaps at once. It must not end the channel. Debian 13's c-ares
    /// sends no name with other bytes than letters, digits and `-._/*`: such a one gets no reply.
    void ask(const Question& question, Replied replied);

    /// Sends again what has no reply for a while, or gives it up. To be called a few times a second
    /// while something is on its way.
    void tick();

    [[nodiscard]] bool is_full() const noexcept { return asked_ >= room_; }
    /// It is full from now on.
    void close() noexcept { asked_ = room_; }
    [[nodiscard]] bool is_idle() const noexcept { return on_their_way_ == 0; }

private:
    struct Ares;
    struct Asked;
    std::unique_ptr<Ares> ares_;
    int room_;
    int asked_ = 0;
    int on_their_way_ = 0;
};

}  // namespace lazaret::filter::dns
