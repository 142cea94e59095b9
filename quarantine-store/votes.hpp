#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/records/identity.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::store {

/// What an account says of a message, where the model was told something else.
struct PendingVote {
    TenantId tenant = site_tenant;
    AccountId account = 0;
    Digest digest{};
    std::string says{};  ///< `spam`, `ham`, `newsletter`; empty: taken back
    std::string told{};  ///< the same; empty: nothing
    std::string step{};  ///< what telling it changed; empty: nothing that can be taken back
    std::int64_t told_since = 0;  ///< the version that learned it
    int place = 1;                ///< among what its account said that day (UTC), from 1
    int place_in_month = 1;       ///< among what it said alike in the 30 days until then, from 1
    /// Among what all accounts of its tenant said that day, from 1, counted up to
    /// most_places_in_tenant; 0: there is no other tenant.
    int place_in_tenant = 0;
    bool is_held_out = false;  ///< must not teach what all share
    std::uint64_t size = 0;    ///< of the message; 0: nobody has its bytes any more
};
inline constexpr int most_places_in_tenant = 2'000;

/// A pending vote, and what the model is told of it from now on.
struct ToldVote {
    PendingVote vote;
    std::string told{};  ///< empty: nothing any more
    std::string step{};  ///< at most 16,384 bytes
};

/// A message that somebody voted on and that taught nothing of what all share.
struct HeldOutVote {
    TenantId tenant = site_tenant;
    Digest digest{};
    bool is_spam = false;
};

/// How well two versions judge what was held out.
struct HeldOutFigures {
    int spam = 0;  ///< messages
    int ham = 0;
    double loss_before = 0.0;  ///< mean, in nats
    double loss_after = 0.0;
    int wrong_before = 0;
    int wrong_after = 0;
};

/// One thing that a trainer did.
struct LessonNote {
    std::string outcome{};  ///< `published`, `refused`, `nothing`, `repaired`
    std::int64_t base = 0;
    std::int64_t version = 0;  ///< `base` where none was made
    int learned = 0;
    int taken_back = 0;
    std::string reason{};  ///< of a refusal or a repair
    HeldOutFigures held_out{};
    Moment at{};  ///< when it was written
};

/// What people said of messages, for who teaches it to the model. Role lazaret_admin.
class Votes {
public:
    explicit Votes(Database& database) : database_{database} {}

    /// Days after which a vote on a message that nobody has any more is no longer pending.
    static constexpr std::chrono::days bytes_awaited{30};
    /// Lessons that made the model worse, after which a vote is not tried again; a day apart.
    static constexpr int most_refusals = 3;

    /// Becomes the only trainer, until the connection ends. @return false: another one is at it.
    bool become_trainer(std::chrono::seconds patience);

    /// The oldest first. Those that cannot be told now are left out: without bytes, refused today,
    /// set aside.
    std::vector<PendingVote> pending(std::size_t limit);

    /// A message as it was received; none when nobody has it any more.
    std::optional<std::string> bytes(TenantId tenant, const Digest& digest);

    /// The newest messages held out whose bytes are there, none longer than a megabyte; so many of
    /// each kind, and a few of each account; of one tenant among others half of them at most.
    /// Looked for in the newest 20,000 such votes.
    std::vector<HeldOutVote> held_out(std::size_t of_each);

    /// Adds version `note.base` + 1 with all that it was told, in one transaction.
    /// @return false, and nothing changed: another version came, or one of the votes is not any
    /// more what it was. Throws Error{Unavailable} when this is no longer the only trainer.
    bool publish(bool is_snapshot, const std::string& bytes, std::span<const ToldVote> told,
                 const LessonNote& note);

    /// Notes what came of a lesson that made no version; these votes taught it in vain.
    void note(const LessonNote& note, std::span<const PendingVote> in_vain = {});

    /// Makes the model of an earlier version the newest one, as version `note.base` + 1.
    ///
    /// What was told stays true: of each vote it is what the model had been told at that version,
    /// as `told_before` kept it. What was told since is pending again; or set aside, so that the
    /// next lesson does not bring back what somebody went back for. What had been taken back since
    /// is to be taken back once more.
    /// @return false when another version came.
    bool roll_back(std::int64_t version, const std::string& snapshot, bool set_aside,
                   const LessonNote& note);

    /// Lets those that were set aside teach again. @return how many.
    std::int64_t take_up_again();

private:
    void refuse_second_trainer();
    void publish_accounts(std::span<const ToldVote> told);

    Database& database_;
};

}  // namespace lazaret::store
