#include "tools/lazaretctl/judge.hpp"

#include <chrono>

#include "base/error.hpp"
#include "quarantine-store/policy_feed.hpp"
#include "tools/lazaretctl/message_file.hpp"

namespace lazaret::tools {
namespace {

using ModelSnapshot = Snapshot<filter::Model>;

std::shared_ptr<filter::Scanner> scanner_for(const AntivirusConfig& config)
{
    if (!config.enabled) return nullptr;
    return filter::make_clamav_scanner(config);
}

/// The newest model; none when nothing was ever learned.
std::shared_ptr<const ModelSnapshot> newest_model(store::PolicyFeed& feed)
{
    std::optional<filter::Model> model;
    for (const auto& step : feed.newer_models(0)) {
        if (step.is_snapshot) model = filter::Model::from_snapshot(step.bytes);
        else if (!model) model.emplace();
        if (!model || (!step.is_snapshot && !model->apply(step.bytes)))
            throw Error{Error::Kind::Setup, "version {} of the learned model cannot be read",
                        step.version}
                .with_hint("is this lazaretctl older than the one that learned it?");
    }
    if (!model) return nullptr;
    return std::make_shared<const ModelSnapshot>(*std::move(model));
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

}  // namespace

Judge::Judge(Tools tools)
    : tools_{std::move(tools)}, checks_{filter::make_checks(tools_.checks, tools_.learned)}
{
}

Judgement Judge::judge(const Envelope& envelope, std::string_view bytes) const
{
    using namespace std::chrono;
    const auto start = steady_clock::now();
    filter::ReadLimits limits;
    limits.message = static_cast<std::size_t>(tools_.milter.max_message);
    const auto message = filter::read_message(bytes, limits);
    const filter::Mail mail{envelope, bytes, message, bytes.size() > limits.message};

    Judgement judgement;
    judgement.assessment = filter::assess(mail, checks_);
    judgement.decisions = filter::decide(mail, judgement.assessment, tools_.policy,
                                         {tools_.milter.trusted_authserv_ids}, system_now());
    judgement.milliseconds = duration<double, std::milli>(steady_clock::now() - start).count();
    return judgement;
}

Judge::Tools tools_of_site(const Configuration& settings)
{
    const auto feed = store::make_policy_feed(settings.database);
    Judge::Tools tools{settings.milter, {}, settings.learned, {}};
    feed->refresh(tools.policy);
    tools.checks = {scanner_for(settings.antivirus), newest_model(*feed)};
    return tools;
}

Judge::Tools tools_offline(const Configuration& settings, const std::string& model_file)
{
    return {settings.milter,
            {scanner_for(settings.antivirus), model_from(model_file)},
            settings.learned,
            {}};
}

}  // namespace lazaret::tools
