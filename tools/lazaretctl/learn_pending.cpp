#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/trainer.hpp"

namespace lazaret::tools {
namespace {

struct Options {
    bool pending = false;
    bool again = false;
    bool json = false;
    std::size_t wait = 60;  // seconds
};

void print(const Training& done, bool json)
{
    if (json) {
        print_json({{"learned", done.learned},
                    {"taken_back", done.taken_back},
                    {"versions", done.versions},
                    {"version", done.version},
                    {"refused", done.refused},
                    {"complete", done.is_complete}});
        return;
    }
    fmt::print("Learned {} vote{}, took back {}; the model's version is {}.\n", done.learned,
               done.learned == 1 ? "" : "s", done.taken_back, done.version);
    if (!done.refused.empty())
        fmt::print("A lesson made the model worse and is not published: {}.\n", done.refused);
    if (!done.is_complete) fmt::print("More votes wait for the next run.\n");
}

int learn(const Options& options, const Context& context)
{
    if (!options.pending)
        throw Error{Error::Kind::Usage, "learn needs to know what"}.with_hint(
            "lazaretctl learn spam|ham|newsletter PATH..., or lazaretctl learn --pending");
    store::Votes votes{*context.database};
    if (!votes.become_trainer(std::chrono::seconds{static_cast<long>(options.wait)}))
        throw Error{Error::Kind::Unavailable, "another process is learning votes"}.with_hint(
            "it will learn these, too; or wait longer: --wait");
    print(Trainer{*context.database}.run(options.again), options.json);
    return 0;
}

}  // namespace

Run define_learn(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_flag("--pending", chosen->pending,
                     "learn what people said of messages since the last time: what they released, "
                     "blocked, called spam");
    options.add_flag("--again", chosen->again,
                     "with --pending: also votes that were set aside or refused");
    options.add_number("--wait", chosen->wait,
                       "with --pending: seconds to wait while another process learns", 0, 3'600);
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return learn(*chosen, context); };
}

}  // namespace lazaret::tools
