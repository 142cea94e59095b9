#include "base/records/policy.hpp"

#include <fmt/format.h>

namespace lazaret {

std::optional<TenantId> Policy::tenant_of(const std::string& domain) const
{
    const auto* tenant = domains.find(domain);
    if (!tenant) return std::nullopt;
    return *tenant;
}

std::string account_key(TenantId tenant, std::string_view mailbox)
{
    return fmt::format("{}\n{}", tenant, mailbox);
}

std::string list_key(const Owner& owner, std::string_view pattern)
{
    return fmt::format("{}\n{}", owner.text(), pattern);
}

RecipientPolicy policy_for(const Policy& policy, const Address& recipient)
{
    RecipientPolicy answer;
    answer.tenant = policy.tenant_of(recipient.domain);
    answer.mailbox = recipient.key();
    if (!answer.tenant) return answer;

    const auto ask = [&](const Owner& owner) {
        if (const auto* chosen = policy.settings.find(owner.text()))
            overlay(answer.settings, *chosen, owner);
    };
    answer.owners = {Owner::site(), Owner::tenant(*answer.tenant), Owner::domain(recipient.domain)};
    for (const auto& owner : answer.owners) ask(owner);

    // Site, tenant and domain say whether the tag counts; only then is it known whose mail it is.
    if (answer.settings.tag_is_same_recipient) answer.mailbox = without_tag(recipient).key();
    if (const auto* account = policy.accounts.find(account_key(*answer.tenant, answer.mailbox))) {
        answer.account = *account;
        answer.owners.push_back(Owner::account(*account));
        ask(answer.owners.back());
    }
    answer.owners.push_back(Owner::address(answer.mailbox));
    ask(answer.owners.back());
    return answer;
}

}  // namespace lazaret
