#include "tools/lazaretctl/trainer.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"

namespace lazaret::tools {
namespace {

// A batch is one version of the model; its steps are in memory, its messages one by one.
constexpr std::size_t batch_votes = 500;
constexpr std::size_t batch_bytes = 64 << 20;
constexpr int most_batches = 20;  // the next run is minutes away
constexpr std::size_t held_out_of_each = 200;
constexpr std::size_t held_out_bytes = 64 << 20;
constexpr int most_attempts = 50;  // others may teach meanwhile

void cut(std::vector<store::PendingVote>& batch)
{
    std::size_t size = 0;
    std::size_t taken = 0;
    while (taken < batch.size()) {
        if (!batch[taken].says.empty()) size += batch[taken].size;
        if (taken > 0 && size > batch_bytes) break;
        ++taken;
    }
    batch.resize(taken);
}

// The votes that moved what all share, also by what was taken back for them. What moves only what
// counts for its account waits for nobody else's votes, and is learned with the next batch; where
// nothing else was in it, all wait.
std::vector<store::PendingVote> to_blame(const std::vector<store::PendingVote>& batch)
{
    std::vector<store::PendingVote> blamed;
    const auto shares = shares_of(batch);
    for (std::size_t at = 0; at < batch.size(); ++at)
        if (shares[at] > 0.0 || !batch[at].told.empty()) blamed.push_back(batch[at]);
    return blamed.empty() ? batch : blamed;
}

}  // namespace

std::vector<HeldOut> read_held_out(store::Votes& votes)
{
    std::vector<HeldOut> all;
    std::size_t size = 0;
    for (const auto& one : votes.held_out(held_out_of_each)) {
        auto bytes = votes.bytes(one.tenant, one.digest);
        if (!bytes) continue;
        size += bytes->size();
        if (size > held_out_bytes) break;
        all.push_back({*std::move(bytes), one.is_spam});
    }
    return all;
}

Training Trainer::run(bool again)
{
    if (again) votes_.take_up_again();
    held_out_ = read_held_out(votes_);
    Training done;
    int batches = 0;
    for (int attempts = 0; batches < most_batches;) {
        stored_.fetch();
        done.version = stored_.version();
        auto batch = votes_.pending(batch_votes);
        if (batch.empty()) break;
        cut(batch);
        if (teach_batch(std::move(batch), done) == Step::Done) ++batches;
        else if (++attempts >= most_attempts)
            throw Error{Error::Kind::Unavailable, "others teach the model all the time"};
    }
    done.is_complete = batches < most_batches || votes_.pending(1).empty();
    if (done.versions == 0 && done.refused.empty())
        votes_.note({.outcome = "nothing", .base = done.version, .version = done.version});
    return done;
}

Trainer::Step Trainer::teach_batch(std::vector<store::PendingVote> batch, Training& done)
{
    auto next = stored_.model();
    const auto lesson = teach(next, batch, [this](const store::PendingVote& vote) {
        return votes_.bytes(vote.tenant, vote.digest);
    });
    if (lesson.told.empty()) return Step::Done;
    store::LessonNote note{.outcome = "published", .base = stored_.version()};
    note.learned = lesson.learned;
    note.taken_back = lesson.taken_back;
    note.held_out = compare(stored_.model(), next, held_out_);
    if (lesson.learned > 0) note.reason = why_worse(note.held_out);
    if (!note.reason.empty()) return refuse(batch, std::move(note), done);
    return publish(std::move(next), lesson, std::move(note), done) ? Step::Done : Step::Again;
}

bool Trainer::publish(filter::Model next, const Lesson& lesson, store::LessonNote note,
                      Training& done)
{
    const auto packed = lesson.is_changed ? stored_.packed(next) : StoredModel::Packed{};
    note.version = lesson.is_changed ? note.base + 1 : note.base;
    if (!votes_.publish(packed.is_snapshot, packed.bytes, lesson.told, note)) return false;
    if (!lesson.is_changed) return true;
    stored_.advance(std::move(next), note.version, packed);
    done.learned += lesson.learned;
    done.taken_back += lesson.taken_back;
    done.version = note.version;
    ++done.versions;
    return true;
}

// Else the model would stay taught by what somebody says no longer, for good when his vote is tried
// no more.
Trainer::Step Trainer::take_back(const std::vector<store::PendingVote>& votes, Training& done)
{
    const auto changed = to_take_back(votes);
    if (changed.empty()) return Step::Done;
    auto next = stored_.model();
    const auto lesson = teach(next, changed, [](const store::PendingVote&) {
        return std::optional<std::string>{};  // nothing is learned
    });
    store::LessonNote note{.outcome = "published", .base = stored_.version()};
    note.taken_back = lesson.taken_back;
    note.held_out = compare(stored_.model(), next, held_out_);
    return publish(std::move(next), lesson, std::move(note), done) ? Step::Done : Step::Again;
}

Trainer::Step Trainer::refuse(const std::vector<store::PendingVote>& batch, store::LessonNote note,
                              Training& done)
{
    const auto blamed = to_blame(batch);
    // First: what is published begins anew with counting its refusals.
    if (take_back(blamed, done) == Step::Again) return Step::Again;
    note.outcome = "refused";
    note.version = note.base;
    done.refused = note.reason;
    log::warning("a lesson made the model worse, and is not published",
                 {{"votes", note.learned}, {"version", note.base}, {"reason", note.reason}});
    votes_.note(note, blamed);
    return Step::Done;
}

}  // namespace lazaret::tools
