#include <fmt/format.h>
#include <sodium.h>
#include <sysexits.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/command_line/command_line.hpp"
#include "base/config/configuration.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/private_file.hpp"
#include "base/shared_state.hpp"
#include "portal/built_in.hpp"
#include "portal/http_server.hpp"
#include "portal/origin.hpp"
#include "portal/password_checks.hpp"
#include "portal/portal.hpp"
#include "portal/signals.hpp"

namespace lazaret::portal {
namespace {

using namespace std::chrono_literals;

// What comes behind the host in portal_url: `/quarantine`, or nothing.
std::string prefix_of(const std::string& url)
{
    const auto host = url.find("//");
    const auto slash = host == std::string::npos ? host : url.find('/', host + 2);
    return slash == std::string::npos ? std::string{} : url.substr(slash);
}

Templates read_templates(const Configuration& config)
{
    std::vector<std::string> problems;
    Templates templates{built_in_templates(), site_folder(config.report.templates, "portal"),
                        problems};
    for (const auto& one : problems) log::warning("template not used", {{"why", one}});
    return templates;
}

Logos read_logos(const Configuration& config)
{
    std::vector<std::string> problems;
    Logos logos{site_folder(config.report.templates, "logos"), problems};
    for (const auto& one : problems) log::warning("logo not used", {{"why", one}});
    return logos;
}

void require_settings(const Configuration& config)
{
    if (config.report.portal_url.empty())
        throw Error{Error::Kind::Setup, "report.portal_url is not set"}.with_hint(
            "set it to what people's browsers reach, such as https://quarantine.example.org");
}

std::string read_vote_key(const Configuration& config)
{
    const auto& file = config.votes.key_file;
    return file.empty() ? std::string{} : read_shared_secret(file);
}

// What a reload replaces. Requests in hand end with what they began with.
struct Serving {
    SealKeys keys;
    Templates templates;
    Logos logos;
    BreachedPasswords breached;
    std::unique_ptr<Portal> portal;
};

// What it leaves as it is.
struct Lasting {
    Databases& databases;
    Releases& releases;
    PasswordChecks& passwords;
    Connectors& connectors;
    OpenIdProviders& openid;
    EndedSessions& ended_sessions;
    Turns& one_click_turns;
    Turns& mail_vote_turns;
};

std::shared_ptr<const Serving> make_serving(const Configuration& config, const Lasting& lasting)
{
    auto serving = std::make_shared<Serving>(
        Serving{SealKeys::read(config.link.key_file), read_templates(config), read_logos(config),
                BreachedPasswords{config.portal.breached_passwords}, nullptr});
    const auto& url = config.report.portal_url;
    const auto prefix = prefix_of(url);
    serving->portal = std::make_unique<Portal>(Site{
        .databases = lasting.databases,
        .releases = lasting.releases,
        .keys = serving->keys,
        .templates = serving->templates,
        .logos = serving->logos,
        .passwords = lasting.passwords,
        .breached = serving->breached,
        .connectors = lasting.connectors,
        .openid = lasting.openid,
        .ended_sessions = lasting.ended_sessions,
        .prefix = prefix,
        .is_https = url.starts_with("https://"),
        .origin = url.empty() ? std::string{} : origin_of(url),
        .look = config.report.look,
        .session_life = std::chrono::floor<std::chrono::seconds>(config.portal.sign_in_life),
        .link_session_life = std::chrono::floor<std::chrono::seconds>(config.portal.session_life),
        .requests_a_minute = static_cast<int>(config.portal.requests_per_minute),
        .one_click = {.also = Networks::parse(config.portal.unsubscribe_networks),
                      .ca_file = config.portal.unsubscribe_ca_file},
        .vote_key = read_vote_key(config),
        .one_click_turns = lasting.one_click_turns,
        .mail_vote_turns = lasting.mail_vote_turns});
    return serving;
}

int serve(const Configuration& config)
{
    log::set_level(config.log.level);
    Signals signals;
    if (sodium_init() < 0) throw Error{Error::Kind::Unavailable, "libsodium does not start"};

    const auto submitter = store::make_submitter(config.submission);
    const auto threads = static_cast<std::size_t>(config.portal.threads);
    Databases databases{config.database, system_now};
    Releases releases{config.database, *submitter, system_now};
    PasswordChecks passwords;
    // Some threads go on with everything else when others that are asked are slow (releases that
    // people wait for aside, which end after some seconds): a quarter asks servers that know
    // passwords, half as many wait for a turn;
    const auto part = std::max<std::size_t>(threads / 8, 1);
    Connectors connectors{
        with_secrets(config.sign_in),
        {.at_once = std::max<std::size_t>(threads / 4, 1), .waiting = threads / 8}};
    OpenIdProviders openid;
    EndedSessions ended_sessions;
    // and an eighth each asks senders and writes votes down, of which as many wait for a turn.
    Turns one_click_turns{{.at_once = part, .waiting = 0, .patience = {}}};
    Turns mail_vote_turns{{.at_once = part, .waiting = threads / 8, .patience = 3s}};
    const Lasting lasting{databases, releases,       passwords,       connectors,
                          openid,    ended_sessions, one_click_turns, mail_vote_turns};
    const auto make = [&] { return make_serving(config, lasting); };
    Snapshot<Serving> serving{make()};
    HttpServer server{
        {.listen = config.portal.listen,
         .trusted_proxies = Networks::parse(config.portal.trusted_proxies),
         .bounds = {.threads = threads,
                    .body =
                        [&](const IncomingRequest& request) {
                            return serving.get()->portal->longest_body(request);
                        }}},
        [&](const Request& request) { return serving.get()->portal->answer(request); }};
    log::info("listening", {{"address", config.portal.listen}, {"port", server.port()}});
    // An edge: what is wrong with a new file is no reason to stop.
    const auto reread = [&] {
        try {
            serving.replace(make());
            log::info("keys and templates read again", {});
        } catch (const std::exception& error) {
            log::error("keys and templates not read again", {{"error", error.what()}});
        }
    };
    signals.serve(server, reread);
    return 0;
}

int check(const Configuration& config)
{
    std::vector<std::string> problems;
    const Templates templates{built_in_templates(), site_folder(config.report.templates, "portal"),
                              problems};
    const Logos logos{site_folder(config.report.templates, "logos"), problems};
    for (auto& one : connector_file_troubles(config.sign_in)) problems.push_back(std::move(one));
    for (const auto& one : problems) fmt::print(stderr, "{}\n", one);
    SealKeys::read(config.link.key_file);
    read_vote_key(config);
    BreachedPasswords{config.portal.breached_passwords}.require_readable();
    return problems.empty() ? EX_OK : EX_CONFIG;
}

// For lazaretctl doctor, which has no libraries for it, and for whoever sets one up.
int say_servers(const Configuration& config)
{
    for (const auto& one : try_servers(config.sign_in)) fmt::print("{}\n", one);
    return EX_OK;
}

}  // namespace
}  // namespace lazaret::portal

int main(int argc, char** argv)
{
    CLI::App app{"lazaret-portal: the pages behind the links of Lazaret's report",
                 "lazaret-portal"};
    lazaret::SettingsOptions options;
    lazaret::add_settings_options(app, options);
    bool only_servers = false;
    app.add_flag("--try-servers", only_servers,
                 "connect to the servers of [[sign_in.connector]], say how that went, and stop");
    return lazaret::run_program(app, argc, argv, [&] {
        const auto config = lazaret::Configuration::read(options.file);
        if (only_servers) return lazaret::portal::say_servers(config);
        lazaret::portal::require_settings(config);
        return options.check_only ? lazaret::portal::check(config) : lazaret::portal::serve(config);
    });
}
