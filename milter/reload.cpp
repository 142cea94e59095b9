#include "milter/reload.hpp"

#include <charconv>
#include <fstream>
#include <sstream>

#include "base/disk.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "milter/rules_keeper.hpp"

namespace lazaret::milter {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto save_interval = 30s;           ///< writing a large policy each second would be waste
constexpr auto damaged_model_interval = 60s;  ///< between attempts to get a whole one
constexpr auto away_interval = 1s;            ///< between attempts to reach the database
constexpr auto busy_interval = 200ms;         ///< at least, where one change follows another
constexpr auto longest_wait = 500ms;          ///< for a notification; bounds how long a stop takes
constexpr std::string_view model_mark = "lazaret-model ";

std::string policy_file(const std::string& folder) { return folder + "/policy.snapshot"; }
std::string model_file(const std::string& folder) { return folder + "/model.snapshot"; }

struct SavedModel {
    std::int64_t version = 0;
    filter::Model model;
};

// A line with the version, then the model's own bytes, which carry a checksum.
void save_model(const std::string& file, std::int64_t version, const filter::Model& model)
{
    const auto head = std::string{model_mark} + std::to_string(version) + '\n';
    replace_file(file, {head, model.snapshot()});
}

std::optional<SavedModel> load_model(const std::string& file)
{
    std::ifstream in{file, std::ios::binary};
    if (!in) return std::nullopt;
    std::ostringstream all;
    all << in.rdbuf();
    const auto text = std::move(all).str();
    const auto end = text.find('\n');
    SavedModel saved;
    if (text.starts_with(model_mark) && end != std::string::npos) {
        std::from_chars(text.data() + model_mark.size(), text.data() + end, saved.version);
        if (auto model = filter::Model::from_snapshot(std::string_view{text}.substr(end + 1))) {
            saved.model = std::move(*model);
            return saved;
        }
    }
    log::warning("saved model is damaged", {{"file", file}});
    return std::nullopt;
}

void keep_signatures_fresh(filter::Scanner& scanner, std::chrono::milliseconds interval,
                           const StopSignal& stop)
{
    while (!stop.sleep(interval)) {
        // A part of the reload thread's edge: the scanner goes on with the old signatures.
        try {
            if (scanner.reload_if_changed())
                log::info("new signatures", {{"signatures", scanner.state().signatures}});
        } catch (const std::exception& error) {
            log::warning("signatures not reloaded", {{"error", error.what()}});
        }
    }
}

}  // namespace

Knowledge::Knowledge(std::unique_ptr<store::PolicyFeed> feed, Config config)
    : feed_{std::move(feed)},
      config_{std::move(config)},
      model_{std::make_shared<Snapshot<filter::Model>>(filter::Model{})}
{
    if (auto saved = load_model(model_file(config_.state_directory))) {
        model_version_ = saved->version;
        model_->replace(std::move(saved->model));
    }
    load();
}

// From the database when it is there. One that we cannot use is refused for good when nothing is
// known; else wanted mail goes on flowing while somebody mends it, above all during an upgrade,
// when our schema is not yet or no longer its schema.
void Knowledge::load()
{
    try {
        refresh_policy();
        policy_unsaved_ = true;  // even one without a single domain: it says that we were here
    } catch (const Error& error) {
        // Not an edge: without the database the disk has the answer.
        const bool mistake = error.kind() == Error::Kind::Setup;
        if (!mistake && error.kind() != Error::Kind::Unavailable) throw;
        auto saved = store::load_policy(policy_file(config_.state_directory));
        if (!saved && mistake) throw;
        if (!saved)
            throw Error{Error::Kind::Unavailable, "no database, and no {}: {}",
                        policy_file(config_.state_directory), error.what()}
                .with_hint("start the database, or look at [database] connection");
        if (mistake) log::error("database refused at the start", {{"error", error.what()}});
        else log::warning("database is away at the start", {{"error", error.what()}});
        away_ = true;
        policy_.replace(std::move(*saved));
        return;
    }
    // Not an edge: a model that cannot be fetched now is asked for again, and the last one is good.
    try {
        refresh_model();
    } catch (const Error& error) {
        log::warning("model not fetched at the start", {{"error", error.what()}});
        away_ = true;
    }
    save_when_due(true);
}

