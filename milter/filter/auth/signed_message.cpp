#include "milter/filter/auth/signed_message.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace lazaret::filter::auth {

SignedMessage::SignedMessage(const HeaderAndBody& message)
    : bytes_{message.body}, cut_short_{message.cut_short}
{
    for (const auto& field : message.fields) fields_[ascii_lower(field.name)].push_back(&field);
}

const std::vector<const HeaderField*>& SignedMessage::fields(const std::string& name) const
{
    static const std::vector<const HeaderField*> none;
    const auto found = fields_.find(name);
    return found == fields_.end() ? none : found->second;
}

Digest SignedMessage::header_digest(const SignedParts& parts, const HeaderField& signature,
                                    std::string_view b) const
{
    Sha256 hash;
    std::map<std::string_view, std::size_t> taken;
    std::string text;
    for (const auto& name : parts.fields) {
        const auto& all = fields(name);
        auto& count = taken[name];
        // It was not there when it was made.
        if (count < all.size() && all[all.size() - 1 - count] == &signature) ++count;
        // A name that is not there, or no more, adds nothing: so a field is signed as missing.
        if (count >= all.size()) continue;
        text.clear();
        add_canonical(text, *all[all.size() - 1 - count], parts.header);
        hash.add(text);
        ++count;
    }
    text.clear();
    add_canonical(text, signature, parts.header, b);
    text.resize(text.size() - 2);  // without its line end
    return hash.digest(text);
}

bool SignedMessage::is_signed(const Digest& digest, const std::string& signature,
                              const PublicKey& key)
{
    const auto [found, is_new] = verified_.try_emplace({digest, signature, key.bytes()}, false);
    if (is_new) found->second = key.verifies(digest, signature);
    return found->second;
}

void SignedMessage::foresee(const SignedParts& parts)
{
    auto& body = body_in(parts.body);
    if (!body.known.contains(parts.length)) body.wanted.push_back(parts.length);
}

std::optional<Refusal> SignedMessage::refuse_body(const SignedParts& parts)
{
    foresee(parts);
    auto& body = body_in(parts.body);
    if (!body.wanted.empty()) {
        const auto hashes = hash_body(bytes_, parts.body, body.wanted);
        for (std::size_t at = 0; at < body.wanted.size(); ++at)
            body.known[body.wanted[at]] = hashes.digests[at];
        body.size = hashes.size;
        body.wanted.clear();
    }
    const auto& digest = body.known.at(parts.length);
    if (!digest) return Refusal{Result::Fail, "the body is shorter than l="};
    if (*digest != parts.body_digest) return Refusal{Result::Fail, "the body has changed"};
    if (parts.length && *parts.length < body.size)
        return Refusal{Result::Policy, fmt::format("{} bytes of the body are not signed",
                                                   body.size - *parts.length)};
    return std::nullopt;
}

}  // namespace lazaret::filter::auth
