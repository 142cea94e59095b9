#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "milter/filter/rules/relays/ip_text.hpp"

namespace lazaret::filter::rules {

/// The networks of one setting (trusted_networks, ...) in the order of the rule files: the first
/// that holds an address says whether it is in, `!` before it that it is out.
class NetworkSet {
public:
    /// Adds `192.0.2.0/24`, `192.0.2.`, `192.0.2.0/255.255.255.0`, `192.0.2.1-192.0.2.9`,
    /// `2001:db8::/32`, `[::1]`, each also behind `!`. @return whether it is one of them.
    bool add(std::string_view network);

    /// Whether the address is in. Text that is no address is in none.
    [[nodiscard]] bool holds(std::string_view ip) const;

    /// Whether one of them has all addresses of `network`, one of the forms of add(), and is not
    /// behind `!`. Of `network` behind `!`, and of what is no network, that says nothing: true.
    [[nodiscard]] bool covers(std::string_view network) const;

private:
    struct Range {
        IpNumber first;
        IpNumber last;
        bool is_excluded;
    };
    static std::optional<Range> read(std::string_view network);
    /// Whether the first that has all of these addresses is not behind `!`.
    [[nodiscard]] bool includes(const IpNumber& first, const IpNumber& last) const;

    std::vector<Range> ranges_;
};

}  // namespace lazaret::filter::rules
