#include "tools/lazaretctl/command_options.hpp"

#include <CLI/CLI.hpp>

namespace lazaret::tools {

CommandOption& CommandOption::required()
{
    option_->required();
    return *this;
}

CommandOption& CommandOption::with_default()
{
    option_->capture_default_str();
    return *this;
}

CommandOption& CommandOption::one_of(std::initializer_list<const char*> values)
{
    option_->check(CLI::IsMember{std::vector<std::string>(values.begin(), values.end())});
    return *this;
}

CommandOption& CommandOption::called(const char* what)
{
    option_->type_name(what);
    return *this;
}

CommandOption& CommandOption::one_at_a_time()
{
    // Else a repeated option would take the arguments behind it as more of its values.
    option_->expected(1)->allow_extra_args(false)->multi_option_policy(
        CLI::MultiOptionPolicy::TakeAll);
    return *this;
}

void CommandOptions::add_flag(const char* name, bool& value, const char* help)
{
    app_.add_flag(name, value, help);
}

CommandOption CommandOptions::add_option(const char* name, std::string& value, const char* help)
{
    return CommandOption{app_.add_option(name, value, help)};
}

CommandOption CommandOptions::add_option(const char* name, std::vector<std::string>& values,
                                         const char* help)
{
    return CommandOption{app_.add_option(name, values, help)};
}

void CommandOptions::add_number(const char* name, std::size_t& value, const char* help,
                                std::size_t least, std::size_t most)
{
    app_.add_option(name, value, help)->capture_default_str()->check(CLI::Range(least, most));
}

}  // namespace lazaret::tools
