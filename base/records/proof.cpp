#include "base/records/proof.hpp"

#include <array>
#include <utility>

#include "base/records/address.hpp"
#include "base/records/networks.hpp"

namespace lazaret {
namespace {

// In the order of the enum.
constexpr std::array<std::string_view, 6> names{"none", "any", "network", "spf", "dkim", "dmarc"};

bool has_name(Proof::Kind kind) { return kind != Proof::Kind::None && kind != Proof::Kind::Any; }

}  // namespace

std::string Proof::text() const
{
    std::string out{names[static_cast<std::size_t>(kind)]};
    return has_name(kind) ? out + '=' + of : out;
}

std::optional<Proof> proof_of(std::string_view text)
{
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    for (std::size_t at = 0; at < names.size(); ++at) {
        if (names[at] != name) continue;
        Proof proof{static_cast<Proof::Kind>(at)};
        if (has_name(proof.kind) != (equals != std::string_view::npos)) return std::nullopt;
        if (!has_name(proof.kind)) return proof;
        proof.of = text.substr(equals + 1);
        if (proof.of.empty()) return std::nullopt;
        if (proof.kind == Proof::Kind::Network)
            return Networks::neighbourhood_of(proof.of) == proof.of ? std::optional{proof}
                                                                    : std::nullopt;
        const auto domain = parse_domain(proof.of);
        return domain && *domain == proof.of ? std::optional{proof} : std::nullopt;
    }
    return std::nullopt;
}

bool is_enough(const Proof& proved, const Proof& needed, Reach reach)
{
    using enum Proof::Kind;
    switch (needed.kind) {
        case None: return true;
        case Any: return proved.kind == Spf || proved.kind == Dkim || proved.kind == Dmarc;
        case Dkim:
            return proved == needed ||
                   (proved.kind == Dmarc &&
                    (reach == Reach::OneDomain ? is_same_or_below(proved.of, needed.of)
                                               : proved.of == needed.of));
        case Network:
        case Spf:
        case Dmarc: return proved == needed;
    }
    return false;
}

}  // namespace lazaret
