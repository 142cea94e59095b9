#include <sodium.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>

#include "base/command_line/command_line.hpp"
#include "base/config/configuration.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "milter/conduct.hpp"
#include "milter/filter/dns/channel.hpp"
#include "milter/filter/dns/resolver.hpp"
#include "milter/filter/message/content_type.hpp"
#include "milter/metrics/metrics.hpp"
#include "milter/reload.hpp"
#include "milter/rules_keeper.hpp"
#include "milter/server.hpp"
#include "milter/signals.hpp"
#include "milter/spool.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/notebook.hpp"
#include "quarantine-store/policy_feed.hpp"

namespace lazaret::milter {
namespace {

constexpr std::size_t most_connections = 16;  ///< to the database, for holds at the same time

// What goes on when the judgement is over keeps its judge's place for nobody.
std::chrono::milliseconds scan_budget(const Configuration& config)
{
    return std::min(config.antivirus.budget, longest_wait(config.milter));
}

std::shared_ptr<filter::Scanner> make_scanner(const Configuration& config)
{
    if (!config.antivirus.enabled) return nullptr;
    auto settings = config.antivirus;
    settings.budget = scan_budget(config);
    std::shared_ptr<filter::Scanner> scanner = filter::make_clamav_scanner(settings);
    const auto state = scanner->state();
    if (!state.ready && config.milter.require_antivirus)
        throw Error{Error::Kind::Unavailable, "{}: no virus signatures: {}",
                    config.antivirus.signatures, state.why}
            .with_hint("run freshclam, or set milter.require_antivirus to false");
    if (!state.ready) log::warning("no virus signatures", {{"why", state.why}});
    return scanner;
}

std::size_t judges_at_once(const MilterConfig& config)
{
    if (config.judgements > 0) return static_cast<std::size_t>(config.judgements);
    return std::max(1U, std::thread::hardware_concurrency());
}

// What a reload cannot change, because it was built once.
bool needs_restart(const Configuration& now, const Configuration& next)
{
    return now.database != next.database || now.antivirus != next.antivirus ||
           scan_budget(now) != scan_budget(next) || now.rules != next.rules ||
           now.dns.enabled != next.dns.enabled || now.dns.servers != next.dns.servers ||
           now.metrics != next.metrics ||
           now.dns.refuse_listed.empty() != next.dns.refuse_listed.empty() ||
           now.milter.socket != next.milter.socket ||
           now.milter.socket_mode != next.milter.socket_mode ||
           now.milter.state_directory != next.milter.state_directory ||
           now.milter.sessions != next.milter.sessions ||
           now.milter.judgements != next.milter.judgements ||
           now.milter.passages != next.milter.passages ||
           now.milter.reload_interval != next.milter.reload_interval;
}

// Not an edge: with mistakes in the file we go on with what we have.
void reread(const std::string& file, const Configuration& first, Snapshot<Conduct>& conduct,
            const filter::CheckTools& tools)
{
    try {
        const auto next = Configuration::read(file);
        conduct.replace(make_conduct(next, tools));
        log::set_level(next.log.level);
        log::info("settings read again", {{"file", file}});
        if (needs_restart(first, next))
            log::warning("some of the changed settings need a restart", {{"file", file}});
    } catch (const std::exception& error) {
        log::error("settings not read again", {{"error", error.what()}});
    }
}

// Mail does not wait until somebody can watch it.
void tell_metrics(Metrics& metrics, const std::string& address)
try {
    if (!address.empty()) metrics.serve(address);
} catch (const Error& error) {
    log::error("metrics are told nobody", {{"error", error.what()}, {"hint", error.hint()}});
}

// What serve() makes of the file alone, and of the files that it names.
int check(const Configuration& config)
{
    if (sodium_init() < 0) throw Error{Error::Kind::Unavailable, "libsodium does not start"};
    make_conduct(config, {});
    if (config.dns.enabled) filter::dns::servers_from(config.dns.servers);
    return 0;
}

int serve(const std::string& file, const Configuration& config)
{
    log::set_level(config.log.level);
    block_signals();
    if (sodium_init() < 0) throw Error{Error::Kind::Unavailable, "libsodium does not start"};

    filter::require_type_database();
    const auto scanner = make_scanner(config);
    Knowledge knowledge{store::make_policy_feed(config.database),
                        {config.milter.reload_interval, config.milter.state_directory}};
    RulesKeeper rules{config.rules};
    const filter::CheckTools tools{.scanner = scanner,
                                   .model = knowledge.model(),
                                   .rules = config.rules.enabled ? rules.book() : nullptr};
    Snapshot<Conduct> conduct{make_conduct(config, tools)};
    const auto keeper = store::make_keeper(config.database, most_connections);
    const auto notebook = store::make_notebook(config.database, config.milter.passages);
    filter::dns::SilentLists silent_lists;  // what the resolver's thread runs looks at it
    filter::dns::ClientShares client_shares;
    std::optional<filter::dns::Resolver> resolver;
    if (config.dns.enabled) resolver.emplace(config.dns);
    Judges judges{judges_at_once(config.milter)};
    const auto gate = std::make_shared<Gate>(config.milter.sessions);
    Metrics metrics{{.gate = gate, .resolver = resolver ? &*resolver : nullptr}};
    tell_metrics(metrics, config.metrics.listen);
    const Parts parts{.conduct = conduct,
                      .policy = knowledge.policy(),
                      .keeper = *keeper,
                      .notebook = *notebook,
                      .judges = judges,
                      .gate = gate,
                      .spool_folder = spool_folder(),
                      .ask = resolver ? resolver->asking() : filter::dns::Ask{},
                      .silent_lists = &silent_lists,
                      .client_shares = &client_shares,
                      .metrics = &metrics};

    const BackgroundThreads background{knowledge, &rules, scanner.get(),
                                       config.antivirus.check_interval};
    return Server{parts}.run([&] { reread(file, config, conduct, tools); });
}

}  // namespace
}  // namespace lazaret::milter

int main(int argc, char** argv)
{
    CLI::App app{"lazaret-milter: judges mail for Postfix or Sendmail, and holds what it doubts",
                 "lazaret-milter"};
    lazaret::SettingsOptions options;
    lazaret::add_settings_options(app, options);
    return lazaret::run_program(app, argc, argv, [&] {
        const auto config = lazaret::Configuration::read(options.file);
        return options.check_only ? lazaret::milter::check(config)
                                  : lazaret::milter::serve(options.file, config);
    });
}
