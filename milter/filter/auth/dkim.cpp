#include "milter/filter/auth/dkim.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/records/address.hpp"
#include "base/text.hpp"

namespace lazaret::filter::auth {
namespace {

// A DKIM-Signature and what was found out about it so far.
struct Candidate {
    const HeaderField* field = nullptr;
    std::optional<Signer> signer;
    std::optional<SignedParts> parts;
    bool is_below = false;  // i= is of a domain below d=
    DkimResult result;

    void refuse(Refusal refusal)
    {
        result.result = refusal.result;
        result.why = std::move(refusal.why);
    }
    [[nodiscard]] bool is_refused() const { return result.result != Result::None; }
};

constexpr std::size_t longest_identity = 320;  // of an address: RFC 5321 4.5.3.1

std::string readable_part(std::string_view value, std::size_t longest)
{
    std::string out;
    for (const char c : value.substr(0, 4 * longest))
        if (c > ' ' && c <= '~' && out.size() < longest) out += c;
    return out;
}

// What can be told of a signature, readable or not.
void describe(const TagList& tags, DkimResult& result)
{
    if (const auto domain = parse_domain(tags.value("d").value_or(""))) result.domain = *domain;
    result.selector = readable_part(ascii_lower(tags.value("s").value_or("")), 253);
    result.algorithm = readable_part(tags.value("a").value_or(""), 40);
    result.signature_begin = readable_part(tags.value("b").value_or(""), 8);
}

// i= without what may stand anywhere in it: folds and blanks (RFC 6376 2.11).
std::string unfolded(std::string_view identity)
{
    std::string out{identity};
    std::erase_if(out, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
    return out;
}

// i= names d= itself or a domain below it (RFC 6376 3.5). Its domain is told as it was judged: how
// it is written may look like another one.
std::optional<Refusal> check_identity(const TagList& tags, Candidate& candidate)
{
    if (!tags.find("i")) return std::nullopt;
    const auto identity = unfolded(*tags.value("i"));
    const auto sign = identity.rfind('@');
    const auto domain = parse_domain(sign == std::string::npos ? "" : identity.substr(sign + 1));
    if (!domain || identity.size() > longest_identity)
        return Refusal{Result::Neutral, "i= is no address"};
    const auto& signer = candidate.signer->domain;
    if (!is_same_or_below(*domain, signer))
        return Refusal{Result::Neutral, "i= is not of the domain of d="};
    candidate.is_below = *domain != signer;
    candidate.result.identity =
        readable_part(identity.substr(0, sign), longest_identity) + '@' + *domain;
    return std::nullopt;
}

std::optional<Refusal> check_rest(const TagList& tags, const SignedParts& parts)
{
    if (tags.value("v") != "1") return Refusal{Result::Neutral, "v= is not 1"};
    if (!parts.covers("from")) return Refusal{Result::Neutral, "From is not signed"};
    const auto methods = tags.value("q");
    if (!methods) return std::nullopt;
    const auto list = colon_list(*methods);
    if (std::find(list.begin(), list.end(), "dns/txt") != list.end()) return std::nullopt;
    return Refusal{Result::Neutral, "q= is no query method that we know"};
}

std::optional<Refusal> read(const TagList& tags, const SignatureLimits& limits, Moment now,
                            Candidate& candidate)
{
    auto signer = read_signer(tags);
    if (!signer) return std::move(signer.error());
    auto parts = read_signed_parts(tags);
    if (!parts) return std::move(parts.error());
    candidate.signer = std::move(*signer);
    candidate.result.selector = candidate.signer->selector;
    candidate.parts = std::move(*parts);
    if (auto refusal = check_rest(tags, *candidate.parts)) return refusal;
    if (auto refusal = check_identity(tags, candidate)) return refusal;
    return refuse_expired(tags, limits, now);
}

Candidate read_candidate(const HeaderField& field, const SignatureLimits& limits, Moment now)
{
    Candidate candidate;
    candidate.field = &field;
    const auto tags = TagList::read(field.value);
    if (!tags) {
        candidate.refuse({Result::Neutral, "it is no list of tags"});
        return candidate;
    }
    describe(*tags, candidate.result);
    if (auto refusal = read(*tags, limits, now, candidate)) candidate.refuse(std::move(*refusal));
    return candidate;
}

void verify(Candidate& candidate, const SigningKey& key, SignedMessage& message)
{
    const auto& signer = *candidate.signer;
    candidate.result.is_testing = key.is_testing;
    candidate.result.key_bits = key.key.bits();
    candidate.result.covers_unsubscribing = candidate.parts->covers("list-unsubscribe") &&
                                            candidate.parts->covers("list-unsubscribe-post");
    if (key.is_strict && candidate.is_below)
        return candidate.refuse({Result::PermError, "the key is not for domains below its own"});
    const auto digest = message.header_digest(*candidate.parts, *candidate.field, signer.b);
    if (!message.is_signed(digest, signer.signature, key.key))
        return candidate.refuse({Result::Fail, "the signature does not verify"});
    if (auto refusal = message.refuse_body(*candidate.parts))
        return candidate.refuse(std::move(*refusal));
    candidate.result.result = Result::Pass;
}

}  // namespace

std::vector<DkimResult> check_dkim(SignedMessage& message, dns::View& dns,
                                   const SignatureLimits& limits, Moment now)
{
    std::vector<Candidate> candidates;
    for (const auto* field : message.fields("dkim-signature")) {
        if (candidates.size() == limits.most_signatures) break;
        candidates.push_back(read_candidate(*field, limits, now));
        auto& candidate = candidates.back();
        if (message.is_cut_short())
            candidate.refuse({Result::PermError, "the message has too many header fields"});
        if (!candidate.is_refused()) dns.foresee(candidate.signer->key_question());
    }
    std::vector<std::pair<Candidate*, SigningKey>> with_key;
    for (auto& candidate : candidates) {
        if (candidate.is_refused()) continue;
        auto key = find_key(*candidate.signer, dns.ask(candidate.signer->key_question()), limits);
        if (!key) {
            candidate.refuse(std::move(key.error()));
            continue;
        }
        message.foresee(*candidate.parts);
        with_key.emplace_back(&candidate, std::move(*key));
    }
    for (auto& [candidate, key] : with_key) verify(*candidate, key, message);
    std::vector<DkimResult> results;
    for (auto& candidate : candidates) results.push_back(std::move(candidate.result));
    return results;
}

}  // namespace lazaret::filter::auth
