#include "tools/lazaretctl/judge.hpp"

#include <chrono>

#include "base/error.hpp"
#include "base/log.hpp"
#include "milter/filter/antivirus/scanner.hpp"
#include "milter/filter/dns/inquiry.hpp"
#include "milter/filter/imitation.hpp"
#include "milter/filter/rules/language/rule_files.hpp"
#include "quarantine-store/link/claim.hpp"
#include "quarantine-store/policy_feed.hpp"
#include "tools/lazaretctl/client_name.hpp"
#include "tools/lazaretctl/message_file.hpp"

namespace lazaret::tools {
namespace {

using ModelSnapshot = Snapshot<filter::Model>;

std::shared_ptr<filter::Scanner> scanner_for(const AntivirusConfig& config)
{
    if (!config.enabled) return nullptr;
    return filter::make_clamav_scanner(config);
}

/// The newest model, as far as it can be read: a milter goes on with that, too. None when nothing
/// was ever learned.
std::shared_ptr<const ModelSnapshot> newest_model(store::PolicyFeed& feed)
{
    const auto steps = feed.newer_models(0);
    filter::Model model;
    const auto taken = filter::advance(model, steps);
    if (taken < steps.size())
        log::warning("model step does not fit", {{"version", steps[taken].version}});
    if (taken == 0) return nullptr;
    return std::make_shared<const ModelSnapshot>(std::move(model));
}

std::shared_ptr<const ModelSnapshot> model_from(const std::string& file)
{
    if (file.empty()) return nullptr;
    const auto bytes = read_file(file);
    if (!bytes) throw Error{Error::Kind::Setup, "cannot read model {}: {}", file, bytes.error()};
    auto model = filter::Model::from_snapshot(*bytes);
    if (!model) throw Error{Error::Kind::Setup, "{} is not a model, or it is damaged", file};
    return std::make_shared<const ModelSnapshot>(*std::move(model));
}

/// As the milter has them. Without the keys, which not everybody may read, a report of ours that
/// was redirected to us counts as an imitation.
filter::ReportMarks report_marks_of(const Configuration& settings)
{
    auto marks = filter::report_marks(settings.report);
    try {  // no edge: a judgement is made all the same
        const auto keys = SealKeys::read(settings.link.key_file);
        marks.is_our_claim = [keys](std::string_view claim) {
            return store::open_expired_claim(keys, claim).has_value();
        };
    } catch (const Error& error) {
        log::debug("no keys of links", {{"why", error.what()}});
    }
    return marks;
}

}  // namespace

std::shared_ptr<const Snapshot<filter::rules::RuleBook>> rules_for(const RulesConfig& config)
{
    using filter::rules::RuleBook;
    if (!config.enabled) return nullptr;
    const auto folders = filter::rules::rule_folders(config.folders);
    if (folders.empty()) return nullptr;
    auto source = filter::rules::read_rule_folders(
        folders, filter::rules::unsaid_scores(config.suggested_scores));
    if (!source) throw Error{Error::Kind::Unavailable, "the rule files are being changed"};
    return std::make_shared<const Snapshot<RuleBook>>(
        std::make_shared<const RuleBook>(*std::move(source), config.cache));
}

Judge::Judge(Tools tools)
    : tools_{std::move(tools)},
      outbound_{Networks::parse(tools_.milter.trusted_networks)},
      checks_{filter::make_checks(tools_.checks, tools_.learned)}
{
    if (tools_.dns) resolver_ = std::make_unique<filter::dns::Resolver>(*tools_.dns);
    if (tools_.checks.scanner)
        outbound_checks_.push_back(filter::antivirus_check(tools_.checks.scanner));
}

bool Judge::is_ours(const std::string& client_ip) const { return outbound_.hold(client_ip); }

std::optional<std::string> Judge::client_name(const std::string& client_ip) const
{
    if (!resolver_) return std::nullopt;
    const auto inquiry = filter::dns::Inquiry::begin(resolver_->asking());
    inquiry->look_up([client_ip](filter::dns::View& dns) { tools::client_name(dns, client_ip); });
    const auto& known = inquiry->wait(std::chrono::steady_clock::now() + tools_.dns->budget);
    filter::dns::View dns{known};
    return tools::client_name(dns, client_ip);
}

Judgement Judge::judge(const Envelope& envelope, std::string_view bytes) const
{
    using namespace std::chrono;
    const auto start = steady_clock::now();
    Judgement judgement;
    judgement.is_outbound = is_ours(envelope.client_ip);
    filter::ReadLimits limits;
    limits.message = static_cast<std::size_t>(tools_.milter.max_message);
    const auto message =
        judgement.is_outbound ? filter::Message{} : filter::read_message(bytes, limits);
    auto mail = filter::mail_within(limits.message, envelope, bytes, message);
    const auto network = judgement.is_outbound ? nullptr : ask_network(envelope);
    mail.network = network.get();
    if (network) network->read(message, tools_.dns->budget);
    mail.report_senders = filter::report_senders(envelope, tools_.policy);

    judgement.assessment = filter::assess(mail, judgement.is_outbound ? outbound_checks_ : checks_);
    if (!judgement.is_outbound) {
        if (network) judgement.assessment.authentication = network->authentication();
        const auto sources = filter::ProofSources::of(tools_.milter);
        judgement.decisions =
            filter::decide(mail, judgement.assessment, tools_.policy, sources, system_now());
        judgement.sender = filter::sender_of(
            message, envelope, filter::proofs_of(message, judgement.assessment, sources),
            sources.relays);
    }
    judgement.milliseconds = duration<double, std::milli>(steady_clock::now() - start).count();
    return judgement;
}

std::unique_ptr<filter::MessageNetwork> Judge::ask_network(const Envelope& envelope) const
{
    if (!resolver_) return nullptr;
    return std::make_unique<filter::MessageNetwork>(
        resolver_->asking(), nullptr,
        filter::AuthenticationSettings::of(*tools_.dns, tools_.milter), envelope, system_now());
}

Judge::Tools tools_of_site(const Configuration& settings)
{
    const auto feed = store::make_policy_feed(settings.database);
    Judge::Tools tools{settings.milter, {}, settings.learned, {}, {}};
    if (settings.dns.enabled) tools.dns = settings.dns;
    feed->refresh(tools.policy);
    tools.checks = {.scanner = scanner_for(settings.antivirus),
                    .model = newest_model(*feed),
                    .rules = rules_for(settings.rules),
                    .report = report_marks_of(settings)};
    return tools;
}

Judge::Tools tools_offline(const Configuration& settings, const std::string& model_file)
{
    return {settings.milter,
            {.scanner = scanner_for(settings.antivirus),
             .model = model_from(model_file),
             .rules = rules_for(settings.rules),
             .report = report_marks_of(settings)},
            settings.learned,
            {},
            {}};
}

}  // namespace lazaret::tools
