#include "base/mail/seal.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <vector>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/mail/mac.hpp"
#include "base/private_file.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

constexpr std::size_t key_length = crypto_generichash_KEYBYTES;  // 32
constexpr std::size_t mac_length = 16;
constexpr std::size_t longest_seal = 200;
constexpr std::size_t largest_key_file = 64 * 1024;  // hundreds of keys

std::string mac(const std::string& key, const Digest& digest, std::string_view recipient_key,
                std::int64_t expires)
{
    // The length stands before the recipient, so that no two inputs give the same text.
    const auto text = fmt::format("lazaret-seal-1 {} {} {} {}", digest.hex(), expires,
                                  recipient_key.size(), recipient_key);
    return mac_of(key, text, mac_length);
}

std::int64_t seconds(Moment moment)
{
    return std::chrono::floor<std::chrono::seconds>(moment.time_since_epoch()).count();
}

bool is_key_id(std::string_view id)
{
    return !id.empty() && id.size() <= 32 &&
           id.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
               std::string_view::npos;
}

}  // namespace

SealKeys SealKeys::parse(std::string_view text, const std::string& name)
{
    SealKeys keys;
    std::istringstream lines{std::string{text}};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        const auto content = trimmed(line);
        if (content.empty() || content.front() == '#') continue;
        const auto blank = content.find(' ');
        const auto id = content.substr(0, blank);
        const auto raw = blank == std::string_view::npos
                             ? std::string{}
                             : from_base64(trimmed(content.substr(blank + 1)));
        if (!is_key_id(id) || raw.size() != key_length)
            throw Error{Error::Kind::Setup, "{}: line {}: not a key id and {} bytes in base64",
                        name, number, key_length};
        if (keys.newest_.empty()) keys.newest_ = id;
        // Dropping one of them would break the seals that it made.
        if (!keys.keys_.emplace(id, raw).second)
            throw Error{Error::Kind::Setup, "{}: line {}: the key id {} is there twice", name,
                        number, id}
                .with_hint("give the new key another id, above the old one");
    }
    if (keys.keys_.empty()) throw Error{Error::Kind::Setup, "{}: there is no key in it", name};
    return keys;
}

SealKeys SealKeys::read(const std::string& file) { return parse(read_key_file(file), file); }

std::string read_key_file(const std::string& file)
{
    // The file has its rights before the key is in it.
    const auto hint = fmt::format(
        "make it with: install -m 0640 -g lazaret /dev/null {0} && "
        "echo k1 $(head -c 32 /dev/urandom | base64) > {0}",
        file);
    return read_private_file(file, largest_key_file, hint);
}

const std::string* SealKeys::find(const std::string& id) const
{
    const auto found = keys_.find(id);
    return found == keys_.end() ? nullptr : &found->second;
}

std::vector<std::string> SealKeys::ids() const
{
    std::vector<std::string> ids;
    for (const auto& [id, key] : keys_) ids.push_back(id);
    return ids;
}

std::string_view sentence(SealFault fault)
{
    switch (fault) {
        case SealFault::Malformed: return "it is no seal";
        case SealFault::Forged:
            return "not made with our key for this recipient and these bytes: is link.key the same "
                   "everywhere, and was the message changed on its way?";
        case SealFault::Expired: return "it is older than an hour: do all clocks agree?";
    }
    return "";
}

std::string make_seal(const SealKeys& keys, const Digest& digest, std::string_view recipient_key,
                      Moment now, const std::optional<Reference>& copy)
{
    const auto expires = seconds(now + seal_life);
    auto seal = fmt::format("{} {} {}", keys.newest(), expires,
                            base64url(mac(newest_key(keys), digest, recipient_key, expires)));
    if (copy) seal += ' ' + copy->text();
    return seal;
}

std::optional<Reference> seal_reference(std::string_view seal)
{
    seal = trimmed(seal);
    if (seal.size() > longest_seal || std::count(seal.begin(), seal.end(), ' ') != 3)
        return std::nullopt;
    return Reference::parse(seal.substr(seal.rfind(' ') + 1));
}

Result<Moment, SealFault> check_seal(const SealKeys& keys, std::string_view seal,
                                     const Digest& digest, std::string_view recipient_key,
                                     Moment now)
{
    seal = trimmed(seal);
    const auto first = seal.find(' ');
    const auto second = first == std::string_view::npos ? first : seal.find(' ', first + 1);
    if (seal.size() > longest_seal || second == std::string_view::npos)
        return because(SealFault::Malformed);
    const auto* key = keys.find(std::string{seal.substr(0, first)});
    if (!key) return because(SealFault::Forged);

    const auto number = seal.substr(first + 1, second - first - 1);
    std::int64_t expires = 0;
    const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), expires);
    // A bound keeps the sum below from overflowing; 2^40 seconds are 34,000 years.
    if (code != std::errc{} || end != number.data() + number.size() || expires < 0 ||
        expires > std::int64_t{1} << 40)
        return because(SealFault::Malformed);

    // Behind a third blank stands the name of the copy, see seal_reference().
    const auto rest = seal.substr(second + 1);
    const auto given = from_base64(rest.substr(0, rest.find(' ')));
    const auto wanted = mac(*key, digest, recipient_key, expires);
    if (!is_same_secret(given, wanted)) return because(SealFault::Forged);
    const Moment until{std::chrono::seconds{expires}};
    if (now > until) return because(SealFault::Expired);
    return until;
}

}  // namespace lazaret
