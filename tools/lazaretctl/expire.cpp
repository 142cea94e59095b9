#include <fmt/format.h>

#include <exception>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "quarantine-store/models.hpp"
#include "quarantine-store/release.hpp"
#include "quarantine-store/upkeep.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/progress.hpp"

namespace lazaret::tools {
namespace {

struct Done {
    store::UpkeepReport upkeep;
    std::exception_ptr failure;  ///< the first one; what the others did is told all the same
    std::int64_t models_removed = 0;
    store::Release::Sweep sweep;
};

store::Release::Sweep sweep(const Context& context)
{
    const auto keys = SealKeys::read(context.settings.link.key_file);
    const auto submitter = store::make_submitter(context.settings.submission);
    Progress progress{"releasing", 0};
    return store::Release{*context.database, *submitter, keys}.sweep(
        store::Release::surely_over,
        [&](int count) { progress.show(static_cast<std::size_t>(count)); });
}

/// Room for what comes is made first: that a hold finds its partition matters most. None of these
/// needs the others: what the portal left on its way is sent, whatever the upkeep meets.
Done expire(const Context& context)
{
    Done done;
    // A try that is no edge: what was made, dropped and sent must be told, also without a key.
    const auto attempt = [&](const auto& step) {
        try {
            step();
        } catch (const Error&) {
            if (!done.failure) done.failure = std::current_exception();
        }
    };
    store::Upkeep upkeep{*context.database};
    upkeep.refuse_wrong_clock();  // what was tried long ago is told by it, too
    attempt([&] { upkeep.run(done.upkeep); });
    attempt([&] { done.models_removed = store::Models{*context.database}.prune(); });
    attempt([&] { done.sweep = sweep(context); });
    return done;
}

void print_for_people(const Done& done)
{
    const auto& upkeep = done.upkeep;
    if (upkeep.days_made > 0)
        fmt::print("Made room for {} more expiry day{}.\n", upkeep.days_made,
                   upkeep.days_made == 1 ? "" : "s");
    if (upkeep.rows_moved > 0)
        fmt::print("Moved {} rows out of the default partition.\n", upkeep.rows_moved);
    for (const auto& name : upkeep.dropped) fmt::print("Dropped {}.\n", name);
    for (const auto& why : upkeep.postponed) fmt::print("Left for the next time: {}.\n", why);
    if (upkeep.days_counted > 0)
        fmt::print("Counted the senders of {} day{}.\n", upkeep.days_counted,
                   upkeep.days_counted == 1 ? "" : "s");
    if (upkeep.notes_removed > 0) fmt::print("Removed {} old notes.\n", upkeep.notes_removed);
    if (done.models_removed > 0)
        fmt::print("Removed {} old steps of the learned model.\n", done.models_removed);
    const auto& sweep = done.sweep;
    if (sweep.all() > 0)
        fmt::print(
            "Releases left unfinished: {} sent, {} to be tried again, {} refused by the "
            "mail server and held again, {} given up and held again.\n",
            sweep.released, sweep.postponed, sweep.refused, sweep.given_up);
    if (sweep.came_back > 0)
        fmt::print(
            "{} came back and {} held again: the milter did not believe our seal. Do the milter "
            "and lazaretctl read the same link.key, and the same time?\n",
            sweep.came_back, sweep.came_back == 1 ? "is" : "are");
    if (!done.failure) fmt::print("Done.\n");
}

void print_as_json(const Done& done)
{
    print_json({{"days_made", done.upkeep.days_made},
                {"rows_moved", done.upkeep.rows_moved},
                {"days_counted", done.upkeep.days_counted},
                {"dropped", done.upkeep.dropped},
                {"postponed", done.upkeep.postponed},
                {"notes_removed", done.upkeep.notes_removed},
                {"models_removed", done.models_removed},
                {"released", done.sweep.released},
                {"release_postponed", done.sweep.postponed},
                {"release_refused", done.sweep.refused},
                {"release_given_up", done.sweep.given_up},
                {"release_came_back", done.sweep.came_back}});
}

}  // namespace

Run define_expire(CommandOptions& options)
{
    const auto json = std::make_shared<bool>(false);
    add_json_option(options, *json);
    return [json](const Context& context) {
        const auto done = expire(context);
        if (*json) print_as_json(done);
        else print_for_people(done);
        if (done.failure) std::rethrow_exception(done.failure);
        return 0;
    };
}

}  // namespace lazaret::tools
