#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/block_list.hpp"
#include "milter/filter/dns/answers.hpp"

namespace lazaret::filter {

/// The block lists whose listing of a client is enough to refuse its mail.
class ClientLists {
public:
    ClientLists() = default;

    /// Those that BlockList reads; the others were refused with the settings.
    explicit ClientLists(std::span<const std::string> lists);

    [[nodiscard]] bool is_empty() const noexcept { return lists_.empty(); }
    [[nodiscard]] std::set<std::string> zones() const;

    /// What must be known of a client. Empty when `client_ip` is no address.
    [[nodiscard]] dns::Questions questions(std::string_view client_ip) const;

    /// The name of the first list that the client is on. What a list says instead of an answer
    /// (dns::is_refusal) is no listing.
    [[nodiscard]] std::optional<std::string> listing(std::string_view client_ip,
                                                     const dns::Answers& answers) const;

private:
    std::vector<BlockList> lists_;
};

}  // namespace lazaret::filter
