#include <algorithm>
#include <utility>

#include "milter/filter/rules/compiled_book.hpp"
#include "milter/filter/rules/message_headers.hpp"
#include "milter/filter/rules/network/look_ups.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t usual_hits = 128;

}  // namespace

/// What is known of a message. Most of it looks at what stands before it here.
struct RuleBook::Judging::State {
    State(const RuleBook& judged_by, const Mail& mail, const MessageFacts& facts, Wanted what)
        : book{judged_by},
          compiled{*judged_by.compiled_},
          wanted{what},
          scores{ScoreSet{mail.network != nullptr, facts.spam_probability.has_value()}.index()},
          rendering{compiled.read(mail, memory)},
          texts{compiled.texts(rendering)},
          lookup{rendering, compiled.boundaries()},
          context{mail,   rendering, compiled.eval_settings(), compiled.boundaries(),
                  lookup, memory,    facts.spam_probability},
          look_ups{mail.network, compiled.network(), scores},
          values(judged_by.size() + 1U, 0.0)
    {
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void begin();
    std::vector<RuleHit> finish();
    [[nodiscard]] std::vector<RuleHit> hits() const;

    const RuleBook& book;
    const Compiled& compiled;
    Wanted wanted;
    std::size_t scores;  ///< the set of them that counts
    EvalMemory memory;
    Rendering rendering;
    Compiled::Texts texts;
    MessageHeaders lookup;
    EvalContext context;
    LookUps look_ups;
    Captures captures;
    PutOff put_off;
    Values values;  ///< the last is that of names that no rule has
};

void RuleBook::Judging::State::begin()
{
    // The answers are on their way while patterns are matched.
    look_ups.read(context);
    // A rule that stops all others may be a helper.
    const bool is_lazy = wanted == Wanted::Points && !compiled.stops_early();
    compiled.match_patterns(rendering, texts, captures, values, is_lazy ? &put_off : nullptr);
    look_ups.matched(context, captures);
}

std::vector<RuleHit> RuleBook::Judging::State::finish()
{
    look_ups.proven(context, captures);
    compiled.run_evals(context, values);
    for (const auto rule : look_ups.hits()) values[rule] = 1;
    // A rule whose score is 0 in this set does not run.
    const auto& worths = book.worths_[scores];
    for_each_hit(values, [&](std::size_t rule) {
        if (rule < book.size() && worths[rule].score == 0) values[rule] = 0;
    });
    put_off.forget([&](std::uint32_t rule) { return worths[rule].score == 0; });
    compiled.metas(scores).work_out(values, put_off.rules(),
                                    [&](std::uint32_t rule) { return put_off.answer(rule); });
    auto found = compiled.until_decided(hits(), book, scores);
    if (wanted == Wanted::Points)
        std::erase_if(found, [&](const RuleHit& hit) { return worths[hit.rule].is_helper; });
    return found;
}

std::vector<RuleHit> RuleBook::Judging::State::hits() const
{
    const auto& worths = book.worths_[scores];
    std::vector<RuleHit> found;
    found.reserve(usual_hits);
    for_each_hit(values, [&](std::size_t rule) {
        if (rule < book.size() && worths[rule].score != 0)
            found.push_back({static_cast<std::uint32_t>(rule), values[rule],
                             worths[rule].points(values[rule])});
    });
    return found;
}

RuleBook::Judging::Judging(std::unique_ptr<State> state) : state_{std::move(state)} {}
RuleBook::Judging::Judging(Judging&&) noexcept = default;
RuleBook::Judging::~Judging() = default;

std::vector<RuleHit> RuleBook::Judging::finish() { return state_->finish(); }

RuleBook::Judging RuleBook::begin(const Mail& mail, const MessageFacts& facts, Wanted wanted) const
{
    auto state = std::make_unique<Judging::State>(*this, mail, facts, wanted);
    state->begin();
    return Judging{std::move(state)};
}

}  // namespace lazaret::filter::rules
