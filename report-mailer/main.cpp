#include <sodium.h>
#include <sysexits.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "base/command_line/command_line.hpp"
#include "base/config/configuration.hpp"
#include "base/config/report_sender.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/records/address.hpp"
#include "quarantine-store/outbound/submitter.hpp"
#include "quarantine-store/reports.hpp"
#include "report-mailer/notification_run.hpp"
#include "report-mailer/notification_service.hpp"
#include "report-mailer/run.hpp"
#include "report-mailer/stop_signal.hpp"
#include "report-mailer/templates.hpp"

namespace lazaret::report {
namespace {

struct Options {
    SettingsOptions settings;
    std::string preview;       ///< an address
    std::string send;          ///< an address
    bool has_preview = false;  ///< it was given, be it an empty text
    bool has_send = false;
    std::string form = "html";
    bool stay = false;
};

void add_options(CLI::App& app, Options& options)
{
    add_settings_options(app, options.settings, "the settings file and the templates");
    auto* preview = app.add_option("--preview", options.preview,
                                   "print the report of ADDRESS as it would be now, and stop")
                        ->type_name("ADDRESS");
    auto* send = app.add_option("--send", options.send,
                                "send ADDRESS a report of all that is held now, and stop")
                     ->type_name("ADDRESS")
                     ->excludes(preview);
    app.add_flag("--stay", options.stay,
                 "send no reports, but notifications the moment they are wanted, until stopped")
        ->excludes(preview)
        ->excludes(send);
    app.add_option("--form", options.form, "of the preview")
        ->check(CLI::IsMember({"html", "text", "mail"}))
        ->capture_default_str();
}

Address address_of(const std::string& text)
{
    const auto address = parse_address(text);
    if (!address) throw Error{Error::Kind::Usage, "{:?}: {}", text, sentence(address.error())};
    return *address;
}

void require_portal(const ReportConfig& config)
{
    if (config.portal_url.empty())
        throw Error{Error::Kind::Setup, "report.portal_url is not set"}.with_hint(
            "set it to the address under which people reach lazaret-portal, for instance "
            "https://quarantine.example.org");
    report_sender(config);
}

Templates load_templates(const ReportConfig& config)
{
    std::vector<std::string> problems;
    Templates templates{built_in_templates(), site_folder(config.templates, "report"), problems,
                        ReportWriter::most_template};
    for (const auto& one : problems) log::warning("template not used", {{"why", one}});
    return templates;
}

Logos load_logos(const ReportConfig& config)
{
    std::vector<std::string> problems;
    Logos logos{site_folder(config.templates, "logos"), problems};
    for (const auto& one : problems) log::warning("logo not used", {{"why", one}});
    return logos;
}

void print(const MadeReport& made, const std::string& form)
{
    if (form == "mail") fmt::print("{}", compose(made.mail));
    else fmt::print("{}", form == "text" ? made.mail.text : made.mail.html);
}

int check(const Configuration& config)
{
    require_portal(config.report);
    std::vector<std::string> problems;
    const auto& folder = config.report.templates;
    const Templates templates{built_in_templates(), site_folder(folder, "report"), problems,
                              ReportWriter::most_template};
    const Logos logos{site_folder(folder, "logos"), problems};
    for (const auto& one : problems) fmt::print(stderr, "{}\n", one);
    SealKeys::read(config.link.key_file);
    return problems.empty() ? EX_OK : EX_CONFIG;
}

// A line that is written over again, for somebody who watches.
void show_progress(std::size_t done, std::size_t known)
{
    fmt::print(stderr, "\rreports: {} of {}", done, known);
}

// What mails are written with, and sent by.
struct Desk {
    explicit Desk(const Configuration& config)
        : keys{SealKeys::read(config.link.key_file)},
          templates{load_templates(config.report)},
          logos{load_logos(config.report)},
          reports{templates, keys, config.report, logos},
          notifications{templates, keys, config.report, logos},
          submitter{store::make_submitter(config.submission, store::Connections::Kept)}
    {
    }

    SealKeys keys;
    Templates templates;
    Logos logos;
    ReportWriter reports;
    NotificationWriter notifications;
    std::unique_ptr<store::Submitter> submitter;
};

void prepare(const Configuration& config)
{
    log::set_level(config.log.level);
    if (sodium_init() < 0) throw Error{Error::Kind::Unavailable, "libsodium does not start"};
    require_portal(config.report);
}

// The keys and templates of this moment, as each run of the timer has them, where there is
// something to write.
RunTotals send_notifications(const Configuration& config, store::Database& database,
                             const NotificationRun::Stopped& stopped)
{
    store::Notifications notifications{database};
    const auto waiting = notifications.waiting(store::Notifications::Looking::AllTheTime);
    if (waiting.empty()) return {};
    const Desk desk{config};
    store::Reports reports{database};
    Run run{reports, reports, *desk.submitter, desk.reports, desk.keys, config.report, system_now};
    return NotificationRun{notifications, *desk.submitter, desk.notifications, run,
                           desk.keys,     config.report,   system_now}
        .all(waiting, stopped);
}

int stay(const Configuration& config)
{
    const StopSignal stop;
    prepare(config);
    // What is wrong with them now, somebody must mend first.
    const Desk desk{config};
    const auto round = [&](store::Database& database, const NotificationRun::Stopped& stopped) {
        return send_notifications(config, database, stopped);
    };
    NotificationService{config.database, round, stop}.run();
    return EX_OK;
}

int run(const Options& options, const Configuration& config)
{
    prepare(config);
    const Desk desk{config};
    store::Database database{config.database};
    store::Reports reports{database};
    store::Database second_database{config.database};
    store::Reports ahead{second_database};
    Run run{reports, ahead, *desk.submitter, desk.reports, desk.keys, config.report, system_now};

    if (options.has_preview || options.has_send) {
        const auto& one = options.has_send ? options.send : options.preview;
        const auto address = address_of(one);
        const auto made = options.has_send ? run.send_to(address) : run.make_for(address);
        if (!made)
            throw Error{Error::Kind::Usage, "{:?}: nothing was ever held for this address", one};
        if (!options.has_send) print(*made, options.form);
        return EX_OK;
    }
    store::Notifications notifications{database};
    const auto told = NotificationRun{notifications, *desk.submitter, desk.notifications, run,
                                      desk.keys,     config.report,   system_now}
                          .all(notifications.waiting());
    const bool watched = ::isatty(STDERR_FILENO) == 1;
    const auto totals = run.all(watched ? show_progress : Run::Progress{});
    if (watched) fmt::print(stderr, "\n");
    log::info("reports", {{"sent", totals.sent},
                          {"empty", totals.empty},
                          {"refused", totals.refused},
                          {"failed", totals.failed},
                          {"notifications", told.sent},
                          {"notifications_refused", told.refused},
                          {"notifications_failed", told.failed}});
    return totals.has_failed() || told.has_failed() ? EX_TEMPFAIL : EX_OK;
}

}  // namespace

}  // namespace lazaret::report

int main(int argc, char** argv)
{
    CLI::App app{"lazaret-report: sends everybody who is due the report of what is held for him",
                 "lazaret-report"};
    lazaret::report::Options options;
    lazaret::report::add_options(app, options);
    return lazaret::run_program(app, argc, argv, [&] {
        options.has_preview = app.count("--preview") > 0;
        options.has_send = app.count("--send") > 0;
        const auto config = lazaret::Configuration::read(options.settings.file);
        if (options.settings.check_only) return lazaret::report::check(config);
        return options.stay ? lazaret::report::stay(config) : lazaret::report::run(options, config);
    });
}
