#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/mail/seal.hpp"
#include "base/records/identity.hpp"
#include "portal/databases.hpp"
#include "quarantine-store/outbound/submitter.hpp"

namespace lazaret::portal {

/// Hands to the mail server what people release, beside the requests: a server that takes ten
/// minutes for a message holds up no page. Threads share one.
///
/// What is given here was committed as being released before (store::Release::begin), so nothing
/// is lost with the queue: the sweeper of lazaretctl finds it within a quarter of an hour.
class Releases {
public:
    /// How long a request waits for its release, and how many do so at the same time. The page of
    /// those who do not wait says that the message is being sent.
    struct Patience {
        std::chrono::milliseconds each{4'000};
        int most_waiting = 3;
    };

    /// @param submitter  borrowed; used by several threads at once.
    Releases(const DatabaseConfig& config, store::Submitter& submitter, Now now, Patience patience);
    Releases(const DatabaseConfig& config, store::Submitter& submitter, Now now)
        : Releases{config, submitter, std::move(now), Patience{}}
    {
    }
    /// Waits for what is being handed over. The rest of the queue is left to the sweeper.
    ~Releases();
    Releases(const Releases&) = delete;
    Releases& operator=(const Releases&) = delete;

    /// Takes on a copy, and waits for the end of it for a while.
    void send(const Reference& copy, const SealKeys& keys);
    /// Takes on many, and waits for none of them.
    void take_on(std::span<const Reference> copies, const SealKeys& keys);

private:
    struct Job {
        Reference copy;
        std::shared_ptr<const SealKeys> keys;
        bool is_done = false;
    };
    void work();
    void hand_over(const Job& job) noexcept;

    Databases databases_;
    store::Submitter& submitter_;
    const Patience patience_;
    std::mutex lock_;
    std::condition_variable there_is_one_;
    std::condition_variable one_is_done_;
    std::deque<std::shared_ptr<Job>> queue_;
    int waiting_ = 0;
    bool ends_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace lazaret::portal
