#include "tools/lazaretctl/stored_model.hpp"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"

namespace lazaret::tools {
namespace {

// A snapshot costs some 4 MB, once; a milter that starts fetches it and the deltas behind it.
constexpr std::size_t most_deltas = 100;
constexpr std::size_t most_delta_bytes = 8 << 20;
constexpr int most_repairs = 10;  // others may make versions meanwhile

[[noreturn]] void refuse_model(std::int64_t version)
{
    throw Error{Error::Kind::Setup, "version {} of the learned model cannot be read", version}
        .with_hint("is this lazaretctl older than the one that learned it?");
}

}  // namespace

std::optional<std::int64_t> StoredModel::fetch_whole()
{
    const auto steps = models_.newer(version_);
    const auto taken = filter::advance(model_, steps);
    for (const auto& step : std::span{steps}.first(taken))
        reach(step.version, step.is_snapshot, step.bytes.size());
    if (taken == steps.size()) return std::nullopt;
    if (!steps[taken].bytes.empty()) refuse_model(steps[taken].version);
    return steps[taken].version;
}

void StoredModel::fetch()
{
    for (int repairs = 0; const auto damaged = fetch_whole(); ++repairs) {
        if (repairs >= most_repairs)
            throw Error{Error::Kind::Unavailable, "version {} of the learned model is damaged",
                        *damaged};
        repair(*damaged);
    }
}

void StoredModel::repair(std::int64_t damaged)
{
    const auto newest = models_.newest();
    const auto reason =
        fmt::format("version {} is damaged; going on from version {}", damaged, version_);
    store::LessonNote note{.outcome = "repaired", .base = newest, .version = newest + 1};
    note.reason = reason;
    if (!votes_.roll_back(version_, model_.snapshot(), false, note)) return;
    log::warning("a version of the learned model is damaged",
                 {{"version", damaged}, {"going_on_from", version_}, {"as", newest + 1}});
}

StoredModel::Packed StoredModel::packed(const filter::Model& next) const
{
    Packed packed{false, next.delta_since(model_)};
    packed.is_snapshot = version_ == 0 || deltas_ >= most_deltas ||
                         delta_bytes_ + packed.bytes.size() > most_delta_bytes;
    if (packed.is_snapshot) packed.bytes = next.snapshot();
    return packed;
}

void StoredModel::advance(filter::Model next, std::int64_t version, const Packed& packed)
{
    model_ = std::move(next);
    reach(version, packed.is_snapshot, packed.bytes.size());
}

void StoredModel::reach(std::int64_t version, bool is_snapshot, std::size_t size)
{
    version_ = version;
    deltas_ = is_snapshot ? 0 : deltas_ + 1;
    delta_bytes_ = is_snapshot ? 0 : delta_bytes_ + size;
}

std::optional<filter::Model> model_of_version(store::Models& models, std::int64_t version)
{
    const auto steps = models.up_to(version);
    if (steps.empty() || steps.back().version != version || !steps.front().is_snapshot)
        return std::nullopt;
    filter::Model model;
    if (filter::advance(model, steps) < steps.size()) return std::nullopt;
    return model;
}

}  // namespace lazaret::tools
