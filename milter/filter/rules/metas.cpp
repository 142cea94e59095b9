#include "milter/filter/rules/metas.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "milter/filter/rules/values.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Which rule alone wakes a meta is looked for by trying each; a sum of more has none.
constexpr std::size_t most_tried = 64;

/// Numbers to be dealt with, the least first; more may be added behind the one that was taken.
class Due {
public:
    explicit Due(std::size_t count) : words_((count + word_bits - 1) / word_bits) {}

    void add(std::span<const std::uint32_t> numbers)
    {
        for (const auto number : numbers)
            words_[number / word_bits] |= std::uint64_t{1} << (number % word_bits);
    }

    template <typename Deal>
    void deal_with_all(Deal&& deal)
    {
        for (std::size_t at = 0; at < words_.size(); ++at)
            while (auto& word = words_[at]) {
                const auto bit = static_cast<std::size_t>(std::countr_zero(word));
                word &= word - 1;
                deal(at * word_bits + bit);
            }
    }

private:
    static constexpr std::size_t word_bits = 64;
    std::vector<std::uint64_t> words_;
};

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
bool is_open(double value) { return std::isnan(value); }

/// What open values may be.
class OpenBounds {
public:
    explicit OpenBounds(std::size_t value_count)
        : slots_{std::make_unique_for_overwrite<std::uint32_t[]>(value_count)}
    {
    }

    [[nodiscard]] const Bounds& of(std::uint32_t value) const { return bounds_[slots_[value]]; }
    void add(std::uint32_t value, const Bounds& bounds)
    {
        slots_[value] = static_cast<std::uint32_t>(values_.size());
        values_.push_back(value);
        bounds_.push_back(bounds);
    }
    void change(std::uint32_t value, const Bounds& bounds) { bounds_[slots_[value]] = bounds; }

    /// All that were added.
    [[nodiscard]] std::span<const std::uint32_t> values() const noexcept { return values_; }

private:
    std::unique_ptr<std::uint32_t[]> slots_;  ///< by value; set for those that were added
    std::vector<std::uint32_t> values_;
    std::vector<Bounds> bounds_;
};

// What is below zero is a hit, too, that counts once.
double value_of(const Meta& meta, const std::vector<double>& values)
{
    const auto value = meta.expression.evaluate(values);
    return value < 0 ? 1 : value;
}

Bounds counted(const Bounds& value)
{
    if (value.most < 0) return {1, 1, true};
    return value.least < 0 ? Bounds{0, std::max(value.most, 1.0), value.is_whole} : value;
}

}  // namespace

Metas::ByValue::ByValue(const std::vector<std::vector<std::uint32_t>>& lists)
{
    ends_.reserve(lists.size());
    for (const auto& all : lists) {
        metas_.insert(metas_.end(), all.begin(), all.end());
        ends_.push_back(metas_.size());
    }
}

std::span<const std::uint32_t> Metas::ByValue::of(std::size_t value) const
{
    const auto begin = value == 0 ? 0 : ends_[value - 1];
    return std::span{metas_}.subspan(begin, ends_[value] - begin);
}

Metas::Metas(std::vector<Meta> ordered, std::size_t value_count)
    : metas_{std::move(ordered)}, at_(value_count, no_meta), quiet_(value_count, 0.0)
{
    std::vector<std::vector<std::uint32_t>> asking(value_count);
    for (std::uint32_t at = 0; at < metas_.size(); ++at) {
        const auto& meta = metas_[at];
        at_[meta.rule] = at;
        const auto value = value_of(meta, quiet_);
        quiet_[meta.rule] = std::isnan(value) ? 0 : value;  // infinity less infinity
        if (quiet_[meta.rule] != 0) never_quiet_.push_back(meta.rule);
        for (const auto name : meta.expression.names()) asking[name].push_back(at);
    }
    std::vector<std::vector<std::uint32_t>> waking(value_count);
    std::vector<double> all_open(value_count, unknown);
    for (std::uint32_t at = 0; at < metas_.size(); ++at)
        for (const auto name : wakers_of(metas_[at], asking, all_open)) waking[name].push_back(at);
    asking_ = ByValue{asking};
    waking_ = ByValue{waking};
}

