#include "milter/filter/rules/metas.hpp"

#include <bit>
#include <utility>

namespace lazaret::filter::rules {
namespace {

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

// What is below zero is a hit, too, that counts once.
double value_of(const Meta& meta, const std::vector<double>& values)
{
    const auto value = meta.expression.evaluate(values);
    return value < 0 ? 1 : value;
}

}  // namespace

Metas::Metas(std::vector<Meta> ordered, std::size_t value_count)
    : metas_{std::move(ordered)}, at_(value_count, no_meta), quiet_(value_count, 0.0)
{
    std::vector<std::vector<std::uint32_t>> asking(value_count);
    for (std::uint32_t at = 0; at < metas_.size(); ++at) {
        const auto& meta = metas_[at];
        at_[meta.rule] = at;
        quiet_[meta.rule] = value_of(meta, quiet_);
        if (quiet_[meta.rule] != 0) never_quiet_.push_back(meta.rule);
        for (const auto name : meta.expression.names()) asking[name].push_back(at);
    }
    for (const auto& all : asking) {
        asking_.insert(asking_.end(), all.begin(), all.end());
        asking_end_.push_back(asking_.size());
    }
}

std::span<const std::uint32_t> Metas::asking_for(std::size_t value) const
{
    const auto begin = value == 0 ? 0 : asking_end_[value - 1];
    return std::span{asking_}.subspan(begin, asking_end_[value] - begin);
}

void Metas::work_out(std::vector<double>& values) const
{
    Due due{metas_.size()};
    for (std::size_t index = 0; index < values.size(); ++index)
        if (values[index] != 0) due.add(asking_for(index));
    for (const auto rule : never_quiet_) values[rule] = quiet_[rule];
    due.deal_with_all([&](std::size_t at) {
        const auto& meta = metas_[at];
        values[meta.rule] = value_of(meta, values);
        if (values[meta.rule] != quiet_[meta.rule]) due.add(asking_for(meta.rule));
    });
}

std::span<const std::uint32_t> Metas::names_of(std::uint32_t rule) const
{
    if (at_[rule] == no_meta) return {};
    return metas_[at_[rule]].expression.names();
}

}  // namespace lazaret::filter::rules
