#include "milter/filter/rules/patterns/pattern_set.hpp"

#include <algorithm>
#include <chrono>

#include "base/processor_time.hpp"
#include "milter/filter/rules/patterns/fast_form.hpp"
#include "milter/filter/rules/patterns/resting_patterns.hpp"
#include "milter/filter/rules/patterns/time_limit.hpp"

namespace lazaret::filter::rules {
namespace {

// Below, PCRE2 alone is as quick: joining the texts and one call of Hyperscan cost some 3 us.
constexpr std::size_t least_for_fast_form = 12;

// Where a pattern is asked text by text, the time of its calls is added up once one took so long.
constexpr std::chrono::microseconds long_for_one_call{20};

// To put a question off and to come back to it costs what PCRE2 takes for some hundred bytes.
constexpr std::size_t least_to_wait = 512;
// A message of many texts gets its answers at once from here on, and no more memory.
constexpr std::size_t most_waiting = 1'000;

}  // namespace

PatternSet::PatternSet()
    : fast_{std::make_unique<Snapshot<std::shared_ptr<const FastForm>>>(
          std::shared_ptr<const FastForm>{})},
      resting_{std::make_unique<RestingPatterns>()}
{
}
PatternSet::PatternSet(PatternSet&&) noexcept = default;
PatternSet& PatternSet::operator=(PatternSet&&) noexcept = default;
PatternSet::~PatternSet() = default;

PatternSet::PatternSet(std::vector<Member> members, std::vector<Fault>& faults, TextCount texts)
    : PatternSet()
{
    texts_ = texts;
    members_.reserve(members.size());
    patterns_.reserve(members.size());
    for (auto& [pattern, most_hits, skips_first, can_wait] : members) {
        auto& made = members_.emplace_back(Compiled{{}, most_hits, skips_first, can_wait});
        if (auto expression = Expression::compile(pattern)) {
            made.expression = std::move(*expression);
        } else {
            faults.push_back({members_.size() - 1, expression.error()});
            pattern = {};
        }
        patterns_.push_back(std::move(pattern));
    }
}

void PatternSet::scan_one(std::size_t index, std::span<const std::string_view> texts,
                          std::size_t from, std::size_t to, Pass& pass, std::uint32_t& count) const
{
    const auto& member = members_[index];
    const auto& expression = member.expression;
    if (!expression || std::ranges::binary_search(pass.resting, index)) return;
    const auto known = pass.slow.find(index);
    const bool is_slow = known != pass.slow.end();
    if (is_slow && known->second.time >= most_time_of_message) return;
    const auto begun = is_slow ? thread_processor_time() : std::chrono::nanoseconds{};
    const bool is_one_of_calls = to - from == 1 && texts.size() > 1;
    const auto begun_by_clock =
        is_one_of_calls ? TimeLimit::Clock::now() : TimeLimit::Clock::time_point{};
    const auto given_up = Expression::given_up_here();
    SparseTimeLimit limit{most_time_of_message, texts_between_looks};
    for (std::size_t at = std::max<std::size_t>(from, member.skips_first ? 1 : 0);
         at < to && count < member.most_hits; ++at) {
        if (member.most_hits == 1) count = expression->matches(texts[at]) ? 1U : 0U;
        else count += expression->count(texts[at], member.most_hits - count);
        if (limit.is_over()) {
            pass.slow[index] = {true, most_time_of_message};
            return;
        }
    }
    const bool gives_up = Expression::given_up_here() != given_up;
    if (is_slow) {
        auto& [has_given_up, time] = known->second;
        time += thread_processor_time() - begun;
        has_given_up = has_given_up || gives_up || time >= most_time_of_message;
    } else if (gives_up ||
               (is_one_of_calls && TimeLimit::Clock::now() - begun_by_clock >= long_for_one_call)) {
        pass.slow[index] = {gives_up, {}};
    }
}

std::vector<std::size_t> PatternSet::scan(std::span<const std::string_view> texts,
                                          std::vector<std::uint32_t>& counts,
                                          WaitingMembers* waiting) const
{
    counts.assign(members_.size(), 0);
    Pass pass{resting_->begin_message(), {}};
    scan_all(texts, pass, counts, waiting);
    auto unknown = pass.resting;
    for (const auto& [index, slowness] : pass.slow) {
        if (!slowness.has_given_up) continue;
        resting_->note_slow(index);
        if (counts[index] == 0) unknown.push_back(index);
    }
    if (waiting) waiting->pass_ = std::move(pass);
    return unknown;
}

std::optional<std::uint32_t> PatternSet::ask(std::size_t member,
                                             std::span<const std::string_view> texts,
                                             std::uint32_t count, WaitingMembers& waiting) const
{
    auto& pass = waiting.pass_;
    const auto has_given_up = [&] {
        const auto found = pass.slow.find(member);
        return found != pass.slow.end() && found->second.has_given_up;
    };
    const bool had_given_up = has_given_up();
    for (const auto& place : waiting.places_)
        if (place.member == member) scan_one(member, texts, place.from, place.to, pass, count);
    if (has_given_up() && !had_given_up) resting_->note_slow(member);
    const bool is_known =
        count != 0 || !(has_given_up() || std::ranges::binary_search(pass.resting, member));
    return is_known ? std::optional{count} : std::nullopt;
}

void PatternSet::pass_over_message() const { resting_->begin_message(); }

void PatternSet::scan_all(std::span<const std::string_view> texts, Pass& pass,
                          std::vector<std::uint32_t>& counts, WaitingMembers* waiting) const
{
    const auto confirm = [&](std::size_t index, std::size_t from, std::size_t to) {
        const auto& member = members_[index];
        if (counts[index] >= member.most_hits) return;
        if (waiting && member.can_wait && waiting->take(index, texts, from, to)) return;
        scan_one(index, texts, from, to, pass, counts[index]);
    };
    const auto fast = *fast_->get();
    if (!fast) {
        for (std::size_t index = 0; index < members_.size(); ++index)
            confirm(index, 0, texts.size());
        return;
    }
    fast->scan(texts, [&](const FastForm::Candidate& candidate) {
        const auto& member = members_[candidate.pattern];
        if (candidate.is_certain && member.most_hits == 1 && !member.skips_first)
            counts[candidate.pattern] = 1;
        else
            confirm(candidate.pattern, candidate.text,
                    candidate.is_alone ? candidate.text + 1 : texts.size());
    });
}

bool PatternSet::wants_fast_form() const
{
    return FastForm::is_possible() && members_.size() >= least_for_fast_form && !*fast_->get();
}

bool PatternSet::find_fast_form(const std::string& cache)
{
    if (!wants_fast_form()) return true;
    if (cache.empty()) return false;
    auto found = FastForm::find(patterns_, texts_, cache);
    if (!found) return false;
    fast_->replace(std::move(found));
    return true;
}

void PatternSet::make_fast_form(const std::string& cache)
{
    if (!wants_fast_form()) return;
    if (auto made = FastForm::make(patterns_, texts_, cache)) fast_->replace(std::move(made));
}

std::vector<std::size_t> PatternSet::resting() const { return resting_->all(); }

bool WaitingMembers::take(std::size_t member, std::span<const std::string_view> texts,
                          std::size_t from, std::size_t to)
{
    if (places_.size() >= most_waiting) return false;
    std::size_t bytes = 0;
    for (auto text = from; text < to && bytes < least_to_wait; ++text) bytes += texts[text].size();
    if (bytes < least_to_wait) return false;
    places_.push_back({static_cast<std::uint32_t>(member), static_cast<std::uint32_t>(from),
                       static_cast<std::uint32_t>(to)});
    return true;
}

std::vector<std::size_t> WaitingMembers::members() const
{
    std::vector<std::size_t> all;
    all.reserve(places_.size());
    for (const auto& place : places_) all.push_back(place.member);
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

}  // namespace lazaret::filter::rules
