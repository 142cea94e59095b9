#include "portal/password_checks.hpp"

#include <sodium.h>

#include <array>

#include "base/error.hpp"

namespace lazaret::portal {
namespace {

std::string hash_of(const std::string& password, unsigned long long operations, std::size_t memory)
{
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (crypto_pwhash_str(text.data(), password.data(), password.size(), operations, memory) != 0)
        throw Error{Error::Kind::Unavailable, "there is not enough memory to hash a password"};
    return text.data();
}

}  // namespace

PasswordChecks::PasswordChecks(Options options)
    : options_{options},
      nobodys_{hash_of("nobody's", options.operations, options.memory)},
      turns_{{options.at_once, options.waiting, options.patience}}
{
}

std::optional<PasswordChecks::Turn> PasswordChecks::take_turn()
{
    auto place = turns_.take();
    if (!place) return std::nullopt;
    return std::optional<Turn>{std::in_place, *this, std::move(*place)};
}

std::string PasswordChecks::Turn::hash(const std::string& password) const
{
    return hash_of(password, owner_->options_.operations, owner_->options_.memory);
}

bool PasswordChecks::Turn::matches(const std::optional<std::string>& hash,
                                   const std::string& password) const
{
    ++owner_->compared_;
    const auto& with = hash ? *hash : owner_->nobodys_;
    const bool fits = crypto_pwhash_str_verify(with.c_str(), password.data(), password.size()) == 0;
    return hash && fits;
}

}  // namespace lazaret::portal
