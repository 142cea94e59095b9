#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/mail/seal.hpp"
#include "quarantine-store/second_factors.hpp"

namespace lazaret::portal {

/// The secret of an account as it stands in the database: sealed for that account alone.
std::string seal_code_secret(const SealKeys& keys, TenantId tenant, AccountId account,
                             const std::string& secret);

/// Ten codes to get in without the app: 80 random bits each, as `ABCD-EFGH-JKLM-NPQR`.
std::vector<std::string> new_recovery_codes();
/// By which such a code is known to the database. Takes it as people type it.
std::string recovery_hash(std::string_view code);

/// What the database keeps of a factor that its owner confirmed by the code of a step.
store::NewFactor new_factor(const SealKeys& keys, TenantId tenant, AccountId account,
                            const std::string& secret, std::int64_t step,
                            const std::vector<std::string>& recovery_codes);

/// What somebody typed, compared with the sealed secret of his account; none when it is no code of
/// his. A text that has the form of a recovery code is one, as far as can be said here: whether it
/// is still good, only the database knows.
std::optional<store::UsedCode> checked_code(const SealKeys& keys, TenantId tenant,
                                            AccountId account, const std::string& sealed,
                                            std::string_view typed, Moment now);

}  // namespace lazaret::portal
