// How a model is written down: snapshots and deltas.
//
//   "LZMODEL" kind('S' or 'D') format(16) [delta: how often the model before changed (64)]
//   ham, then spam seen of each kind, how often it changed (64 each)
//   the hash's secret (two of 64), how many accounts voted (32), each (64)
//   how many weights (32), each: gap to the index before, weight, spent
//   for ham, then spam: how many examples (8), each: slot (8), how many features (32), gaps
//   checksum (64)
//
// A snapshot has the weights that were ever changed and the accounts that voted, a delta those that
// differ from before.

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "milter/filter/learn/features.hpp"
#include "milter/filter/learn/gaps.hpp"
#include "milter/filter/learn/packed_bytes.hpp"
#include "milter/filter/learn/weights.hpp"

namespace lazaret::filter {
namespace {

constexpr std::string_view snapshot_mark = "LZMODELS";
constexpr std::string_view delta_mark = "LZMODELD";
// Raise it with every change of the layout, of Features or of Excerpt: weights belong to both.
constexpr std::uint16_t format = 3;
constexpr std::int32_t largest_weight = 1 << 30;

}  // namespace

/// Packs and unpacks; a class only to have a name that Model can make a friend of.
struct Model::Packing {
    static void seen(PackedWriter& out, const Weights& of)
    {
        for (const auto& by_kind : of.seen)
            for (const auto count : by_kind) out.fixed(count);
        out.fixed(of.changes);
    }

    static void read_seen(PackedReader& from, Weights& into)
    {
        for (auto& by_kind : into.seen)
            for (auto& count : by_kind) count = from.fixed<std::uint64_t>();
        into.changes = from.fixed<std::uint64_t>();
    }

    static void voters(PackedWriter& out, const Weights& now, const Weights& before)
    {
        std::vector<std::int64_t> joined;
        std::set_difference(now.voted.begin(), now.voted.end(), before.voted.begin(),
                            before.voted.end(), std::back_inserter(joined));
        out.text({reinterpret_cast<const char*>(now.secret.data()), now.secret.size()});
        out.fixed(static_cast<std::uint32_t>(joined.size()));
        for (const auto account : joined) out.fixed(static_cast<std::uint64_t>(account));
    }

    static void read_voters(PackedReader& from, Weights& into)
    {
        for (auto& byte : into.secret) byte = from.fixed<std::uint8_t>();
        std::vector<std::int64_t> joined;
        for (auto left = from.fixed<std::uint32_t>(); left > 0 && from.ok(); --left)
            joined.push_back(static_cast<std::int64_t>(from.fixed<std::uint64_t>()));
        const auto repeated =
            std::adjacent_find(joined.begin(), joined.end(), std::greater_equal<>{});
        if (repeated != joined.end()) from.fail();
        std::vector<std::int64_t> all;
        std::set_union(into.voted.begin(), into.voted.end(), joined.begin(), joined.end(),
                       std::back_inserter(all));
        into.voted = std::move(all);
    }

    static void changes(PackedWriter& out, const Weights& now, const Weights& before)
    {
        voters(out, now, before);
        std::vector<std::uint32_t> changed;
        for (std::size_t i = 0; i < weight_count; ++i)
            if (now.weight[i] != before.weight[i] || now.spent[i] != before.spent[i])
                changed.push_back(static_cast<std::uint32_t>(i));
        out.fixed(static_cast<std::uint32_t>(changed.size()));
        Gaps gaps;
        for (const auto i : changed) {
            out.varied(gaps.to(i));
            out.fixed(static_cast<std::uint32_t>(now.weight[i]));
            out.fixed(now.spent[i]);
        }
        for (std::size_t label = 0; label < now.remembered.size(); ++label)
            examples(out, now.remembered[label], before.remembered[label]);
    }

