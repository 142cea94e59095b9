#include "milter/filter/auth/signature.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/characters.hpp"
#include "base/records/address.hpp"
#include "base/text.hpp"

namespace lazaret::filter::auth {
namespace {

Refusal malformed(std::string why) { return {Result::Neutral, std::move(why)}; }

bool contains(const std::vector<std::string_view>& list, std::string_view wanted)
{
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

std::optional<Canonical> read_canonical(std::string_view name)
{
    if (name == "simple") return Canonical::Simple;
    if (name == "relaxed") return Canonical::Relaxed;
    return std::nullopt;
}

// c=header/body; each is simple when it is not said.
bool read_forms(std::string_view value, SignedParts& parts)
{
    const auto slash = value.find('/');
    const auto header = read_canonical(value.substr(0, slash));
    const auto body = slash == std::string_view::npos ? Canonical::Simple
                                                      : read_canonical(value.substr(slash + 1));
    if (!header || !body) return false;
    parts.header = *header;
    parts.body = *body;
    return true;
}

std::optional<KeyType> key_type_of(std::string_view algorithm)
{
    if (algorithm == "rsa-sha256") return KeyType::Rsa;
    if (algorithm == "ed25519-sha256") return KeyType::Ed25519;
    return std::nullopt;
}

// In small letters, and those of other languages as the DNS has them (RFC 8616 5).
std::string selector_of(std::string_view text)
{
    return is_ascii(text) ? ascii_lower(text) : parse_domain(text).value_or("");
}

// Labels of letters, digits, hyphens and, as many write, underscores (RFC 6376 3.1); small letters.
bool is_selector(std::string_view text)
{
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
    return text.find_first_not_of(allowed) == std::string_view::npos &&
           dns::question(text, dns::RecordType::Txt).name == text;
}

// Whether the text is a key record at all: v=, if any, comes first and is DKIM1, and there is a p=.
std::optional<TagList> read_record(std::string_view text)
{
    auto tags = TagList::read(text);
    if (!tags || !tags->find("p")) return std::nullopt;
    const auto* version = tags->find("v");
    if (version && (version != &tags->tags().front() || version->value != "DKIM1"))
        return std::nullopt;
    return tags;
}

// Why a key may not be used for this signature, whatever its bytes are.
std::optional<Refusal> refuse_record(const TagList& record, const Signer& signer)
{
    const auto kind = record.value("k").value_or("rsa");
    if (kind != (signer.key_type == KeyType::Rsa ? "rsa" : "ed25519"))
        return Refusal{Result::PermError, "the key is of another kind than the signature"};
    if (const auto hashes = record.value("h"); hashes && !contains(colon_list(*hashes), "sha256"))
        return Refusal{Result::PermError, "the key is not for SHA-256"};
    if (const auto services = record.value("s")) {
        const auto list = colon_list(*services);
        if (!contains(list, "*") && !contains(list, "email"))
            return Refusal{Result::PermError, "the key is not for mail"};
    }
    if (record.value("p")->empty()) return Refusal{Result::PermError, "the key is revoked"};
    return std::nullopt;
}

std::optional<Refusal> refuse_answer(const dns::Answer& answer)
{
    using State = dns::Answer::State;
    switch (answer.state) {
        case State::Found: return std::nullopt;
        case State::NoData:
        case State::NoName: return Refusal{Result::PermError, "there is no key"};
        case State::Failed:
        case State::NoAnswer: break;
    }
    return Refusal{Result::TempError, "the key could not be looked up"};
}

}  // namespace

dns::Question Signer::key_question() const
{
    return dns::question(selector + "._domainkey." + domain, dns::RecordType::Txt);
}

lazaret::Result<Signer, Refusal> read_signer(const TagList& tags)
{
    for (const auto* name : {"a", "b", "d", "s"})
        if (tags.value(name).value_or("").empty())
            return because(malformed(fmt::format("there is no {}=", name)));
    if (const auto time = tags.value("t"); time && !number_value(*time))
        return because(malformed("t= is no time"));
    Signer signer;
    signer.algorithm = *tags.value("a");
    const auto domain = parse_domain(*tags.value("d"));
    signer.selector = selector_of(*tags.value("s"));
    if (!domain || domain->front() == '[') return because(malformed("d= is no domain"));
    if (signer.selector.empty() || !is_selector(signer.selector))
        return because(malformed("s= is no name"));
    signer.domain = *domain;
    if (signer.algorithm == "rsa-sha1") return because(Refusal{Result::Policy, "made with SHA-1"});
    const auto type = key_type_of(signer.algorithm);
    if (!type) return because(malformed("a= is no algorithm that we know"));
    signer.key_type = *type;
    signer.b = tags.find("b")->raw;
    signer.signature = base64_value(signer.b);
    if (signer.signature.empty()) return because(malformed("b= is no base64"));
    return signer;
}

bool SignedParts::covers(std::string_view name) const
{
    return std::find(fields.begin(), fields.end(), name) != fields.end();
}

lazaret::Result<SignedParts, Refusal> read_signed_parts(const TagList& tags)
{
    SignedParts parts;
    const auto hash = base64_value(tags.value("bh").value_or(""));
    if (hash.size() != parts.body_digest.size())
        return because(malformed("bh= is no SHA-256 in base64"));
    std::copy(hash.begin(), hash.end(), parts.body_digest.begin());
    if (const auto forms = tags.value("c"); forms && !read_forms(*forms, parts))
        return because(malformed("c= is no canonicalization that we know"));
    if (const auto length = tags.value("l")) {
        parts.length = number_value(*length);
        if (!parts.length) return because(malformed("l= is no number"));
    }
    const auto names = tags.value("h");
    if (!names) return because(malformed("there is no h="));
    for (const auto name : colon_list(*names)) parts.fields.push_back(ascii_lower(name));
    return parts;
}

lazaret::Result<SigningKey, Refusal> find_key(const Signer& signer, const dns::Answer& answer,
                                              const SignatureLimits& limits)
{
    if (auto refusal = refuse_answer(answer)) return because(std::move(*refusal));
    std::optional<TagList> record;
    for (const auto& text : answer.records)
        if ((record = read_record(text))) break;
    if (!record) return because(Refusal{Result::PermError, "the record of the key is malformed"});
    if (auto refusal = refuse_record(*record, signer)) return because(std::move(*refusal));

    auto key = PublicKey::read(signer.key_type, base64_value(*record->value("p")));
    if (!key) return because(Refusal{Result::PermError, "the key is malformed"});
    const int bits = key->bits();
    if (signer.key_type == KeyType::Rsa &&
        (bits < limits.least_rsa_bits || bits > limits.most_rsa_bits))
        return because(Refusal{Result::Policy, fmt::format("key of {} bits", bits)});
    if (const int exponent = key->exponent_bits(); exponent > limits.most_exponent_bits)
        return because(Refusal{Result::Policy, fmt::format("exponent of {} bits", exponent)});
    const auto flags = colon_list(record->value("t").value_or(""));
    return SigningKey{std::move(*key), contains(flags, "y"), contains(flags, "s")};
}

std::optional<Refusal> refuse_expired(const TagList& tags, const SignatureLimits& limits,
                                      Moment now)
{
    const auto value = tags.value("x");
    if (!value) return std::nullopt;
    const auto expiry = number_value(*value);
    if (!expiry) return malformed("x= is no time");
    const auto made = number_value(tags.value("t").value_or(""));
    if (made && *expiry <= *made) return malformed("expires before it was made");
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    const auto latest = (seconds - limits.clock_tolerance).count();
    if (latest > 0 && *expiry < static_cast<std::uint64_t>(latest))
        return Refusal{Result::Policy, "expired"};
    return std::nullopt;
}

}  // namespace lazaret::filter::auth
