#include "tools/lazaretctl/commands.hpp"

#include <CLI/CLI.hpp>

#include <array>

namespace lazaret::tools {
namespace {

/// In the order in which --help shows them.
constexpr auto commands = std::to_array<Command>({
    {"scan", "judge messages as the milter would, and explain", Needs::Nothing, define_scan},
});

constexpr auto groups = std::to_array<Group>({
    {"held", "the quarantine: list, show, release, delete and export what is held"},
    {"allow", "senders whose mail is wanted, when they prove who they are"},
    {"deny", "senders whose mail is not wanted"},
    {"newsletter", "newsletters that were accepted"},
    {"settings", "what happens to mail: at the site, a domain or an address"},
    {"domain", "the domains that are protected"},
    {"schema", "the database's tables"},
});

}  // namespace

std::span<const Command> all_commands() { return commands; }

std::span<const Group> all_groups() { return groups; }

void make_ready(Needs needs, Context& context)
{
    if (needs == Needs::Nothing) return;
    context.settings = Configuration::read(context.settings_file);
    log::set_level(context.settings.log.level);
}

void add_json_option(CLI::App& options, bool& json)
{
    options.add_flag("--json", json, "print JSON, for programs");
}

}  // namespace lazaret::tools