/// The one that the fewest ask for, of those without which the meta is 0; else all that it asks
/// for.
std::vector<std::uint32_t> Metas::wakers_of(const Meta& meta,
                                            const std::vector<std::vector<std::uint32_t>>& asking,
                                            std::vector<double>& values) const
{
    const auto& names = meta.expression.names();
    if (quiet_[meta.rule] != 0 || names.size() > most_tried) return names;
    const auto is_enough = [&](std::uint32_t waker) {
        const auto open = std::exchange(values[waker], 0);
        const auto without = meta.expression.bounds(values, [](auto) {
            return Bounds{0, infinity, false};
        });
        values[waker] = open;
        return quiet_[waker] == 0 && without.is_known() && without.least == 0;
    };
    auto best = names.end();
    for (auto name = names.begin(); name != names.end(); ++name)
        if ((best == names.end() || asking[*name].size() < asking[*best].size()) &&
            is_enough(*name))
            best = name;
    if (best == names.end()) return names;
    return {*best};
}

/// One message's metas. A value is open as long as it is no number.
class Metas::Work {
public:
    Work(const Metas& metas, std::vector<double>& values)
        : metas_{metas}, values_{values}, bounds_{values.size()}, due_{metas.metas_.size()}
    {
    }

    void begin(std::span<const OpenRule> open)
    {
        for (const auto& [rule, bounds] : open) {
            bounds_.add(rule, bounds);
            values_[rule] = unknown;
        }
        for_each_hit(values_, [&](std::size_t index) { due_.add(metas_.waking_.of(index)); });
        for (const auto rule : metas_.never_quiet_) values_[rule] = metas_.quiet_[rule];
        due_.deal_with_all([&](std::size_t at) {
            const auto& meta = metas_.metas_[at];
            if (const auto bounds = work_out(meta); !bounds.is_known()) {
                bounds_.add(meta.rule, bounds);
                if (!meta.is_helper) wanted_.push_back(meta.rule);
            }
            if (values_[meta.rule] != metas_.quiet_[meta.rule])
                due_.add(metas_.waking_.of(meta.rule));
        });
    }

    /// Until no meta is open that is not a helper.
    void ask_for_wanted(const std::function<double(std::uint32_t)>& answer)
    {
        for (const auto rule : wanted_)
            while (is_open(values_[rule])) {
                const auto asked = first_open(rule);
                values_[asked] = answer(asked);
                look_again(asked);
            }
    }

    /// 0 for what nobody asked for.
    void forget_open()
    {
        for (const auto rule : bounds_.values())
            if (is_open(values_[rule])) values_[rule] = 0;
    }

private:
    /// As far as it can be. @return what its value may be
    Bounds work_out(const Meta& meta)
    {
        auto& value = values_[meta.rule];
        value = value_of(meta, values_);
        if (!is_open(value)) return {value, value, true};
        const auto& names = meta.expression.names();
        const bool is_too_large = std::none_of(names.begin(), names.end(),
                                               [&](auto name) { return is_open(values_[name]); });
        if (is_too_large) {
            value = 0;  // as above
            return {0, 0, true};
        }
        const auto bounds = counted(meta.expression.bounds(values_, bounds_of_));
        if (bounds.is_known()) value = bounds.least;
        return bounds;
    }

    /// At all that was open for want of this.
    void look_again(std::uint32_t value)
    {
        due_.add(metas_.asking_.of(value));
        due_.deal_with_all([&](std::size_t at) {
            const auto& meta = metas_.metas_[at];
            if (!is_open(values_[meta.rule])) return;
            const auto bounds = work_out(meta);
            if (bounds == bounds_.of(meta.rule)) return;
            bounds_.change(meta.rule, bounds);
            due_.add(metas_.asking_.of(meta.rule));
        });
    }

    /// The first rule in a meta's expression that is open, or in that of the first open meta.
    [[nodiscard]] std::uint32_t first_open(std::uint32_t rule) const
    {
        while (metas_.at_[rule] != no_meta) {
            const auto names = metas_.names_of(rule);
            rule = *std::find_if(names.begin(), names.end(),
                                 [&](auto name) { return is_open(values_[name]); });
        }
        return rule;
    }

    const Metas& metas_;
    std::vector<double>& values_;
    OpenBounds bounds_;
    Due due_;
    std::vector<std::uint32_t> wanted_;  ///< metas that were open, and must not stay so
    const std::function<Bounds(std::uint32_t)> bounds_of_ = [this](std::uint32_t name) {
        return bounds_.of(name);
    };
};

void Metas::work_out(std::vector<double>& values) const { work_out(values, {}, {}); }

void Metas::work_out(std::vector<double>& values, std::span<const OpenRule> open,
                     const std::function<double(std::uint32_t)>& answer) const
{
    Work work{*this, values};
    work.begin(open);
    work.ask_for_wanted(answer);
    work.forget_open();
}

std::span<const std::uint32_t> Metas::names_of(std::uint32_t rule) const
{
    if (at_[rule] == no_meta) return {};
    return metas_[at_[rule]].expression.names();
}

}  // namespace lazaret::filter::rules
