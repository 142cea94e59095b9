#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/check.hpp"
#include "milter/filter/rules/language/rule_source.hpp"

namespace lazaret::filter::rules {

/// One rule that hit.
struct RuleHit {
    std::uint32_t rule;  ///< its index in the book
    double value = 1;    ///< how often; of a meta what it adds up to
    double points = 0;   ///< of the set of scores that was used, for each hit of a pattern with
                         ///< `tflags multiple`; helpers have none

    bool operator==(const RuleHit&) const = default;
};

/// Whether a rule can hit.
struct Standing {
    enum class State {
        On,
        Off,          ///< its score is 0
        NotAnswered,  ///< it asks what Lazaret does not ask: another program, a kind of list
        Broken,       ///< it cannot work
    };
    State state = State::On;
    std::string why;  ///< a sentence; empty for On and Off
};

/// `on`, `off`, `not answered`, `broken`.
std::string_view token(Standing::State state);

/// Which of a rule's four scores counts (SpamAssassin's sets 0 to 3).
struct ScoreSet {
    bool network = false;  ///< rules that ask the network are answered
    bool learned = false;  ///< rules that ask the learned check are answered

    [[nodiscard]] std::size_t index() const { return (network ? 1U : 0U) + (learned ? 2U : 0U); }
};

/// What belongs to a message and stands in no file.
struct MessageFacts {
    std::optional<double> spam_probability;  ///< by the learned check; none while it has learned
                                             ///< too little
};

/// Which rules a message is judged by.
enum class Wanted {
    Everything,  ///< all
    Points,      ///< those that give points, and of helpers what those need
};

/// The rules, ready to be matched. Threads share it.
class RuleBook {
public:
    /// Everything that is needed to judge, from what was read. What cannot work is among the
    /// problems, and the rest works. Cost: some tenths of a second for the stock rules.
    /// @param cache  folder for compiled patterns; empty: none are kept.
    RuleBook(RuleSource source, const std::string& cache);
    RuleBook(RuleBook&&) noexcept;
    ~RuleBook();

    /// The rules that hit, by index; helpers, too, where everything is wanted. Never throws for
    /// what a message contains. Rules that ask the network do not run without one (Mail::network).
    /// Cost: helpers that nobody needs are some tenth of all.
    [[nodiscard]] std::vector<RuleHit> judge(const Mail& mail, const MessageFacts& facts,
                                             Wanted wanted = Wanted::Everything) const;

    /// A message of which all is known but what the network answers: it is asked, and nobody has
    /// waited for it. For one thread; book and mail must live as long.
    class Judging {
    public:
        Judging(Judging&&) noexcept;
        ~Judging();

        /// Waits for the network, and gives what judge() gives. To be called once.
        [[nodiscard]] std::vector<RuleHit> finish();

    private:
        friend class RuleBook;
        struct State;
        explicit Judging(std::unique_ptr<State> state);
        std::unique_ptr<State> state_;
    };
    [[nodiscard]] Judging begin(const Mail& mail, const MessageFacts& facts, Wanted wanted) const;

    [[nodiscard]] std::uint32_t size() const noexcept
    {
        return static_cast<std::uint32_t>(rules_.size());
    }
    [[nodiscard]] const Rule& rule(std::uint32_t index) const { return rules_[index]; }
    [[nodiscard]] const Standing& standing(std::uint32_t index) const { return standings_[index]; }
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const;

    [[nodiscard]] std::span<const Problem> problems() const noexcept { return problems_; }
    /// How many of them are mistakes.
    [[nodiscard]] std::size_t mistakes() const;
    [[nodiscard]] const RuleSettings& settings() const noexcept { return settings_; }

    /// The block lists and other zones that rules ask, for dns::blocked_lists.
    [[nodiscard]] const std::set<std::string>& zones() const noexcept { return zones_; }

    /// Compiles what makes matching fast and is not in the cache yet: tens of seconds for the stock
    /// rules, and up to two minutes more while another program compiles for the same cache. Until
    /// then the book answers the same, slower. For one thread of its own.
    /// @param is_over  asked every now and then: whether nobody needs it any more.
    void speed_up(const std::function<bool()>& is_over = [] { return false; });
    /// Whether nothing is left for speed_up() to do.
    [[nodiscard]] bool is_fast() const;

    /// The rules that rest now, since their patterns passed their limits in most messages; each for
    /// an hour (patterns/resting_patterns.hpp).
    [[nodiscard]] std::vector<std::string> given_up() const;

private:
    class Compiled;

    std::vector<Rule> rules_;  ///< by name
    /// What a rule's hit adds.
    struct Worth {
        double score = 0;        ///< 0: the rule does not run
        bool is_helper = false;  ///< adds nothing
        bool is_each = false;    ///< each of its hits adds the score; else they add it together
        [[nodiscard]] double points(double hits) const noexcept;
    };
    static Worth worth_of(const Rule& rule, double score);

    /// By set of scores: of all rules, side by side, since each message goes through them.
    std::array<std::vector<Worth>, 4> worths_;
    std::vector<Standing> standings_;
    std::vector<Problem> problems_;
    RuleSettings settings_;
    std::set<std::string> zones_;
    std::unique_ptr<Compiled> compiled_;
};

}  // namespace lazaret::filter::rules
