#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/records/policy.hpp"
#include "base/shared_state.hpp"
#include "milter/filter/antivirus/scanner.hpp"
#include "milter/filter/learn/model.hpp"
#include "quarantine-store/policy_feed.hpp"

namespace lazaret::milter {

class RulesKeeper;

/// What threads that sleep between rounds wait for.
class StopSignal {
public:
    void stop();
    /// Sleeps for `most`. @return whether to stop.
    [[nodiscard]] bool sleep(std::chrono::milliseconds most) const;

private:
    mutable std::mutex lock_;
    mutable std::condition_variable changed_;
    bool stopped_ = false;
};

/// What the milter knows without asking the database: policy and model, kept fresh by a thread,
/// and on disk for a start while the database is away.
class Knowledge {
public:
    struct Config {
        /// How often the database is asked that said nothing.
        std::chrono::milliseconds reload_interval;
        std::string state_directory;  ///< policy.snapshot, model.snapshot
    };

    /// Loads from the database, else from the disk. Throws Error{Unavailable} when there is
    /// neither (exit 75), Error{Setup} when there is a database that we cannot use, its schema not
    /// being ours for instance, and nothing on the disk.
    Knowledge(std::unique_ptr<store::PolicyFeed> feed, Config config);

    [[nodiscard]] const Snapshot<Policy>& policy() const noexcept { return policy_; }
    [[nodiscard]] const std::shared_ptr<Snapshot<filter::Model>>& model() const noexcept
    {
        return model_;
    }

    /// Keeps asking until `stop`; the body of the reload thread. Catches everything.
    void keep_fresh(const StopSignal& stop);

private:
    void load();
    void refresh_policy();
    void refresh_model();
    void save_when_due(bool now);

    std::unique_ptr<store::PolicyFeed> feed_;
    Config config_;
    Snapshot<Policy> policy_{Policy{}};
    std::shared_ptr<Snapshot<filter::Model>> model_;
    std::int64_t model_version_ = 0;
    bool away_ = false;           ///< the database was, the last time
    bool model_damaged_ = false;  ///< a step did not fit; all are asked for, now and then
    bool policy_unsaved_ = false;
    bool model_unsaved_ = false;
    std::chrono::steady_clock::time_point model_tried_{};
    std::chrono::steady_clock::time_point saved_{};
};

/// The threads that keep things fresh, stopped and joined when it goes.
class BackgroundThreads {
public:
    /// @param rules  null without rules.  @param scanner  null without an antivirus.
    /// @param interval  how often new signatures are looked for.
    BackgroundThreads(Knowledge& knowledge, RulesKeeper* rules, filter::Scanner* scanner,
                      std::chrono::milliseconds interval);
    BackgroundThreads(const BackgroundThreads&) = delete;
    BackgroundThreads& operator=(const BackgroundThreads&) = delete;
    ~BackgroundThreads();

private:
    StopSignal stop_;
    std::thread knowledge_;
    std::thread rules_;
    std::thread signatures_;
};

}  // namespace lazaret::milter
