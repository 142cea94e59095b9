#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "milter/filter/client_lists.hpp"
#include "milter/filter/dns/client_shares.hpp"
#include "milter/filter/dns/inquiry.hpp"
#include "milter/filter/dns/silent_lists.hpp"

namespace lazaret::filter {

/// What the DNS is asked about a connection, before there is a message: whether the client is on a
/// list, and what SPF will want to know of HELO. The answers stay in the resolver's cache for the
/// messages. For one thread at a time.
class ConnectionNetwork {
public:
    /// Starts with the lists, and does not wait.
    /// @param silent  lists that are not to be asked; may be null, and must live longer.
    /// @param shares  of which HELO has its questions; may be null.
    ConnectionNetwork(dns::Ask ask, dns::SilentLists* silent, ClientLists lists,
                      std::string client_ip, dns::ClientShares* shares = nullptr);
    ConnectionNetwork(const ConnectionNetwork&) = delete;
    ConnectionNetwork& operator=(const ConnectionNetwork&) = delete;
    ~ConnectionNetwork();

    /// Starts what SPF asks of this HELO, and does not wait. Only of the first few: a client that
    /// gives itself many names is not worth the questions.
    /// @param host_name  of this site
    void helo(const std::string& name, const std::string& host_name, Moment now);

    /// Waits for the lists, at most until `deadline`, the first time it is called. The name of the
    /// list that the client is on; a list that has not answered by then has no say.
    const std::optional<std::string>& listing(std::chrono::steady_clock::time_point deadline);

private:
    dns::SilentLists* silent_;
    ClientLists lists_;
    std::string client_ip_;
    dns::Ask ask_;
    dns::Ask ask_of_helo_;
    std::shared_ptr<dns::Inquiry> listed_;
    int greetings_ = 0;  ///< that were looked up
    std::optional<std::optional<std::string>> listing_;
};

}  // namespace lazaret::filter
