#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace lazaret::milter {

/// The threads that judge: so many messages are judged at the same time, and no more; those that
/// rest() do not count.
///
/// A session's own thread hands its work in, waits, and meanwhile tells the MTA that we are still
/// at it: smfi_progress is an unlocked write to the socket, so nobody else may do that.
class Judges {
public:
    enum class Outcome {
        Done,
        TooLate,  ///< begun, but not finished in time; the work goes on, its result is lost
        TooBusy,  ///< not even begun in half of the time; it never will be
    };

    explicit Judges(std::size_t at_once);
    Judges(const Judges&) = delete;
    Judges& operator=(const Judges&) = delete;
    ~Judges();  ///< waits for the work in hand, and for what was handed in

    /// Has `work` done, and waits for it until `deadline`.
    ///
    /// The second half of the time is for the work alone: were it all spent in the queue, nothing
    /// that is begun above our capacity would end in time, and nobody would be judged any more.
    ///
    /// `work` must own what it touches: after TooLate it is still running. What it throws is
    /// thrown here.
    /// @param progress  called by this thread each `interval` while it waits.
    Outcome run(std::function<void()> work, std::chrono::steady_clock::time_point deadline,
                std::chrono::milliseconds interval, const std::function<void()>& progress);

    /// Called by work: gives its place to others while `wait` does nothing but wait, and takes one
    /// again. Whatever is slow to answer costs its own message's time, and not that of all.
    static void rest(const std::function<void()>& wait);

    /// Whether every place is taken by work that nobody waits for any more: only a restart helps.
    [[nodiscard]] bool are_stuck() const noexcept { return abandoned_ >= at_once_; }

private:
    struct Ticket;
    struct Judge;
    static thread_local Judge* of_this_thread;

    void work_off(Judge& judge);
    void work_off(Ticket& ticket);
    void call_judges();
    Judge* call_one();
    /// Under the lock.
    [[nodiscard]] bool may_begin() const { return !waiting_.empty() && places_ > returning_; }
    [[nodiscard]] bool is_over() const { return stopping_ && waiting_.empty(); }
    void begin_next(Judge& judge);
    void take_place_again();
    void give_place();
    void free_place();
    void set_resting(Ticket& ticket, bool rests);

    std::size_t at_once_;
    std::mutex lock_;  ///< of what follows, but for `abandoned_`
    std::condition_variable place_free_;
    std::size_t places_;         ///< that are free
    std::size_t returning_ = 0;  ///< work that rested and waits for a place
    std::deque<std::shared_ptr<Ticket>> waiting_;
    std::vector<Judge*> idle_;  ///< the last one is called first
    bool stopping_ = false;
    std::atomic<std::size_t> abandoned_{0};
    std::list<Judge> judges_;
};

}  // namespace lazaret::milter
