#include <fmt/format.h>
#include <sysexits.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/mail/seal.hpp"
#include "base/mail/seal_key_file.hpp"
#include "quarantine-store/link/claim.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"

namespace lazaret::tools {
namespace {

struct Options {
    std::string id;
    bool use = false;
    bool json = false;
};

const std::string& file_of(const Context& context) { return context.settings.link.key_file; }

[[noreturn]] void refuse(const std::string& file, std::string_view id, KeyFileFault fault)
{
    if (fault == KeyFileFault::Unreadable) SealKeys::read(file);  // says why
    Error error{Error::Kind::Usage, "{}: {}: {}", file, id, sentence(fault)};
    if (fault == KeyFileFault::IsNewest)
        throw std::move(error).with_hint("first 'lazaretctl key use' another");
    throw std::move(error).with_hint("'lazaretctl key list' shows them");
}

// The old key is needed for as long as something that was made with it is of use; who removes it
// earlier, because others know it, hears what he breaks.
void say_next(const std::string& id, const std::string& old, const Context& context)
{
    const auto days = std::chrono::ceil<std::chrono::days>(context.settings.report.link_life);
    fmt::print(
        "New links and seals are made with {0}.\n"
        "Reload what reads the file: systemctl reload lazaret-milter lazaret-portal\n"
        "Messages' links with {1} work for up to {2} days, and what turns reports off "
        "(List-Unsubscribe) for {3}.\n"
        "Keep {1} so long, unless others know it. After {3} days: lazaretctl key remove {1}\n",
        id, old, days.count(), store::unsubscribe_life.count());
}

int list(const Options& options, const Context& context)
{
    const auto keys = SealKeys::read(file_of(context));
    auto json = nlohmann::ordered_json::array();
    for (const auto& id : keys.ids()) {
        const bool newest = id == keys.newest();
        if (options.json) json.push_back({{"id", id}, {"makes_new", newest}});
        else fmt::print("{}{}\n", id, newest ? "  makes new links and seals" : "  is believed");
    }
    if (options.json) print_json(json);
    return EX_OK;
}

int add(const Options& options, const Context& context)
{
    const auto& file = file_of(context);
    std::string id;
    std::string old;
    edit_private_file(file, [&](const std::string& text) {
        auto added = with_new_key(text);
        if (!added) refuse(file, "", added.error());
        id = added->id;
        old = SealKeys::parse(text, file).newest();
        if (!options.use) return added->text;
        auto used = with_newest(added->text, id);
        if (!used) refuse(file, id, used.error());
        return *used;
    });
    if (options.use) {
        say_next(id, old, context);
        return EX_OK;
    }
    fmt::print(
        "{0} is there; nothing is made with it yet.\n"
        "Copy {1} to all hosts of the site and reload lazaret-milter and lazaret-portal there.\n"
        "Then, on each: lazaretctl key use {0}\n",
        id, file);
    return EX_OK;
}

int use(const Options& options, const Context& context)
{
    const auto& file = file_of(context);
    std::string old;
    edit_private_file(file, [&](const std::string& text) {
        auto changed = with_newest(text, options.id);
        if (!changed) refuse(file, options.id, changed.error());
        old = SealKeys::parse(text, file).newest();
        return *changed;
    });
    if (old == options.id) fmt::print("New links and seals were made with {} before.\n", old);
    else say_next(options.id, old, context);
    return EX_OK;
}

int remove(const Options& options, const Context& context)
{
    const auto& file = file_of(context);
    edit_private_file(file, [&](const std::string& text) {
        auto changed = without_key(text, options.id);
        if (!changed) refuse(file, options.id, changed.error());
        return *changed;
    });
    fmt::print(
        "{} is gone: links that were made with it no longer work.\n"
        "Reload what reads the file: systemctl reload lazaret-milter lazaret-portal\n",
        options.id);
    return EX_OK;
}

std::shared_ptr<Options> with_id(CommandOptions& options)
{
    auto chosen = std::make_shared<Options>();
    options.add_option("ID", chosen->id, "as 'key list' shows it").required();
    return chosen;
}

}  // namespace

Run define_key_list(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return list(*chosen, context); };
}

Run define_key_add(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_flag("--use", chosen->use, "and make new links and seals with it at once");
    return [chosen](const Context& context) { return add(*chosen, context); };
}

Run define_key_use(CommandOptions& options)
{
    const auto chosen = with_id(options);
    return [chosen](const Context& context) { return use(*chosen, context); };
}

Run define_key_remove(CommandOptions& options)
{
    const auto chosen = with_id(options);
    return [chosen](const Context& context) { return remove(*chosen, context); };
}

}  // namespace lazaret::tools
