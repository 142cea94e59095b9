#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace lazaret {

/// How a sender proved that a message is his; in a list entry, what it asks for.
struct Proof {
    enum class Kind {
        None,     ///< in a deny entry: nothing is asked for
        Any,      ///< in an entry: any of Spf, Dkim, Dmarc
        Network,  ///< nothing is proved, but the client stands in this network
        Spf,      ///< of MAIL FROM: SPF passed for its domain
        Dkim,     ///< of From: a signature of this domain passed, and speaks for From
        Dmarc,    ///< of From: DMARC passed for its domain
    };
    Kind kind = Kind::Any;
    std::string of{};  ///< the domain in the form of Address::domain, or the network as
                       ///< Networks::neighbourhood_of() writes it; empty for None and Any

    static Proof none() { return {Kind::None}; }
    static Proof any() { return {Kind::Any}; }
    static Proof network(std::string network) { return {Kind::Network, std::move(network)}; }
    static Proof spf(std::string domain) { return {Kind::Spf, std::move(domain)}; }
    static Proof dkim(std::string domain) { return {Kind::Dkim, std::move(domain)}; }
    static Proof dmarc(std::string domain) { return {Kind::Dmarc, std::move(domain)}; }

    /// `none`, `any`, `network=192.0.2.0/24`, `spf=example.org`, `dkim=example.org`,
    /// `dmarc=example.org`
    [[nodiscard]] std::string text() const;

    auto operator<=>(const Proof&) const = default;
};

/// Reads Proof::text().
std::optional<Proof> proof_of(std::string_view text);

/// Whose mail an entry is about: that of one domain (and perhaps of one address there), or that of
/// all domains below one.
enum class Reach { OneDomain, DomainsBelow };

/// Whether what was proved is as good as what an entry asks for, or better. The one place that
/// knows the order:
///
/// - None asks for nothing, and Any for SPF, DKIM or DMARC of whatever domain speaks for the name.
/// - Of From, DMARC of a domain is at least as good as a signature by that domain or by one above
///   it: whoever passes DMARC controls the domain that the entry names. It is not so the other way
///   round: a domain may have many who sign for it. For an entry about all domains below one, DMARC
///   counts only of the domain itself: those below may be other people's, whom it does not sign
///   for.
/// - SPF proves MAIL FROM, DKIM and DMARC prove From, and neither stands for the other.
/// - A proof for another domain is another sender's, however good it is.
/// - A network proves nothing, so only the same network will do.
bool is_enough(const Proof& proved, const Proof& needed, Reach reach);

}  // namespace lazaret
