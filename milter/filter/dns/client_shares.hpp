#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/shared_state.hpp"
#include "milter/filter/dns/resolver.hpp"

namespace lazaret::filter::dns {

/// How much clients may ask the DNS before they have sent a message. HELO and MAIL FROM cost them
/// nothing, each may lead to a hundred names whose servers are silent, and a question counts until
/// the resolver gives it up, whoever still waits: so one client could take all of its room. What he
/// asks above his share is his own loss. Threads share it.
class ClientShares {
public:
    /// Questions on their way for a client and his neighbours (Networks::neighbourhood_of). SPF of
    /// one message asks a hundred at worst, of ordinary ones some five.
    static constexpr std::size_t most_of_client = 500;

    /// For all together: half of what a Resolver sends, so that messages have the other half.
    static constexpr std::size_t most_of_all = 8'000;

    ClientShares();

    /// `ask`, which answers NoAnswer at once to what is above the share. Logged once a minute.
    Ask asking(std::string_view client_ip, Ask ask);

private:
    struct Share;
    struct Shares {
        std::map<std::string, std::weak_ptr<Share>, std::less<>> of_clients;
        std::size_t sweep_at = 64;  ///< when so many are there, those that went are removed
    };
    std::shared_ptr<Share> share_of(const std::string& network);

    static std::shared_ptr<const void> take(const std::shared_ptr<Share>& share, std::size_t count);
    static void tell(Share& all, const std::string& network);

    std::shared_ptr<Share> all_;
    Locked<Shares> shares_;
};

}  // namespace lazaret::filter::dns
