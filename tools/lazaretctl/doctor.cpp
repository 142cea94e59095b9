#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <iterator>

#include "base/error.hpp"
#include "milter/filter/dns/inquiry.hpp"
#include "milter/filter/dns/resolver.hpp"
#include "quarantine-store/directory.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/database_findings.hpp"
#include "tools/lazaretctl/dns_findings.hpp"
#include "tools/lazaretctl/host_findings.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/postfix_settings.hpp"
#include "tools/lazaretctl/program_beside.hpp"
#include "tools/lazaretctl/rules_findings.hpp"
#include "tools/lazaretctl/sendmail_settings.hpp"
#include "tools/lazaretctl/sign_in_findings.hpp"
#include "tools/lazaretctl/subprocess.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

struct Options {
    std::string postfix_folder;
    bool json = false;
};

Findings look_at_database(const Configuration& settings)
{
    try {  // a database that is away is one finding of many
        return database_findings(store::examine_database(settings.database));
    } catch (const Error& error) {
        return {{Health::Problem, "database", error.what(),
                 error.hint().empty() ? "is PostgreSQL running? see [database] connection"
                                      : error.hint(),
                 error.kind() == Error::Kind::Unavailable}};
    }
}

Findings look_at_sendmail(const Configuration& settings)
{
    std::ifstream file{"/etc/mail/sendmail.cf", std::ios::binary};
    if (!file)
        return {{Health::Warning, "mail server", "there is neither Postfix nor Sendmail here",
                 "to add us to one: /usr/share/doc/lazaret-milter/README.Debian", false}};
    return sendmail_findings(std::string{std::istreambuf_iterator<char>{file}, {}}, settings);
}

// None while the database is away, which is a finding already.
std::vector<std::string> protected_domains(const Configuration& settings)
try {
    store::Database database{settings.database};
    std::vector<std::string> names;
    for (auto& domain : store::Directory{database}.domains())
        names.push_back(std::move(domain.name));
    return names;
} catch (const Error&) {
    return {};
}

Findings look_at_postfix(const Options& options, const Configuration& settings)
{
    const auto ask = [&](std::vector<std::string> words) {
        std::vector<std::string> command{"postconf"};
        if (!options.postfix_folder.empty()) {
            command.emplace_back("-c");
            command.push_back(options.postfix_folder);
        }
        command.insert(command.end(), words.begin(), words.end());
        return output_of(command);
    };
    const auto main = ask({"-x", "smtpd_milters", "milter_default_action", "milter_content_timeout",
                           "milter_command_timeout", "queue_directory",
                           "local_header_rewrite_clients", "mydestination"});
    if (!main && !options.postfix_folder.empty())
        return {{Health::Problem, "postfix",
                 fmt::format("postconf cannot read {}", options.postfix_folder),
                 "is there a main.cf? is Postfix installed?", false}};
    if (!main) return look_at_sendmail(settings);
    const auto postfix = parse_postfix_settings(*main, ask({"-x", "-P"}).value_or(""),
                                                ask({"-M", "smtp/inet"}).value_or(""));
    auto found = postfix_findings(postfix, settings);
    for (auto& one : local_name_findings(postfix, protected_domains(settings)))
        found.push_back(std::move(one));
    return found;
}

Findings look_at_dns(const DnsConfig& config, const ListsInUse& lists)
{
    if (!config.enabled) return dns_is_off();
    std::ifstream file{"/etc/resolv.conf"};
    const auto resolvers = config.servers.empty()
                               ? nameservers_in({std::istreambuf_iterator<char>{file}, {}})
                               : config.servers;
    try {  // servers that cannot be used are one finding of many
        filter::dns::Resolver resolver{config};
        const auto inquiry = filter::dns::Inquiry::begin(resolver.asking());
        inquiry->look_up([questions = test_questions(lists)](filter::dns::View& view) {
            for (const auto& question : questions) view.foresee(question);
        });
        return dns_findings(resolvers, lists,
                            inquiry->wait(std::chrono::steady_clock::now() + config.budget));
    } catch (const Error& error) {
        return {{Health::Problem, "dns", error.what(), error.hint(), false}};
    }
}

// The portal has what it takes to ask such servers, and knows its own way to them.
Findings look_at_sign_in(const Configuration& settings, const std::string& file)
{
    if (settings.sign_in.connectors.empty()) return {};
    return sign_in_findings(
        output_of({program_path("lazaret-portal"), "--config", file, "--try-servers"}));
}

int doctor(const Options& options, const Context& context)
{
    const auto& settings = context.settings;
    Findings all;
    const auto add = [&](const Findings& found) {
        all.insert(all.end(), found.begin(), found.end());
    };
    add(settings_file_findings(context.settings_file));
    add(key_findings(settings.link));
    add(vote_findings(settings.votes, settings.milter));
    add(look_at_database(settings));
    add(milter_findings(settings.milter));
    add(look_at_postfix(options, settings));
    add(signature_findings(settings.antivirus, system_now()));
    const auto rules = look_at_rules(settings.rules);
    add(rules.findings);
    add(look_at_dns(settings.dns, {rules.zones, client_lists(settings.dns.refuse_listed)}));
    add(disk_findings(settings.milter));
    add(submission_findings(settings.submission));
    add(look_at_sign_in(settings, context.settings_file));
    if (options.json) print_json(json_of(all));
    else fmt::print("{}", findings_text(all, terminal_columns() > 0));
    return exit_code(all);
}

}  // namespace

Run define_doctor(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("--postfix-config", chosen->postfix_folder,
                       "folder with main.cf, when it is not Postfix's own");
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return doctor(*chosen, context); };
}

}  // namespace lazaret::tools
