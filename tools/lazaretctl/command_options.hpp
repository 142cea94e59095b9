#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace lazaret::tools {

/// One option or argument that was added, to say more of it.
class CommandOption {
public:
    explicit CommandOption(CLI::Option* option) : option_{option} {}

    CommandOption& required();
    /// --help shows the value that the variable has now.
    CommandOption& with_default();
    CommandOption& one_of(std::initializer_list<const char*> values);
    /// What --help calls the value: `SET`; empty: nothing.
    CommandOption& called(const char* what);
    /// A list that gets one value each time the option is given; else it takes all that follow.
    CommandOption& one_at_a_time();

private:
    CLI::Option* option_;
};

/// What one command takes: options (`--limit`) and arguments (`ID`), bound to variables.
///
/// A thin face of CLI11, whose headers cost ten seconds of compiling in each file that includes
/// them; so only command_options.cpp and main.cpp do.
class CommandOptions {
public:
    explicit CommandOptions(CLI::App& app) : app_{app} {}

    void add_flag(const char* name, bool& value, const char* help);
    CommandOption add_option(const char* name, std::string& value, const char* help);
    CommandOption add_option(const char* name, std::vector<std::string>& values, const char* help);
    /// A number from `least` to `most`; --help shows its default.
    void add_number(const char* name, std::size_t& value, const char* help, std::size_t least,
                    std::size_t most);

private:
    CLI::App& app_;
};

}  // namespace lazaret::tools
