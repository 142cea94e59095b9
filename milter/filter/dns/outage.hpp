#pragma once

#include <chrono>
#include <optional>

namespace lazaret::filter::dns {

/// Whether the DNS is away, told from what comes back. Pure: the time is given. Not for several
/// threads at once.
///
/// It is suspected when questions were sent again and again for a second and none was answered;
/// failures count as no answer. But who is asked about is a stranger's choice, and his name servers
/// may be silent on purpose. So then a name is asked for that nobody chose (a probe): only when
/// that has no answer either, the DNS is away. Any answer ends it; so that it ends where a resolver
/// answers all but the probe, what is asked is sent on once a second.
class Outage {
public:
    using Moment = std::chrono::steady_clock::time_point;

    /// A question comes: whether it is worth sending.
    bool asks(Moment now);

    /// Time passes: whether a probe is to be sent now. To be called while something is unanswered.
    bool probes(Moment now);

    /// Somebody answered: a record, or that there is none.
    void answered();

    [[nodiscard]] bool is_on() const noexcept { return is_on_; }

private:
    bool is_on_ = false;
    int unanswered_ = 0;  ///< times that something was sent since the last answer
    Moment first_unanswered_{};
    Moment last_sent_{};
    std::optional<Moment> first_probe_;  ///< since the last answer
    Moment last_probe_{};
    Moment last_told_{};
};

}  // namespace lazaret::filter::dns
