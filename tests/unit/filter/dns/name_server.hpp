#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/handle.hpp"

namespace lazaret::filter::dns {

/// Binds to 127.0.0.1. @param port  0: any. @return the port; 0: it is taken
int bound_port(int socket, int port = 0);

/// A name server on 127.0.0.1 that counts what it is asked; what is sent again counts once. The
/// first letter of a name says how it answers: `f` fails, `s` is silent the first time, `l` is too
/// long for a datagram (a TXT record that comes by TCP only), `n` does not exist, `q` is silent for
/// good, `w` waits for a while; any other has the address 192.0.2.1 for a minute. Names of one
/// label fail, as with systemd-resolved. A connection ends behind its first reply.
class NameServer {
public:
    NameServer();
    NameServer(const NameServer&) = delete;
    NameServer& operator=(const NameServer&) = delete;
    ~NameServer();

    [[nodiscard]] DnsConfig config() const;
    [[nodiscard]] int asked() const { return asked_; }
    /// Ports that questions came from.
    [[nodiscard]] int clients() const { return clients_; }

    /// From now on all fails.
    void fail(bool all) { all_fails_ = all; }

    /// From now on it is one that knows no EDNS: what has an OPT record it cannot read.
    void know_no_edns() { knows_edns_ = false; }

    /// Length of the text of `l`.
    static constexpr std::size_t long_text = 3'000;

private:
    void run();
    void answer_datagram();
    void answer_connection();

    FileDescriptor datagrams_;
    FileDescriptor connections_;
    FileDescriptor stop_;
    int port_ = 0;
    std::atomic<int> asked_ = 0;
    std::atomic<int> clients_ = 0;
    std::atomic<bool> all_fails_ = false;
    std::atomic<bool> knows_edns_ = true;
    std::vector<std::jthread> late_;
    std::thread thread_;
};

}  // namespace lazaret::filter::dns
