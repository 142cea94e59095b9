#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/config/configuration.hpp"
#include "base/records/list_entry.hpp"

namespace CLI {
class App;
}
namespace lazaret::store {
class Database;
}

namespace lazaret::tools {

/// What main() makes ready before a command's function runs.
enum class Needs {
    Nothing,   ///< Context::settings has the defaults; the settings file is not looked at
    Settings,  ///< the settings file is read; a mistake in it ends the program with 78
    Database,  ///< that, and a connection to a database whose schema this program knows
};

/// What a command is given besides its own options.
struct Context {
    std::string settings_file;                  ///< --config, LAZARET_CONFIG, or the default
    bool settings_file_given = false;           ///< the person named it
    Configuration settings;                     ///< see Needs
    std::shared_ptr<store::Database> database;  ///< only with Needs::Database
};

/// The work of a command, after its options were read; returns the exit code: 0, or one of
/// sysexits.h (64 usage, 69 what was asked for is not there or not allowed, 75 try later,
/// 78 something must be set up). Throws Error for what run_program() should explain.
using Run = std::function<int(const Context&)>;

/// One command. To add one: write `Run define_NAME(CLI::App&)` in a file of its own, declare it
/// below, add a row to the table in commands.cpp and the file to tools/CMakeLists.txt.
struct Command {
    std::string_view words;  ///< how it is called: `scan`, or `held list` within its group
    std::string_view help;   ///< one line
    Needs needs;
    /// Adds the command's options and arguments to `options`, bound to variables that the returned
    /// function owns (a std::shared_ptr to a struct of them, captured by value).
    Run (*define)(CLI::App& options);
};

/// The commands that share a first word.
struct Group {
    std::string_view word;
    std::string_view help;
};

std::span<const Command> all_commands();
std::span<const Group> all_groups();

/// Makes ready what a command needs. Throws Error.
void make_ready(Needs needs, Context& context);

/// The option --json, the same on every command that prints data.
void add_json_option(CLI::App& options, bool& json);

Run define_scan(CLI::App& options);
Run define_learn(CLI::App& options);
Run define_evaluate(CLI::App& options);
Run define_held_list(CLI::App& options);
Run define_held_show(CLI::App& options);
Run define_held_release(CLI::App& options);
Run define_held_delete(CLI::App& options);
Run define_held_export(CLI::App& options);
template <ListKind kind>
Run define_list_add(CLI::App& options);
template <ListKind kind>
Run define_list_show(CLI::App& options);
template <ListKind kind>
Run define_list_remove(CLI::App& options);
Run define_settings_get(CLI::App& options);
Run define_settings_set(CLI::App& options);
Run define_settings_unset(CLI::App& options);
Run define_domain_add(CLI::App& options);
Run define_domain_list(CLI::App& options);
Run define_domain_remove(CLI::App& options);
Run define_why(CLI::App& options);
Run define_trace(CLI::App& options);
Run define_stats(CLI::App& options);
Run define_schema_status(CLI::App& options);
Run define_schema_upgrade(CLI::App& options);
Run define_expire(CLI::App& options);
Run define_doctor(CLI::App& options);
Run define_check(CLI::App& options);

}  // namespace lazaret::tools
