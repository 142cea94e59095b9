#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "base/config/configuration.hpp"

namespace lazaret {

/// What every program but lazaretctl is told: which settings, and whether only to check them.
struct SettingsOptions {
    std::string file = default_config_file;
    bool check_only = false;
};

/// Adds --version, --config and --check; `options` must outlive `app`.
/// @param what_is_read  by --check, for the help
void add_settings_options(CLI::App& app, SettingsOptions& options,
                          const std::string& what_is_read = "the settings file");

/// The edge of a program with options: parses the command line, then runs `body` as run_program()
/// does, under the name of `app`. A wrong command line is code 64.
int run_program(CLI::App& app, int argc, char** argv, const std::function<int()>& body);

}  // namespace lazaret
