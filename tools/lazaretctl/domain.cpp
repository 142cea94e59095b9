#include <fmt/format.h>
#include <sysexits.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/records/address.hpp"
#include "quarantine-store/directory.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::vector<std::string> domains;
    std::string tenant;
    bool json = false;
};

/// All names are understood before the first is used: a typing mistake changes nothing.
std::vector<std::string> domain_arguments(const std::vector<std::string>& texts)
{
    std::vector<std::string> domains;
    for (const std::string_view text : texts) {
        const auto domain = parse_domain(text.substr(text.starts_with('@') ? 1 : 0));
        if (!domain)
            throw Error{Error::Kind::Usage, "{:?}: {}", text, sentence(domain.error())}.with_hint(
                "write a domain such as example.org");
        domains.push_back(*domain);
    }
    return domains;
}

/// The protected domain of that name, or null.
const store::ProtectedDomain* find(const std::vector<store::ProtectedDomain>& domains,
                                   const std::string& name)
{
    const auto found = std::find_if(domains.begin(), domains.end(),
                                    [&](const auto& domain) { return domain.name == name; });
    return found == domains.end() ? nullptr : &*found;
}

int add(const Options& options, const Context& context)
{
    store::Directory directory{*context.database};
    const auto names = domain_arguments(options.domains);
    const auto added = directory.add_domains(names, options.tenant, acting_person());
    const auto after = directory.domains();

    auto json = Json::array();
    for (const auto& name : names) {
        const bool is_new = std::find(added.begin(), added.end(), name) != added.end();
        const auto* const is = find(after, name);
        const auto tenant = is ? is->tenant_name : options.tenant;
        const auto* const outcome = is_new ? "added" : "unchanged";
        json.push_back({{"domain", name}, {"outcome", outcome}, {"tenant_name", tenant}});
        if (options.json) continue;
        fmt::print("{} {}\n", name, is_new ? "is protected now." : "was protected already.");
    }
    if (options.json) print_json(json);
    return 0;
}

int list(const Options& options, const Context& context)
{
    auto domains = store::Directory{*context.database}.domains();
    if (!options.tenant.empty())
        std::erase_if(domains, [&](const auto& domain) {
            return domain.tenant_name != options.tenant &&
                   std::to_string(domain.tenant) != options.tenant;
        });
    if (options.json) {
        auto json = Json::array();
        for (const auto& domain : domains)
            json.push_back({{"domain", domain.name},
                            {"tenant", domain.tenant},
                            {"tenant_name", domain.tenant_name},
                            {"added", utc_text(domain.added)}});
        print_json(json);
        return 0;
    }
    if (domains.empty() && !options.tenant.empty()) {
        fmt::print("No domain of tenant {} is protected.\n", harmless_line(options.tenant));
        return 0;
    }
    if (domains.empty()) {
        fmt::print(
            "No domain is protected: no mail is touched. Begin with: "
            "lazaretctl domain add example.org\n");
        return 0;
    }
    Table table{{{"DOMAIN", false, 12}, {"TENANT", false, 8}, {"NUMBER", true}, {"SINCE"}}};
    for (const auto& domain : domains)
        table.add({domain.name, domain.tenant_name, std::to_string(domain.tenant),
                   local_text(domain.added)});
    fmt::print("{}", table.text(terminal_columns()));
    return 0;
}

int remove(const Options& options, const Context& context)
{
    store::Directory directory{*context.database};
    int code = 0;
    auto json = Json::array();
    const auto names = domain_arguments(options.domains);
    const auto gone = directory.remove_domains(names, acting_person());
    for (const auto& domain : names) {
        const bool removed = std::ranges::find(gone, domain) != gone.end();
        json.push_back({{"domain", domain}, {"outcome", removed ? "removed" : "unknown"}});
        if (!removed) {
            fmt::print(stderr, "lazaretctl: error: {} was not protected\n", domain);
            code = EX_UNAVAILABLE;
        } else if (!options.json) {
            fmt::print("{} is no longer protected. What is held of it stays until it expires.\n",
                       domain);
        }
    }
    if (options.json) print_json(json);
    return code;
}

}  // namespace

Run define_domain_add(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("DOMAIN", chosen->domains, "domains to protect").required();
    options.add_option("--tenant", chosen->tenant, "whose they are; made when it is new");
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return add(*chosen, context); };
}

Run define_domain_list(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("--tenant", chosen->tenant, "only of this tenant, by name or number");
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return list(*chosen, context); };
}

Run define_domain_remove(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("DOMAIN", chosen->domains, "domains to protect no longer").required();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return remove(*chosen, context); };
}

}  // namespace lazaret::tools
