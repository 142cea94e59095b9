#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/check.hpp"
#include "milter/filter/rules/language/rule_source.hpp"

namespace lazaret::filter::rules {

struct Rendering;
class CompiledRules;

/// One rule that hit.
struct RuleHit {
    std::uint32_t rule;  ///< its index in the book
    double value = 1;    ///< how often; of a meta what it added up to

    bool operator==(const RuleHit&) const = default;
};

/// Whether a rule can hit.
struct Standing {
    enum class State {
        On,
        Off,          ///< its score is 0
        NotAnswered,  ///< it asks the network or another program, and nobody answers here yet
        Broken,       ///< it cannot work; `why` says so
    };
    State state = State::On;
    std::string why;  ///< a sentence; empty for On and Off
};

/// What is on, for the choice of scores and rules.
struct BookOptions {
    bool network = false;  ///< rules that ask the network are answered
    bool learned = false;  ///< rules that ask the learned check are answered
    std::string cache;     ///< folder for compiled patterns; empty: nothing is kept
};

/// The rules, ready to be matched. Never changes once made; threads share it.
class RuleBook {
public:
    /// Everything that is needed to judge, from what was read. What cannot work is among the
    /// problems, and the rest works. Cost: some 0.3 s for the stock rules.
    RuleBook(RuleSource source, BookOptions options);
    RuleBook(RuleBook&&) noexcept;
    ~RuleBook();

    /// The rules that hit, helpers too, by index. Never throws for what a message contains.
    [[nodiscard]] std::vector<RuleHit> judge(const Mail& mail,
                                             std::optional<double> spam_probability) const;

    [[nodiscard]] std::size_t size() const noexcept { return rules_.size(); }
    [[nodiscard]] const Rule& rule(std::uint32_t index) const { return rules_[index]; }
    [[nodiscard]] const Standing& standing(std::uint32_t index) const { return standings_[index]; }
    /// Of the set of scores in use; helpers have none.
    [[nodiscard]] double points(std::uint32_t index) const;
    /// In that language where the files have one, else in English, else empty.
    [[nodiscard]] std::string_view description(std::uint32_t index,
                                               std::string_view language) const;
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const;
    [[nodiscard]] std::span<const Problem> problems() const noexcept { return problems_; }
    [[nodiscard]] const RuleSettings& settings() const noexcept { return settings_; }

    /// Compiles what makes matching fast and is not in the cache yet: tens of seconds for the stock
    /// rules. Until then the book answers the same, slower. Called once, by a thread of its own.
    void speed_up();

private:
    BookOptions options_;
    std::vector<Rule> rules_;  ///< by name
    std::vector<Standing> standings_;
    std::vector<Problem> problems_;
    RuleSettings settings_;
    std::unique_ptr<CompiledRules> compiled_;
};

}  // namespace lazaret::filter::rules
