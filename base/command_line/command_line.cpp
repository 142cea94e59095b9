#include "base/command_line/command_line.hpp"

#include "base/error.hpp"
#include "base/program.hpp"

namespace lazaret {

void add_settings_options(CLI::App& app, SettingsOptions& options, const std::string& what_is_read)
{
    app.set_version_flag("--version", LAZARET_VERSION);
    app.add_option("-c,--config", options.file, "settings file")->capture_default_str();
    app.add_flag("--check", options.check_only,
                 "read " + what_is_read + ", report every problem, and stop");
}

int run_program(CLI::App& app, int argc, char** argv, const std::function<int()>& body)
{
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {  // CLI11 reports by exceptions, --help too
        return app.exit(error) == 0 ? 0 : exit_code(Error::Kind::Usage);
    }
    return run_program(app.get_name(), body);
}

}  // namespace lazaret
