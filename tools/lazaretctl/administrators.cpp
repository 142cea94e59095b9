#include <fmt/format.h>
#include <sysexits.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/records/address.hpp"
#include "quarantine-store/administrators.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/owner.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::string address, of;
    bool json = false;
};

std::optional<Owner> over(const Options& options)
{
    if (options.of.empty()) return std::nullopt;
    auto owner = owner_argument(options.of);
    if (owner.level == Level::Address || owner.level == Level::Account)
        throw Error{Error::Kind::Usage, "{:?}: nobody administers one address", options.of}
            .with_hint("write '*', '@example.org' or 'tenant:3'");
    return owner;
}

std::string scope(TenantId tenant, const std::string& name)
{
    return tenant == site_tenant ? "the site" : fmt::format("tenant {}", harmless_line(name));
}

int add(const Options& options, const Context& context)
{
    const auto address = address_argument(options.address);
    const auto tenant =
        store::Administrators{*context.database}.add(address, over(options), acting_person());
    if (!tenant) {
        fmt::print(stderr,
                   "lazaretctl: error: {}: its domain is not protected, or there is no such "
                   "tenant\nhint: 'lazaretctl domain list' shows both\n",
                   harmless_line(options.address));
        return EX_UNAVAILABLE;
    }
    fmt::print("{} administers {} in the portal.\n", harmless_line(address.key()),
               scope(*tenant, std::to_string(*tenant)));
    return EX_OK;
}

int remove(const Options& options, const Context& context)
{
    const auto address = address_argument(options.address);
    if (!store::Administrators{*context.database}.remove(address, over(options), acting_person())) {
        fmt::print(stderr,
                   "lazaretctl: error: {} administers nothing like that\n"
                   "hint: 'lazaretctl admin list' shows who administers what\n",
                   harmless_line(address.key()));
        return EX_UNAVAILABLE;
    }
    fmt::print("{} no longer administers {}.\n", harmless_line(address.key()),
               options.of.empty() ? std::string{"anything"} : harmless_line(options.of));
    return EX_OK;
}

int list(const Options& options, const Context& context)
{
    const auto all = store::Administrators{*context.database}.list();
    if (options.json) {
        auto json = Json::array();
        for (const auto& one : all)
            json.push_back(
                {{"address", one.address}, {"tenant", one.over}, {"tenant_name", one.tenant_name}});
        print_json(json);
        return EX_OK;
    }
    if (all.empty()) {
        fmt::print(
            "Nobody administers in the portal. Begin with: "
            "lazaretctl admin add ada@example.org\n");
        return EX_OK;
    }
    Table table{{{"ADDRESS", false, 14}, {"ADMINISTERS"}}};
    for (const auto& one : all) table.add({one.address, scope(one.over, one.tenant_name)});
    fmt::print("{}", table.text(terminal_columns()));
    return EX_OK;
}

template <int (*act)(const Options&, const Context&)>
Run define(CommandOptions& options, const char* help)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("ADDRESS", chosen->address, "any address of the account").required();
    options.add_option("--of", chosen->of, help);
    return [chosen](const Context& context) { return act(*chosen, context); };
}

}  // namespace

Run define_admin_add(CommandOptions& options)
{
    return define<add>(options, "'*', '@example.org' or 'tenant:3'; without it, his own tenant");
}

Run define_admin_remove(CommandOptions& options)
{
    return define<remove>(options, "'*', '@example.org' or 'tenant:3'; without it, everything");
}

Run define_admin_list(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return list(*chosen, context); };
}

}  // namespace lazaret::tools
