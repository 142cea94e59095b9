#include <fmt/format.h>
#include <sodium.h>
#include <sysexits.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "base/program.hpp"
#include "tools/lazaretctl/commands.hpp"

namespace lazaret::tools {
namespace {

struct Defined {
    CLI::App* options;
    const Command* command;
    Run run;
};

/// Makes a subcommand of each row of the table, within its group where it has one.
std::vector<Defined> define_all(CLI::App& app)
{
    std::map<std::string, CLI::App*, std::less<>> groups;
    std::vector<Defined> all;
    for (const auto& command : all_commands()) {
        CLI::App* parent = &app;
        auto name = command.words;
        if (const auto blank = name.find(' '); blank != std::string_view::npos) {
            const auto word = name.substr(0, blank);
            name.remove_prefix(blank + 1);
            auto& group = groups[std::string{word}];
            if (!group) {
                group = app.add_subcommand(std::string{word});
                group->require_subcommand(1)->fallthrough();
            }
            parent = group;
        }
        auto* options = parent->add_subcommand(std::string{name}, std::string{command.help});
        options->fallthrough();
        // One that others may begin with: of these at most one, so that what follows is theirs.
        if (parent == &app) groups.emplace(name, options->require_subcommand(0, 1));
        CommandOptions defined{*options};
        all.push_back({options, &command, command.define(defined)});
    }
    for (const auto& group : all_groups())
        if (const auto found = groups.find(group.word); found != groups.end())
            found->second->description(std::string{group.help});
    return all;
}

/// The command line as it should have been, for the hint.
std::string help_command(const CLI::App& app)
{
    std::string line = "lazaretctl";
    const auto* at = &app;
    while (!at->get_subcommands().empty()) {
        at = at->get_subcommands().front();
        line += ' ' + at->get_name();
    }
    return line + " --help";
}

int explain_usage(const CLI::App& app, const CLI::ParseError& error)
{
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
        app.exit(error);  // --help and --version, to standard output
        return 0;
    }
    // CLI11 asks for a subcommand before it looks at the word that is none.
    const auto words = app.remaining(true);
    const bool no_command = error.get_name() == "RequiredError" && !words.empty();
    throw Error{Error::Kind::Usage, "{}",
                no_command ? fmt::format("{:?} is not a command", words.front()) : error.what()}
        .with_hint(help_command(app));
}

/// What was printed must have arrived: a full disk is not a success.
int after_output(int code)
{
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
    throw Error{Error::Kind::Unavailable, "cannot write to standard output: {}",
                system_error_text(errno)};
}

/// fmt throws when a line cannot be written; what it says is not what went wrong.
int run_command(const Run& work, const Context& context)
{
    try {  // not an edge: the same trouble as in after_output()
        return after_output(work(context));
    } catch (const std::system_error& error) {
        if (std::ferror(stdout) == 0) throw;
        throw Error{Error::Kind::Unavailable, "cannot write to standard output: {}",
                    error.code().message()};
    }
}

int run(int argc, char** argv)
{
    if (sodium_init() < 0) throw Error{Error::Kind::Setup, "libsodium finds no random source"};
    // libpq would take root's own name, which is no role. What the settings or PGUSER say wins.
    if (geteuid() == 0) setenv("PGUSER", "lazaret", 0);

    CLI::App app{"lazaretctl: looks after the Lazaret mail filter and its quarantine",
                 "lazaretctl"};
    Context context{default_config_file, false, {}, {}};
    auto* file = app.add_option("-c,--config", context.settings_file, "settings file")
                     ->envname("LAZARET_CONFIG")
                     ->capture_default_str();
    app.set_version_flag("--version", "lazaretctl " LAZARET_VERSION);
    app.require_subcommand(1);
    const auto commands = define_all(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {  // CLI11 reports by exceptions, --help too
        return explain_usage(app, error);
    }
    context.settings_file_given = file->count() > 0;

    for (const auto& [options, command, work] : commands) {
        if (!options->parsed() || !options->get_subcommands().empty()) continue;
        make_ready(command->needs, context);
        return run_command(work, context);
    }
    throw Error{Error::Kind::Bug, "no command was chosen"};
}

}  // namespace
}  // namespace lazaret::tools

int main(int argc, char** argv)
{
    return lazaret::run_program("lazaretctl", [&] { return lazaret::tools::run(argc, argv); });
}
