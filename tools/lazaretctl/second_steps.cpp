#include <fmt/format.h>
#include <sysexits.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "quarantine-store/second_step_demands.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/explain.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/owner.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

// `lazaretctl second-step`: of whom one is demanded, and who has none.
namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

Owner whose(const std::string& text)
{
    auto owner = owner_argument(text);
    if (owner.level == Level::Address || owner.level == Level::Account)
        throw Error{Error::Kind::Usage, "{:?}: it is demanded of all of a domain, or more", text}
            .with_hint("write '*', '@example.org' or 'tenant:3'");
    return owner;
}

int demand(const std::string& text, const Context& context)
{
    const auto owner = whose(text);
    const auto ended = store::SecondStepDemands{*context.database}.demand(owner, acting_person());
    if (!ended) {
        fmt::print(stderr,
                   "lazaretctl: error: {}: it is not protected, or there is no such tenant\n"
                   "hint: 'lazaretctl domain list' shows both\n",
                   harmless_line(text));
        return EX_UNAVAILABLE;
    }
    fmt::print(
        "Whoever has his password here needs a second step for {} now; who has none sets it up "
        "when "
        "he signs in.\nSessions ended: {}\n",
        owner_words(owner), *ended);
    return EX_OK;
}

int no_longer(const std::string& text, const Context& context)
{
    const auto owner = whose(text);
    if (!store::SecondStepDemands{*context.database}.free(owner, acting_person())) {
        fmt::print(stderr,
                   "lazaretctl: error: it was not demanded for {}\n"
                   "hint: 'lazaretctl second-step list' shows where it is\n",
                   owner_words(owner));
        return EX_UNAVAILABLE;
    }
    fmt::print("A second step is no longer demanded for {}. Those that there are stay.\n",
               owner_words(owner));
    return EX_OK;
}

int list(bool json, const Context& context)
{
    store::SecondStepDemands demands{*context.database};
    const auto owners = demands.all();
    const auto without = demands.without();
    if (json) {
        Json all{{"demanded", Json::array()}, {"without", Json::array()}};
        for (const auto& one : owners) all["demanded"].push_back(owner_text(one));
        for (const auto& one : without)
            all["without"].push_back({{"address", one.address}, {"demanded", one.is_demanded}});
        print_json(all);
        return EX_OK;
    }
    if (owners.empty()) fmt::print("A second step is demanded nowhere.\n");
    for (const auto& one : owners) fmt::print("It is demanded for {}.\n", owner_words(one));
    if (without.empty()) {
        fmt::print("Everybody who has a password here has one.\n");
        return EX_OK;
    }
    Table table{{{"WITHOUT", false, 14}, {"DEMANDED"}}};
    for (const auto& one : without) table.add({one.address, one.is_demanded ? "yes" : "no"});
    fmt::print("\n{}", table.text(terminal_columns()));
    return EX_OK;
}

template <int (*act)(const std::string&, const Context&)>
Run define(CommandOptions& options)
{
    const auto owner = std::make_shared<std::string>();
    options.add_option("OWNER", *owner, "'*' for the site, '@example.org', or 'tenant:3'")
        .required();
    return [owner](const Context& context) { return act(*owner, context); };
}

}  // namespace

Run define_second_step_demand(CommandOptions& options) { return define<demand>(options); }

Run define_second_step_free(CommandOptions& options) { return define<no_longer>(options); }

Run define_second_step_list(CommandOptions& options)
{
    const auto json = std::make_shared<bool>(false);
    add_json_option(options, *json);
    return [json](const Context& context) { return list(*json, context); };
}

}  // namespace lazaret::tools
