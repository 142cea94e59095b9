#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "quarantine-store/schema.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"

namespace lazaret::tools {
namespace {

/// The settings file was read before; what is left is the database.
int check(bool json, const Context& context)
{
    const auto status = store::schema_status(context.settings.database);
    if (!status.is_current())
        throw Error{Error::Kind::Setup,
                    "the database's schema has version {}, this program works with {}",
                    status.present, status.known}
            .with_hint(status.present < status.known ? "lazaretctl schema upgrade"
                                                     : "install the newer Lazaret here too");
    if (json)
        print_json(
            {{"ok", true}, {"settings_file", context.settings_file}, {"schema", status.present}});
    else
        fmt::print("{} is right; the database has schema version {}.\n", context.settings_file,
                   status.present);
    return 0;
}

}  // namespace

Run define_check(CommandOptions& options)
{
    const auto json = std::make_shared<bool>(false);
    add_json_option(options, *json);
    return [json](const Context& context) { return check(*json, context); };
}

}  // namespace lazaret::tools
