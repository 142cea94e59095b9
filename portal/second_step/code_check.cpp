#include "portal/second_step/code_check.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "portal/second_step/one_time_code.hpp"
#include "portal/second_step/sealed_text.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t code_digits = 6;
constexpr std::size_t recovery_codes = 10;
constexpr std::size_t recovery_bytes = 10;
constexpr std::size_t recovery_letters = 16;

std::string purpose_of(TenantId tenant, AccountId account)
{
    return fmt::format("second factor of {}/{}", tenant, account);
}

// Without what people put between groups, in capital letters; empty when it has something else.
std::string bare(std::string_view typed)
{
    std::string code;
    for (const char one : typed) {
        if (one == ' ' || one == '-') continue;
        const bool is_small = one >= 'a' && one <= 'z';
        const bool is_known = is_small || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9');
        if (!is_known || code.size() > recovery_letters) return {};
        code += is_small ? static_cast<char>(one - 'a' + 'A') : one;
    }
    return code;
}

}  // namespace

std::string seal_code_secret(const SealKeys& keys, TenantId tenant, AccountId account,
                             const std::string& secret)
{
    return seal_text(keys, purpose_of(tenant, account), secret);
}

std::vector<std::string> new_recovery_codes()
{
    std::vector<std::string> codes;
    for (std::size_t number = 0; number < recovery_codes; ++number) {
        std::string raw(recovery_bytes, '\0');
        randombytes_buf(raw.data(), raw.size());
        auto text = base32(raw);
        for (std::size_t at = recovery_letters - 4; at > 0; at -= 4) text.insert(at, 1, '-');
        codes.push_back(std::move(text));
    }
    return codes;
}

std::string recovery_hash(std::string_view code)
{
    const auto text = "lazaret recovery code\n" + bare(code);
    std::string hash(crypto_generichash_BYTES, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr,
                       0);
    return hash;
}

store::NewFactor new_factor(const SealKeys& keys, TenantId tenant, AccountId account,
                            const std::string& secret, std::int64_t step,
                            const std::vector<std::string>& recovery_codes)
{
    store::NewFactor factor{seal_code_secret(keys, tenant, account, secret), step, {}};
    for (const auto& one : recovery_codes) factor.recovery_hashes.push_back(recovery_hash(one));
    return factor;
}

std::optional<store::UsedCode> checked_code(const SealKeys& keys, TenantId tenant,
                                            AccountId account, const std::string& sealed,
                                            std::string_view typed, Moment now)
{
    const auto code = bare(typed);
    store::UsedCode used;
    if (code.size() == recovery_letters) {
        used.recovery_hash = recovery_hash(code);
        return used;
    }
    if (code.size() != code_digits) return std::nullopt;
    const auto secret = open_text(keys, purpose_of(tenant, account), sealed);
    if (!secret) {
        log::error("a second factor cannot be read: its key is gone",
                   {{"tenant", tenant}, {"account", account}});
        return std::nullopt;
    }
    used.step = step_of(secret->text, code, now);
    if (!used.step) return std::nullopt;
    if (!secret->is_newest) used.new_secret = seal_code_secret(keys, tenant, account, secret->text);
    return used;
}

}  // namespace lazaret::portal
