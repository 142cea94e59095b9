#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "quarantine-store/database.hpp"
#include "quarantine-store/models.hpp"
#include "quarantine-store/votes.hpp"
#include "tools/lazaretctl/lesson.hpp"
#include "tools/lazaretctl/stored_model.hpp"

namespace lazaret::tools {

/// What a run of the trainer did.
struct Training {
    int learned = 0;
    int taken_back = 0;
    int versions = 0;          ///< made
    std::int64_t version = 0;  ///< the newest
    std::string refused{};     ///< why the last refused lesson was; empty: none was
    bool is_complete = true;   ///< false: more waits for the next run
};

/// Teaches the model what people say of messages, and stores what it learned, so that milters fetch
/// it. One at a time: see Votes::become_trainer().
///
/// What is learned is written with the version that learned it, so a run that is cut short repeats
/// nothing and loses nothing. A lesson that makes the model judge worse what was held out is not
/// published; its votes that moved what all share are tried again on two other days. What the model
/// was told before and somebody says no longer is taken back all the same, as it always is.
class Trainer {
public:
    explicit Trainer(store::Database& database) : votes_{database}, stored_{database} {}

    /// @param again  also what was set aside.
    Training run(bool again);

private:
    enum class Step { Done, Again };
    Step teach_batch(std::vector<store::PendingVote> batch, Training& done);
    Step refuse(const std::vector<store::PendingVote>& batch, store::LessonNote note,
                Training& done);
    Step take_back(const std::vector<store::PendingVote>& votes, Training& done);
    bool publish(filter::Model next, const Lesson& lesson, store::LessonNote note, Training& done);

    store::Votes votes_;
    StoredModel stored_;
    std::vector<HeldOut> held_out_;
};

/// What was held out, with its bytes: as much as fits into the memory that a trainer may use.
std::vector<HeldOut> read_held_out(store::Votes& votes);

}  // namespace lazaret::tools
