#include "portal/releases.hpp"

#include <utility>

#include "base/log.hpp"
#include "quarantine-store/release.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t hands = 4;               // messages handed over at the same time
constexpr std::size_t longest_queue = 10'000;  // what is more is left to the sweeper

}  // namespace

Releases::Releases(const DatabaseConfig& config, store::Submitter& submitter, Now now,
                   Patience patience)
    : databases_{config, std::move(now)}, submitter_{submitter}, patience_{patience}
{
    for (std::size_t at = 0; at < hands; ++at) threads_.emplace_back([this] { work(); });
}

Releases::~Releases()
{
    {
        std::lock_guard hold{lock_};
        ends_ = true;
        queue_.clear();
    }
    there_is_one_.notify_all();
    for (auto& thread : threads_) thread.join();
}

void Releases::send(const Reference& copy, const SealKeys& keys)
{
    std::unique_lock hold{lock_};
    if (queue_.size() >= longest_queue) return;
    const auto job = std::make_shared<Job>(Job{copy, std::make_shared<SealKeys>(keys)});
    queue_.push_back(job);
    there_is_one_.notify_one();
    // When so many wait already, the server is slow, and this thread is needed for pages.
    if (waiting_ >= patience_.most_waiting) return;
    ++waiting_;
    one_is_done_.wait_for(hold, patience_.each, [&] { return job->is_done; });
    --waiting_;
}

void Releases::take_on(std::span<const Reference> copies, const SealKeys& keys)
{
    const auto shared = std::make_shared<SealKeys>(keys);
    {
        std::lock_guard hold{lock_};
        for (const auto& copy : copies)
            if (queue_.size() < longest_queue)
                queue_.push_back(std::make_shared<Job>(Job{copy, shared}));
    }
    there_is_one_.notify_all();
}

void Releases::work()
{
    std::unique_lock hold{lock_};
    while (true) {
        there_is_one_.wait(hold, [&] { return ends_ || !queue_.empty(); });
        if (ends_) return;
        const auto job = std::move(queue_.front());
        queue_.pop_front();
        hold.unlock();
        hand_over(*job);
        hold.lock();
        job->is_done = true;
        one_is_done_.notify_all();
    }
}

// An edge: whatever fails, the copy stands as being released, and the sweeper goes on.
void Releases::hand_over(const Job& job) noexcept
try {
    databases_.with([&](store::Database& database) {
        store::Release{database, submitter_, *job.keys}.take_up(job.copy);
    });
} catch (const std::exception& error) {
    log::error("release not ended", {{"reference", job.copy.text()}, {"error", error.what()}});
}

}  // namespace lazaret::portal
