#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/config/configuration.hpp"
#include "base/records/list_entry.hpp"
#include "tools/lazaretctl/command_options.hpp"

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

/// One command. To add one: write `Run define_NAME(CommandOptions&)` in a file of its own, declare
/// it below, add a row to the table in commands.cpp and the file to tools/CMakeLists.txt.
struct Command {
    std::string_view words;  ///< how it is called: `scan`, or `held list` within its group
    std::string_view help;   ///< one line
    Needs needs;
    /// Adds the command's options and arguments to `options`, bound to variables that the returned
    /// function owns (a std::shared_ptr to a struct of them, captured by value).
    Run (*define)(CommandOptions& options);
};

/// The commands that share a first word; which may be a command itself, `learn --pending`.
struct Group {
    std::string_view word;
    std::string_view help;
};

std::span<const Command> all_commands();
std::span<const Group> all_groups();

/// Makes ready what a command needs. Throws Error.
void make_ready(Needs needs, Context& context);

/// The option --json, the same on every command that prints data.
void add_json_option(CommandOptions& options, bool& json);

Run define_scan(CommandOptions& options);
Run define_learn(CommandOptions& options);
Run define_learn_spam(CommandOptions& options);
Run define_learn_ham(CommandOptions& options);
Run define_learn_newsletter(CommandOptions& options);
Run define_learn_status(CommandOptions& options);
Run define_learn_versions(CommandOptions& options);
Run define_learn_compare(CommandOptions& options);
Run define_learn_rollback(CommandOptions& options);
Run define_evaluate(CommandOptions& options);
Run define_held_list(CommandOptions& options);
Run define_held_show(CommandOptions& options);
Run define_held_release(CommandOptions& options);
Run define_held_delete(CommandOptions& options);
Run define_held_export(CommandOptions& options);
template <ListKind kind>
Run define_list_add(CommandOptions& options);
template <ListKind kind>
Run define_list_show(CommandOptions& options);
template <ListKind kind>
Run define_list_remove(CommandOptions& options);
template <ListKind kind, bool on>
Run define_list_switch(CommandOptions& options);
Run define_list_test(CommandOptions& options);
Run define_settings_list(CommandOptions& options);
Run define_settings_get(CommandOptions& options);
Run define_settings_set(CommandOptions& options);
Run define_settings_unset(CommandOptions& options);
Run define_domain_add(CommandOptions& options);
Run define_domain_list(CommandOptions& options);
Run define_domain_remove(CommandOptions& options);
Run define_why(CommandOptions& options);
Run define_trace(CommandOptions& options);
Run define_stats(CommandOptions& options);
Run define_report_preview(CommandOptions& options);
Run define_report_send(CommandOptions& options);
Run define_report_status(CommandOptions& options);
Run define_requests_list(CommandOptions& options);
Run define_requests_show(CommandOptions& options);
Run define_requests_accept(CommandOptions& options);
Run define_requests_decline(CommandOptions& options);
Run define_password_reset(CommandOptions& options);
Run define_sessions_end(CommandOptions& options);
Run define_second_step_demand(CommandOptions& options);
Run define_second_step_free(CommandOptions& options);
Run define_second_step_list(CommandOptions& options);
Run define_admin_add(CommandOptions& options);
Run define_admin_list(CommandOptions& options);
Run define_admin_remove(CommandOptions& options);
Run define_key_list(CommandOptions& options);
Run define_key_add(CommandOptions& options);
Run define_key_use(CommandOptions& options);
Run define_key_remove(CommandOptions& options);
Run define_rules_check(CommandOptions& options);
Run define_rules_compile(CommandOptions& options);
Run define_rules_list(CommandOptions& options);
Run define_rules_why(CommandOptions& options);
Run define_schema_status(CommandOptions& options);
Run define_schema_upgrade(CommandOptions& options);
Run define_expire(CommandOptions& options);
Run define_doctor(CommandOptions& options);
Run define_check(CommandOptions& options);

}  // namespace lazaret::tools
