#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/mail/seal.hpp"
#include "quarantine-store/outbound/submitter.hpp"
#include "quarantine-store/quarantine.hpp"

namespace lazaret::store {

/// What came of a release.
struct ReleaseAnswer {
    enum class Outcome {
        Released,         ///< the MTA took it now
        AlreadyReleased,  ///< it was released before; nothing was sent
        BeingReleased,    ///< somebody else is at it; nothing was sent
        Postponed,        ///< the MTA is away or said "later"; state Releasing, the sweeper goes on
        Refused,          ///< the MTA refused it for good; the state is Held again
        GivenUp,          ///< postponed for five days, or taken three times perhaps; Held again
        CameBack,         ///< the MTA took it, and our milter held it as a stranger's; Held again
    };
    Outcome outcome = Outcome::Released;
    HeldSummary copy;  ///< as it stands now; `last_error` has the MTA's reply
};

/// The first half of a release, which takes a moment: the copy is marked as on its way, and that is
/// committed. Outcome Postponed: Release::take_up() it; if nobody does, the sweeper will.
///
/// Where the actor speaks for the owner, it is his vote that the message is wanted.
/// @param as  Deed::AcceptNewsletter: that it is a newsletter that he wants; also of a copy that
/// was
///            released before.
Result<ReleaseAnswer, DeedFault> begin_release(Database& database, const Reference& reference,
                                               const Actor& actor, Deed as = Deed::Release);

/// Hands held copies back to the MTA: held -> releasing (committed) -> MTA -> released.
///
/// Original envelope sender, only that recipient, the bytes as received, sealed so that the milter
/// lets it pass. A crash between the steps is found by state and age: it may send twice, never
/// zero times. Two at once make one mail: the first to commit `releasing` sends it.
///
/// When the milter does not believe the seal (another key, clocks an hour apart, a message changed
/// on its way), it judges the mail as a stranger's. Should it hold it, the copy is held again under
/// its own name, and the outcome is CameBack: nothing is called released that is not.
class Release {
public:
    /// All are borrowed.
    Release(Database& database, Submitter& submitter, const SealKeys& keys)
        : database_{database}, submitter_{submitter}, keys_{keys}
    {
    }

    /// The right is asked through may(actor.role, Deed::Release, class). A copy whose last attempt
    /// was postponed is tried again at once.
    Result<ReleaseAnswer, DeedFault> release(const Reference& reference, const Actor& actor);

    /// The second half of release(), which may take as long as the MTA does.
    /// @return nothing when there is no more to do, or somebody else is at it.
    std::optional<ReleaseAnswer::Outcome> take_up(const Reference& reference);

    struct Sweep {
        int released = 0;
        int postponed = 0;
        int refused = 0;
        int given_up = 0;
        int came_back = 0;
        [[nodiscard]] int all() const
        {
            return released + postponed + refused + given_up + came_back;
        }
    };
    /// Longer than any attempt: the longest timeout that [submission] may have, and the time that
    /// the MTA has for its answer to the message.
    static constexpr std::chrono::minutes surely_over{25};

    /// No further copy is begun so long after a sweep began: the unit's TimeoutStartSec is longer
    /// than this and one attempt together, so that none is killed between the MTA's 250 and our
    /// commit. The next run goes on.
    static constexpr std::chrono::minutes sweep_time{10};

    /// Tries again every copy whose last attempt failed, or that has been `releasing` without a
    /// sign of life for `older_than`. Ends at the first that finds the MTA away,
    /// and after `sweep_time`. What may not be sent since its domain went to another tenant waits
    /// as long as for an MTA that is away, and is then Held again: GivenUp.
    /// @param progress  called after each with how many are done.
    Sweep sweep(std::chrono::minutes older_than = surely_over,
                const std::function<void(int)>& progress = {});

private:
    struct Claimed;
    struct Attempt {
        ReleaseAnswer::Outcome outcome = ReleaseAnswer::Outcome::Released;
        std::string problem;
        bool is_away = false;      ///< the MTA did not take the mail, and said nothing
        bool is_in_doubt = false;  ///< it had the mail, and did not say whether it took it
    };
    std::optional<Claimed> claimed_if(const Reference& reference, const std::string& condition,
                                      std::int64_t before);
    Attempt attempt(const Claimed& copy, Moment now);
    Attempt send(const Claimed& copy);

    Database& database_;
    Submitter& submitter_;
    const SealKeys& keys_;
};

}  // namespace lazaret::store
