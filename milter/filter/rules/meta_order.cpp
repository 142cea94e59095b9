#include "milter/filter/rules/meta_order.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "milter/filter/rules/evals/globs.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::string_view matching = "rules_matching(";

/// Puts the sum of the rules that it names in the place of each `rules_matching(NAME_*)`.
std::string expanded(std::string_view expression, std::string_view own_name,
                     const RuleIndexes& indexes)
{
    std::string made;
    for (;;) {
        const auto begin = expression.find(matching);
        const auto end = expression.find(')', begin == std::string_view::npos ? 0 : begin);
        if (begin == std::string_view::npos || end == std::string_view::npos) break;
        made += expression.substr(0, begin);
        auto glob = expression.substr(begin + matching.size(), end - begin - matching.size());
        while (glob.starts_with(' ')) glob.remove_prefix(1);
        while (glob.ends_with(' ')) glob.remove_suffix(1);
        std::string sum;
        for (const auto& [name, index] : indexes)
            if (name != own_name && fits_glob(name, glob)) sum += (sum.empty() ? "" : "+") + name;
        made += fmt::format(" ({}) ", sum.empty() ? "0" : sum);
        expression.remove_prefix(end + 1);
    }
    made += expression;
    return made;
}

/// Sorts by depth first: a meta is given out when all that it needs has been.
class Ordering {
public:
    Ordering(std::vector<Meta> metas, std::size_t rule_count) : metas_{std::move(metas)}
    {
        at_.assign(rule_count, none);
        for (std::size_t at = 0; at < metas_.size(); ++at) at_[metas_[at].rule] = at;
        states_.assign(metas_.size(), State::New);
    }

    /// The metas in order; the rest, in circles, by `circular`.
    std::vector<Meta> run(std::vector<std::uint32_t>& circular)
    {
        std::vector<Meta> ordered;
        for (std::size_t begin = 0; begin < metas_.size(); ++begin) visit(begin, ordered, circular);
        return ordered;
    }

private:
    enum class State { New, Open, Done, Circular };
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    struct Frame {
        std::size_t meta;
        std::size_t next_name = 0;
    };

    // With a stack of our own: a file may chain as many metas as it likes.
    void visit(std::size_t begin, std::vector<Meta>& ordered, std::vector<std::uint32_t>& circular)
    {
        if (states_[begin] != State::New) return;
        std::vector<Frame> stack{{begin}};
        states_[begin] = State::Open;
        while (!stack.empty()) {
            auto& frame = stack.back();
            const auto& names = metas_[frame.meta].expression.names();
            if (frame.next_name < names.size()) {
                const auto next = at_[names[frame.next_name++]];
                if (next == none) continue;
                if (states_[next] == State::New) {
                    states_[next] = State::Open;
                    stack.push_back({next});
                } else if (states_[next] != State::Done) {
                    for (const auto& open : stack) states_[open.meta] = State::Circular;
                }
                continue;
            }
            const auto meta = frame.meta;
            stack.pop_back();
            if (states_[meta] == State::Circular) {
                circular.push_back(metas_[meta].rule);
                // Who asks for it cannot be answered either.
                for (const auto& open : stack) states_[open.meta] = State::Circular;
            } else {
                states_[meta] = State::Done;
                ordered.push_back(metas_[meta]);
            }
        }
    }

    std::vector<Meta> metas_;
    std::vector<std::size_t> at_;
    std::vector<State> states_;
};

}  // namespace

std::vector<Meta> ordered_metas(const RuleSource& source, const RuleIndexes& indexes,
                                std::uint32_t nothing,
                                const std::function<bool(const Rule&)>& is_on,
                                std::vector<Problem>& problems)
{
    std::vector<Meta> metas;
    std::vector<const Rule*> by_index(nothing + 1U, nullptr);
    for (const auto& [name, rule] : source.rules) {
        const auto* meta = std::get_if<MetaRule>(&rule.test);
        if (!meta || !is_on(rule)) continue;
        std::string unknown;
        const auto index_of = [&](std::string_view wanted) {
            const auto found = indexes.find(wanted);
            if (found != indexes.end()) return found->second;
            if (wanted != "local_tests_only") unknown = wanted;
            return nothing;
        };
        auto read = Arithmetic::read(expanded(meta->expression, name, indexes), index_of);
        if (!read) {
            problems.push_back({rule.place, name, read.error()});
            continue;
        }
        if (!unknown.empty())
            problems.push_back({rule.place, name,
                                fmt::format("there is no rule {}, so it counts as 0", unknown),
                                false});
        const auto index = indexes.find(name)->second;
        by_index[index] = &rule;
        metas.push_back({index, std::move(*read), rule.is_helper()});
    }
    std::vector<std::uint32_t> circular;
    auto ordered = Ordering{std::move(metas), nothing + 1U}.run(circular);
    for (const auto index : circular)
        problems.push_back({by_index[index]->place, by_index[index]->name,
                            "it needs itself, by way of other metas, so it never hits"});
    return ordered;
}

std::vector<Meta> living_metas(const std::vector<Meta>& metas, std::vector<bool> dead)
{
    std::vector<Meta> living;
    for (const auto& meta : metas) {
        const auto& names = meta.expression.names();
        if (dead[meta.rule] ||
            std::any_of(names.begin(), names.end(), [&](std::uint32_t name) { return dead[name]; }))
            dead[meta.rule] = true;
        else living.push_back(meta);
    }
    return living;
}

}  // namespace lazaret::filter::rules
