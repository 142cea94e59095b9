#pragma once

#include <chrono>

namespace lazaret::filter::dns {

/// Whether the DNS is away, told from what came back. Pure: the time is given. Not for several
/// threads at once.
///
/// It is away when questions were sent again and again for two seconds and none of them was
/// answered; failures count as no answer. Any answer ends it.
class Outage {
public:
    using Moment = std::chrono::steady_clock::time_point;

    enum class Send {
        AndWait,  ///< as ever
        Only,     ///< to see whether somebody answers again; nobody waits for it
        Not,
    };

    /// What is done with the questions of one message that come now.
    Send send(Moment now);

    /// Somebody answered: a record, or that there is none.
    void answered();

    [[nodiscard]] bool is_on() const noexcept { return is_on_; }

private:
    bool is_on_ = false;
    int unanswered_ = 0;  ///< times that something was sent since the last answer
    Moment first_unanswered_{};
    Moment last_sent_{};
    Moment last_told_{};
};

}  // namespace lazaret::filter::dns
