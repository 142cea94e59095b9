#include "quarantine-store/link/claim.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/mail/mac.hpp"
#include "base/records/address.hpp"
#include "base/sha256.hpp"

// KEY-ID "." base64url(kind, 3 bytes of hours since 1970, what it is about, MAC), numbers with the
// highest byte first. The MAC is over all before it, the key id too.
namespace lazaret::store {
namespace {

constexpr std::size_t mac_length = 16;
constexpr std::size_t most_hours = 1U << 24U;  // until the year 3883
constexpr std::size_t longest_claim = 120;

// What stands in a link, and can never change its meaning.
enum class Kind : unsigned char {
    Copy = 1,
    Account = 2,
    Unsubscribe = 3,
    Guest = 4,
    AccountOfMailbox = 5,
    UnsubscribeOfMailbox = 6,
};

constexpr std::string_view reference_digits = "0123456789abcdefghjkmnpqrstvwxyz";

void put(std::string& out, std::uint64_t number, std::size_t bytes)
{
    for (auto left = bytes; left-- > 0;) out += static_cast<char>((number >> (8 * left)) & 0xFFU);
}

std::uint64_t take(std::string_view& from, std::size_t bytes)
{
    std::uint64_t number = 0;
    for (const char c : from.substr(0, bytes))
        number = (number << 8U) | static_cast<unsigned char>(c);
    from.remove_prefix(bytes);
    return number;
}

std::uint64_t number_of(const Reference& reference)
{
    std::uint64_t number = 0;
    for (const char digit : reference.text())
        number = (number << 5U) | reference_digits.find(digit);
    return number;
}

std::optional<Reference> reference_of(std::uint64_t number)
{
    std::string text(12, '0');
    for (auto at = text.size(); at-- > 0; number >>= 5U) text[at] = reference_digits[number & 31U];
    // Bits above the sixty would be a second text for the same copy.
    return number == 0 ? Reference::parse(text) : std::nullopt;
}

std::string content_of(const Claim& claim, std::uint64_t hours)
{
    std::string content;
    const auto begin = [&](Kind kind) {
        content += static_cast<char>(kind);
        put(content, hours, 3);
    };
    const auto put_account = [&](Kind plain, Kind of_mailbox, const auto& one) {
        begin(one.mailbox == 0 ? plain : of_mailbox);
        put(content, static_cast<std::uint32_t>(one.tenant), 4);
        put(content, static_cast<std::uint64_t>(one.account), 8);
        if (one.mailbox != 0) put(content, one.mailbox, 4);
    };
    if (const auto* copy = std::get_if<CopyClaim>(&claim)) {
        begin(Kind::Copy);
        put(content, number_of(copy->copy), 8);
    } else if (const auto* guest = std::get_if<GuestClaim>(&claim)) {
        begin(Kind::Guest);
        put(content, number_of(guest->copy), 8);
        put(content, static_cast<std::uint64_t>(guest->visitor), 8);
    } else if (const auto* account = std::get_if<AccountClaim>(&claim)) {
        put_account(Kind::Account, Kind::AccountOfMailbox, *account);
    } else {
        put_account(Kind::Unsubscribe, Kind::UnsubscribeOfMailbox,
                    std::get<UnsubscribeClaim>(claim));
    }
    return content;
}

std::optional<Claim> claim_of(Kind kind, std::string_view content)
{
    if (kind == Kind::Copy || kind == Kind::Guest) {
        if (content.size() != (kind == Kind::Guest ? 16 : 8)) return std::nullopt;
        const auto copy = reference_of(take(content, 8));
        if (!copy) return std::nullopt;
        if (kind == Kind::Guest) return GuestClaim{*copy, static_cast<AccountId>(take(content, 8))};
        return CopyClaim{*copy};
    }
    const bool has_mailbox = kind == Kind::AccountOfMailbox || kind == Kind::UnsubscribeOfMailbox;
    if (content.size() != (has_mailbox ? 16 : 12)) return std::nullopt;
    const auto tenant = static_cast<TenantId>(take(content, 4));
    const auto account = static_cast<AccountId>(take(content, 8));
    const auto mailbox = has_mailbox ? static_cast<MailboxMark>(take(content, 4)) : 0;
    if (has_mailbox && mailbox == 0) return std::nullopt;
    if (kind == Kind::Account || kind == Kind::AccountOfMailbox)
        return AccountClaim{tenant, account, mailbox};
    if (kind == Kind::Unsubscribe || kind == Kind::UnsubscribeOfMailbox)
        return UnsubscribeClaim{tenant, account, mailbox};
    return std::nullopt;
}

std::string mac(const std::string& key, std::string_view key_id, std::string_view content)
{
    // The beginning keeps it apart from a seal by the same key.
    std::string text{"lazaret-link-1 "};
    text.append(key_id).append(" ").append(content);
    return mac_of(key, text, mac_length);
}

struct Opened {
    Claim claim;
    Moment expires;
};

Result<Opened, ClaimFault> open_any(const SealKeys& keys, std::string_view text)
{
    const auto dot = text.find('.');
    if (text.size() > longest_claim || dot == std::string_view::npos)
        return because(ClaimFault::Malformed);
    const auto key_id = text.substr(0, dot);
    const auto raw = from_base64(text.substr(dot + 1));
    // Other spellings of the same bytes are no claim of ours.
    if (raw.size() <= 4 + mac_length || base64url(raw) != text.substr(dot + 1))
        return because(ClaimFault::Malformed);
    const auto* key = keys.find(std::string{key_id});
    if (!key) return because(ClaimFault::Forged);
    std::string_view content{raw};
    const auto given = content.substr(content.size() - mac_length);
    content.remove_suffix(mac_length);
    const auto wanted = mac(*key, key_id, content);
    if (!is_same_secret(given, wanted)) return because(ClaimFault::Forged);
    const auto kind = static_cast<Kind>(take(content, 1));
    const auto hours = take(content, 3);
    const auto claim = claim_of(kind, content);
    if (!claim) return because(ClaimFault::Malformed);  // of a later version of Lazaret
    return Opened{*claim, Moment{std::chrono::hours{static_cast<std::int64_t>(hours)}}};
}

}  // namespace

MailboxMark mailbox_mark(std::string_view address)
{
    const auto digest = Sha256{}.digest(address_key(address));
    std::string_view bytes{reinterpret_cast<const char*>(digest.data()), digest.size()};
    return std::max(static_cast<MailboxMark>(take(bytes, sizeof(MailboxMark))), MailboxMark{1});
}

std::string_view sentence(ClaimFault fault)
{
    switch (fault) {
        case ClaimFault::Malformed: return "it is no link of ours, or was cut";
        case ClaimFault::Forged: return "it was changed, or its key is not in link.key any more";
        case ClaimFault::Expired: return "it is too old";
    }
    return "";
}

std::string seal_claim(const SealKeys& keys, const Claim& claim, Moment expires)
{
    const auto since = std::chrono::ceil<std::chrono::hours>(expires.time_since_epoch()).count();
    if (since < 0 || static_cast<std::uint64_t>(since) >= most_hours)
        throw Error{Error::Kind::Bug, "a link cannot expire {} hours after 1970", since};
    const auto content = content_of(claim, static_cast<std::uint64_t>(since));
    return keys.newest() + '.' + base64url(content + mac(newest_key(keys), keys.newest(), content));
}

Result<Claim, ClaimFault> open_claim(const SealKeys& keys, std::string_view text, Moment now)
{
    const auto opened = open_any(keys, text);
    if (!opened) return because(opened.error());
    if (now > opened->expires) return because(ClaimFault::Expired);
    return opened->claim;
}

Result<Claim, ClaimFault> open_expired_claim(const SealKeys& keys, std::string_view text)
{
    const auto opened = open_any(keys, text);
    if (!opened) return because(opened.error());
    return opened->claim;
}

}  // namespace lazaret::store
