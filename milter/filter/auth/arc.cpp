#include "milter/filter/auth/arc.hpp"

#include <optional>
#include <utility>

namespace lazaret::filter::auth {
namespace {

constexpr std::size_t most_sets = 50;  // RFC 8617 4.2.1

// One of the sets of fields that a handler added, and what was read of it.
struct Set {
    const HeaderField* results = nullptr;    // ARC-Authentication-Results
    const HeaderField* signature = nullptr;  // ARC-Message-Signature
    const HeaderField* seal = nullptr;       // ARC-Seal
    std::string_view findings;
    std::optional<TagList> signature_tags;
    std::optional<TagList> seal_tags;
    Signer sealer;
};

Refusal broken(std::string why) { return {Result::Fail, std::move(why)}; }

// 1 to 50; RFC 8617 4.2.1.
std::optional<std::size_t> read_instance(std::string_view value)
{
    const auto number = number_value(value);
    if (!number || value.size() > 2 || *number < 1 || *number > most_sets) return std::nullopt;
    return static_cast<std::size_t>(*number);
}

// `i=1; mx.example.org; spf=pass ...`: i= comes first (RFC 8617 4.1.1).
struct Findings {
    std::size_t instance = 0;
    std::string_view value;
};
std::optional<Findings> read_findings(std::string_view value)
{
    const auto end = value.find(';');
    if (end == std::string_view::npos) return std::nullopt;
    const auto tag = TagList::read(value.substr(0, end));
    if (!tag) return std::nullopt;
    const auto instance = read_instance(tag->value("i").value_or(""));
    if (!instance) return std::nullopt;
    return Findings{*instance, value.substr(end + 1)};
}

// Puts a field into its place in a set, unless another one is there.
bool put(const HeaderField*& place, const HeaderField* field)
{
    if (place) return false;
    place = field;
    return true;
}

using Fields = std::vector<const HeaderField*>;

// Puts the fields of one kind, signatures or seals, into their sets by i=.
std::optional<Refusal> put_all(const Fields& fields, std::vector<Set>& sets,
                               const HeaderField* Set::*member, std::optional<TagList> Set::*tags)
{
    for (const auto* field : fields) {
        auto list = TagList::read(field->value);
        const auto instance =
            list ? read_instance(list->value("i").value_or("")) : std::optional<std::size_t>{};
        if (!instance || *instance > sets.size() || !put(sets[*instance - 1].*member, field))
            return broken("the sets are not whole");
        sets[*instance - 1].*tags = std::move(list);
    }
    return std::nullopt;
}

// Sorts the fields into sets 1 to N, each of them whole.
std::optional<Refusal> gather(const SignedMessage& message, std::vector<Set>& sets)
{
    const auto& seals = message.fields("arc-seal");
    const auto& signatures = message.fields("arc-message-signature");
    const auto& results = message.fields("arc-authentication-results");
    if (seals.size() > most_sets) return broken("there are more than 50 sets");
    if (seals.size() != signatures.size() || seals.size() != results.size())
        return broken("the sets are not whole");
    sets.resize(seals.size());
    for (const auto* field : results) {
        const auto findings = read_findings(field->value);
        if (!findings || findings->instance > sets.size() ||
            !put(sets[findings->instance - 1].results, field))
            return broken("the sets are not whole");
        sets[findings->instance - 1].findings = findings->value;
    }
    if (auto refusal = put_all(signatures, sets, &Set::signature, &Set::signature_tags))
        return refusal;
    return put_all(seals, sets, &Set::seal, &Set::seal_tags);
}

// What each seal says of the chain before it, and who made it (RFC 8617 4.1.3, 5.2 steps 2 and 3).
std::optional<Refusal> read_seals(std::vector<Set>& sets)
{
    if (sets.back().seal_tags->value("cv") == "fail")
        return broken("the chain had failed before it came");
    for (auto& set : sets) {
        const auto& tags = *set.seal_tags;
        if (tags.value("cv") != (&set == &sets.front() ? "none" : "pass"))
            return broken("a seal says something else of the chain than it should");
        if (tags.find("h")) return broken("a seal has h=");
        auto signer = read_signer(tags);
        if (!signer) return broken("a seal cannot be read: " + signer.error().why);
        set.sealer = std::move(*signer);
    }
    return std::nullopt;
}

// Verifies what `signer` signed: the chain fails with it, or has to wait for a key.
std::optional<Refusal> refuse_signature(const Signer& signer, const Digest& digest,
                                        SignedMessage& message, dns::View& dns,
                                        const SignatureLimits& limits)
{
    const auto key = find_key(signer, dns.ask(signer.key_question()), limits);
    if (!key) {
        const auto& error = key.error();
        const bool may_come = error.result == Result::TempError;
        return Refusal{may_come ? Result::TempError : Result::Fail, error.why};
    }
    if (!message.is_signed(digest, signer.signature, key->key))
        return broken("a seal does not verify");
    return std::nullopt;
}

// The newest signature of the message; the older ones may well be broken by now (5.2 step 4).
struct NewestSignature {
    Signer signer;
    SignedParts parts;
};

lazaret::Result<NewestSignature, Refusal> read_newest(const Set& set, const SignatureLimits& limits,
                                                      Moment now)
{
    const auto& tags = *set.signature_tags;
    auto signer = read_signer(tags);
    if (!signer) return because(broken("the newest signature: " + signer.error().why));
    auto parts = read_signed_parts(tags);
    if (!parts) return because(broken("the newest signature: " + parts.error().why));
    if (parts->covers("arc-seal")) return because(broken("the newest signature covers a seal"));
    if (const auto expired = refuse_expired(tags, limits, now))
        return because(broken("the newest signature: " + expired->why));
    return NewestSignature{std::move(*signer), std::move(*parts)};
}

std::optional<Refusal> refuse_newest(const NewestSignature& newest, const Set& set,
                                     SignedMessage& message, dns::View& dns,
                                     const SignatureLimits& limits)
{
    const auto digest = message.header_digest(newest.parts, *set.signature, newest.signer.b);
    if (auto refusal = refuse_signature(newest.signer, digest, message, dns, limits)) {
        if (refusal->result == Result::Fail) refusal->why = "the newest signature does not verify";
        return refusal;
    }
    if (const auto refusal = message.refuse_body(newest.parts)) return broken(refusal->why);
    return std::nullopt;
}

// Each seal is over all sets up to its own, in order, relaxed (RFC 8617 5.1.1).
std::optional<Refusal> refuse_seals(const std::vector<Set>& sets, SignedMessage& message,
                                    dns::View& dns, const SignatureLimits& limits)
{
    Sha256 hash;
    for (const auto& set : sets) {
        std::string text;
        add_canonical(text, *set.results, Canonical::Relaxed);
        add_canonical(text, *set.signature, Canonical::Relaxed);
        hash.add(text);
        text.clear();
        add_canonical(text, *set.seal, Canonical::Relaxed, set.sealer.b);
        text.resize(text.size() - 2);  // without its line end
        if (auto refusal = refuse_signature(set.sealer, hash.digest(text), message, dns, limits))
            return refusal;
        text.clear();
        add_canonical(text, *set.seal, Canonical::Relaxed);
        hash.add(text);
    }
    return std::nullopt;
}

std::optional<Refusal> refuse_chain(std::vector<Set>& sets, SignedMessage& message, dns::View& dns,
                                    const SignatureLimits& limits, Moment now)
{
    if (auto refusal = gather(message, sets)) return refusal;
    if (auto refusal = read_seals(sets)) return refusal;
    const auto newest = read_newest(sets.back(), limits, now);
    if (!newest) return newest.error();
    for (const auto& set : sets) dns.foresee(set.sealer.key_question());
    dns.foresee(newest->signer.key_question());
    if (auto refusal = refuse_newest(*newest, sets.back(), message, dns, limits)) return refusal;
    if (auto refusal = refuse_seals(sets, message, dns, limits)) return refusal;
    // The chain holds, but somebody else could have put any From there since.
    if (!newest->parts.covers("from")) sets.clear();
    return std::nullopt;
}

}  // namespace

ArcResult check_arc(SignedMessage& message, dns::View& dns, const SignatureLimits& limits,
                    Moment now)
{
    ArcResult result;
    if (message.fields("arc-seal").empty() && message.fields("arc-message-signature").empty() &&
        message.fields("arc-authentication-results").empty())
        return result;
    std::vector<Set> sets;
    auto refusal = message.is_cut_short() ? broken("the message has too many header fields")
                                          : refuse_chain(sets, message, dns, limits, now);
    if (refusal) {
        result.result = refusal->result;
        result.why = std::move(refusal->why);
        return result;
    }
    result.result = Result::Pass;
    for (const auto& set : sets) {
        result.sealers.push_back(set.sealer.domain);
        result.findings.emplace_back(set.findings);
    }
    return result;
}

}  // namespace lazaret::filter::auth