    static void examples(PackedWriter& out, const std::vector<Weights::Example>& now,
                         const std::vector<Weights::Example>& before)
    {
        const auto is_new = [&](std::size_t slot) {
            return slot >= before.size() || now[slot] != before[slot];
        };
        std::uint8_t count = 0;
        for (std::size_t slot = 0; slot < now.size(); ++slot)
            if (is_new(slot)) ++count;
        out.fixed(count);
        for (std::size_t slot = 0; slot < now.size(); ++slot) {
            if (!is_new(slot)) continue;
            out.fixed(static_cast<std::uint8_t>(slot));
            out.fixed(static_cast<std::uint32_t>(now[slot].size()));
            Gaps gaps;
            for (const auto i : now[slot]) out.varied(gaps.to(i));
        }
    }

    /// Reads what changes() wrote into `into`, which is of no use after a fault.
    static void read_changes(PackedReader& from, Weights& into)
    {
        read_voters(from, into);
        Gaps gaps;
        for (auto left = from.fixed<std::uint32_t>(); left > 0 && from.ok(); --left) {
            const auto i = gaps.read(from);
            const auto weight = static_cast<std::int32_t>(from.fixed<std::uint32_t>());
            const auto spent = from.fixed<std::uint32_t>();
            if (weight > largest_weight || weight < -largest_weight) from.fail();
            if (!from.ok()) return;
            into.weight[i] = weight;
            into.spent[i] = spent;
        }
        into.sum_squares();
        for (auto& known : into.remembered) read_examples(from, known);
    }

    static void read_examples(PackedReader& from, std::vector<Weights::Example>& into)
    {
        for (auto left = from.fixed<std::uint8_t>(); left > 0 && from.ok(); --left) {
            const std::size_t slot = from.fixed<std::uint8_t>();
            const auto size = from.fixed<std::uint32_t>();
            if (slot > into.size() || slot >= Weights::remembered_most || size > Excerpt::most)
                from.fail();
            if (!from.ok()) return;
            Weights::Example example;
            Gaps gaps;
            for (std::uint32_t i = 0; i < size && from.ok(); ++i)
                example.push_back(gaps.read(from));
            if (slot == into.size()) into.emplace_back();
            into[slot] = std::move(example);
        }
    }
};

std::string Model::snapshot() const
{
    static const Weights nothing;
    PackedWriter out;
    out.text(snapshot_mark);
    out.fixed(format);
    Packing::seen(out, *weights_);
    Packing::changes(out, *weights_, nothing);
    return std::move(out).sealed();
}

std::string Model::delta_since(const Model& before) const
{
    PackedWriter out;
    out.text(delta_mark);
    out.fixed(format);
    out.fixed(before.weights_->changes);
    Packing::seen(out, *weights_);
    Packing::changes(out, *weights_, *before.weights_);
    return std::move(out).sealed();
}

std::optional<Model> Model::from_snapshot(std::string_view bytes)
{
    PackedReader from{bytes};
    from.expect(snapshot_mark);
    if (from.fixed<std::uint16_t>() != format || !from.ok()) return std::nullopt;
    Model model;
    Packing::read_seen(from, *model.weights_);
    Packing::read_changes(from, *model.weights_);
    if (!from.at_end()) return std::nullopt;
    return model;
}

bool Model::apply(std::string_view delta)
{
    PackedReader from{delta};
    from.expect(delta_mark);
    if (from.fixed<std::uint16_t>() != format || !from.ok()) return false;
    if (from.fixed<std::uint64_t>() != weights_->changes) return false;  // made for another model
    Model next{*this};
    Packing::read_seen(from, *next.weights_);
    Packing::read_changes(from, *next.weights_);
    if (!from.at_end()) return false;
    *this = std::move(next);
    return true;
}

bool Model::take(bool is_snapshot, std::string_view bytes)
{
    if (!is_snapshot) return apply(bytes);
    auto whole = from_snapshot(bytes);
    if (whole) *this = *std::move(whole);
    return whole.has_value();
}

}  // namespace lazaret::filter
