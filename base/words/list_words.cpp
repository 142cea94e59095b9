#include "base/words/list_words.hpp"

namespace lazaret {

namespace {

std::string others_words(const Words& words, ListKind kind, const Proof& proof,
                         const std::optional<Moment>& expires)
{
    if (proof.kind == Proof::Kind::Network && expires)
        return words(
            "Its recipient allows this sender until {day}, and only from the network {network}, "
            "because nothing proves who writes:",
            {{"day", words.date(*expires)}, {"network", proof.of}});
    switch (kind) {
        case ListKind::Allow: return words("Its recipient always allows this sender:");
        case ListKind::Deny: return words("Its recipient blocks this sender:");
        case ListKind::Newsletter: return words("Its recipient accepts this newsletter:");
        case ListKind::Warn:
            return words("Its recipient is told at once of mail held from this sender:");
    }
    return {};
}

}  // namespace

std::string list_words(const Words& words, ListKind kind, const Proof& proof,
                       const std::optional<Moment>& expires, bool is_own)
{
    if (!is_own) return others_words(words, kind, proof, expires);
    if (proof.kind == Proof::Kind::Network && expires)
        return words(
            "You allow this sender until {day}, and only from the network {network}, because "
            "nothing "
            "proves who writes:",
            {{"day", words.date(*expires)}, {"network", proof.of}});
    switch (kind) {
        case ListKind::Allow: return words("You always allow this sender:");
        case ListKind::Deny: return words("You block this sender:");
        case ListKind::Newsletter: return words("You accept this newsletter:");
        case ListKind::Warn: return words("You are told at once of mail held from this sender:");
    }
    return {};
}

}  // namespace lazaret
