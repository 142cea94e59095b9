#include <fmt/format.h>
#include <sysexits.h>
#include <CLI/CLI.hpp>

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

int add(const Options& options, const Context& context)
{
    store::Directory directory{*context.database};
    for (const auto& domain : domain_arguments(options.domains)) {
        const bool is_new = directory.add_domain(domain, options.tenant, acting_person());
        fmt::print("{} {}\n", domain, is_new ? "is protected now." : "was protected already.");
    }
    return 0;
}

int list(const Options& options, const Context& context)
{
    const auto domains = store::Directory{*context.database}.domains();
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
    for (const auto& domain : domain_arguments(options.domains)) {
        if (directory.remove_domain(domain, acting_person())) {
            fmt::print("{} is no longer protected. What is held of it stays until it expires.\n",
                       domain);
        } else {
            fmt::print(stderr, "lazaretctl: error: {} was not protected\n", domain);
            code = EX_UNAVAILABLE;
        }
    }
    return code;
}

}  // namespace

Run define_domain_add(CLI::App& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("DOMAIN", chosen->domains, "domains to protect")->required();
    options.add_option("--tenant", chosen->tenant, "whose they are; made when it is new");
    return [chosen](const Context& context) { return add(*chosen, context); };
}

Run define_domain_list(CLI::App& options)
{
    const auto chosen = std::make_shared<Options>();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return list(*chosen, context); };
}

Run define_domain_remove(CLI::App& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("DOMAIN", chosen->domains, "domains to protect no longer")->required();
    return [chosen](const Context& context) { return remove(*chosen, context); };
}

}  // namespace lazaret::tools
