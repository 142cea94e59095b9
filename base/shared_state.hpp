#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace lazaret {

/// A value and its lock; the only way in is through with().
template <class T>
class Locked {
public:
    Locked() = default;
    explicit Locked(T first) : value_{std::move(first)} {}

    /// Calls `use(value)` while holding the lock, and returns what it returns. Do not let a
    /// reference to the value escape.
    template <class F>
    decltype(auto) with(F&& use)
    {
        std::lock_guard hold{lock_};
        return std::forward<F>(use)(value_);
    }

private:
    std::mutex lock_;
    T value_{};
};

/// A value that many threads read and one replaces whole. A reader keeps what it got for as long
/// as it likes; nobody ever sees half of a change.
///
/// A lock that is held for the copy of one pointer, and not std::atomic<std::shared_ptr>: that of
/// libstdc++ 12 lets go of its own lock without ordering the reader's load before it, which
/// ThreadSanitizer reports and a processor with weak ordering may act on.
template <class T>
class Snapshot {
public:
    explicit Snapshot(T first) : now_{std::make_shared<const T>(std::move(first))} {}
    explicit Snapshot(std::shared_ptr<const T> first) : now_{std::move(first)} {}

    [[nodiscard]] std::shared_ptr<const T> get() const
    {
        std::lock_guard hold{lock_};
        return now_;
    }
    void replace(T next) { replace(std::make_shared<const T>(std::move(next))); }
    void replace(std::shared_ptr<const T> next)
    {
        // The old value is let go after the lock: freeing it may take long.
        std::lock_guard hold{lock_};
        now_.swap(next);
    }

private:
    mutable std::mutex lock_;
    std::shared_ptr<const T> now_;
};

}  // namespace lazaret