void Knowledge::refresh_policy()
{
    Policy next = *policy_.get();
    if (feed_->refresh(next)) {
        log::info("policy changed", {{"change", next.change}});
        policy_.replace(std::move(next));
        policy_unsaved_ = true;
    }
}

void Knowledge::refresh_model()
{
    if (model_damaged_ && Clock::now() < model_tried_ + damaged_model_interval) return;
    const auto steps = feed_->newer_models(model_damaged_ ? 0 : model_version_);
    if (steps.empty()) return;
    model_tried_ = Clock::now();
    filter::Model next = *model_->get();
    const auto taken = filter::advance(next, steps);
    model_damaged_ = taken < steps.size();
    // What came before the damaged one is good; all of it is asked for again, now and then.
    if (model_damaged_) log::error("model step does not fit", {{"version", steps[taken].version}});
    if (taken == 0) return;
    const auto version = steps[taken - 1].version;
    // A snapshot may bring a lower version: that of a database that was restored or made anew.
    const bool may_be_lower = steps.front().is_snapshot;
    if (version == model_version_ || (version < model_version_ && !may_be_lower)) return;
    model_version_ = version;
    model_->replace(std::move(next));
    model_unsaved_ = true;
    log::info("model changed", {{"version", model_version_}});
}

void Knowledge::save_when_due(bool now)
{
    if (!now && Clock::now() < saved_ + save_interval) return;
    if (!policy_unsaved_ && !model_unsaved_) return;
    saved_ = Clock::now();
    // Not an edge: a full disk must not stop the reading of what is new.
    try {
        if (policy_unsaved_)
            store::save_policy(*policy_.get(), policy_file(config_.state_directory));
        policy_unsaved_ = false;
        if (model_unsaved_)
            save_model(model_file(config_.state_directory), model_version_, *model_->get());
        model_unsaved_ = false;
    } catch (const Error& error) {
        log::warning("snapshot not saved", {{"error", error.what()}});
    }
}

// One of the edges: whatever goes wrong is logged, and the last knowledge stays in use.
void Knowledge::keep_fresh(const StopSignal& stop)
{
    auto asked = Clock::now();
    while (!stop.sleep(0ms)) {
        try {
            const auto due = asked + config_.reload_interval;
            if (!away_ && Clock::now() < due) {
                const bool is_news = feed_->wait(std::min<std::chrono::milliseconds>(
                    longest_wait,
                    std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now())));
                if (!is_news && Clock::now() < due) continue;
                const auto rest = asked + busy_interval - Clock::now();
                if (stop.sleep(std::chrono::ceil<std::chrono::milliseconds>(rest))) break;
            }
            asked = Clock::now();
            refresh_policy();
            refresh_model();
            if (away_) log::info("database is back");
            away_ = false;
            save_when_due(false);
        } catch (const std::exception& error) {
            if (!away_) log::warning("going on with what is known", {{"error", error.what()}});
            away_ = true;
            if (stop.sleep(away_interval)) break;
        }
    }
    save_when_due(true);
}

void StopSignal::stop()
{
    {
        std::lock_guard hold{lock_};
        stopped_ = true;
    }
    changed_.notify_all();
}

bool StopSignal::sleep(std::chrono::milliseconds most) const
{
    std::unique_lock hold{lock_};
    return changed_.wait_for(hold, most, [this] { return stopped_; });
}

BackgroundThreads::BackgroundThreads(Knowledge& knowledge, RulesKeeper* rules,
                                     filter::Scanner* scanner, std::chrono::milliseconds interval)
    : knowledge_{[this, &knowledge] { knowledge.keep_fresh(stop_); }}
{
    if (rules) rules_ = std::thread{[this, rules] { rules->keep_fresh(stop_); }};
    if (scanner)
        signatures_ = std::thread{
            [this, scanner, interval] { keep_signatures_fresh(*scanner, interval, stop_); }};
}

BackgroundThreads::~BackgroundThreads()
{
    stop_.stop();
    knowledge_.join();
    if (rules_.joinable()) rules_.join();
    if (signatures_.joinable()) signatures_.join();
}

}  // namespace lazaret::milter
