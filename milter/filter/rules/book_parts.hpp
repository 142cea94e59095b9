#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "milter/filter/rules/captures.hpp"
#include "milter/filter/rules/evals/eval.hpp"
#include "milter/filter/rules/language/rule.hpp"
#include "milter/filter/rules/message_headers.hpp"
#include "milter/filter/rules/patterns/expression.hpp"
#include "milter/filter/rules/patterns/pattern_set.hpp"
#include "milter/filter/rules/put_off.hpp"
#include "milter/filter/rules/rendering/header_query.hpp"
#include "milter/filter/rules/values.hpp"

/// What a RuleBook is made of: rules of one kind each, ready to be matched. All write how often a
/// rule hit to `values`, by the rule's index. Private to this folder.
namespace lazaret::filter::rules {

/// A rule whose pattern has `%{NAME}` in it: known only when the captures are.
struct TemplateRule {
    std::uint32_t rule;
    Pattern pattern;
};

/// A pattern whose named groups (`(?<NAME>...)`) are kept for rules that wait for them.
class CapturingPattern {
public:
    /// One that is no pattern captures nothing.
    CapturingPattern(const Pattern& pattern, const RuleFlags& flags);

    /// What it takes of the texts: of the first match, or with `tflags multiple` of the first 50.
    void capture(std::span<const std::string_view> texts, Captures& captures) const;

private:
    std::optional<Expression> expression_;
    std::uint32_t most_;
    bool skips_subject_;
};

/// Rules that look at the same texts: `body`, `rawbody`, `uri` or `full`.
class TextRules {
public:
    /// @param is_helper  only metas ask for it
    void add(std::uint32_t rule, const Pattern& pattern, const RuleFlags& flags, bool is_helper);

    /// What is wrong with a pattern, by the rule's index.
    std::vector<std::pair<std::uint32_t, std::string>> finish();

    /// @param captures  gets what named groups took.
    /// @param put_off  gets the helpers that may hit and would cost something; none: none are.
    void match(std::span<const std::string_view> texts, Values& values, Captures& captures,
               PutOff* put_off) const;
    /// The rules that wait for captures of any kind, once all are there.
    void fill(std::span<const std::string_view> texts, const Captures& captures,
              Values& values) const;

    PatternSet& set() noexcept { return set_; }
    [[nodiscard]] const PatternSet& set() const noexcept { return set_; }
    [[nodiscard]] std::uint32_t rule_of(std::size_t member) const { return rules_[member]; }

private:
    std::vector<PatternSet::Member> members_;  ///< until finish()
    std::vector<std::uint32_t> rules_;         ///< by member
    std::vector<TemplateRule> templates_;
    std::vector<std::pair<std::uint32_t, CapturingPattern>> capturing_;  ///< by rule
    PatternSet set_;
};

/// `header` rules, by what they look at.
class HeaderRules {
public:
    /// What the rules look at; none where the field is missing.
    using Texts = std::vector<std::optional<std::string>>;

    void add(std::uint32_t rule, const HeaderTest& test, const RuleFlags& flags, bool is_helper);
    std::vector<std::pair<std::uint32_t, std::string>> finish();

    [[nodiscard]] Texts texts(const Rendering& rendering,
                              const RegistryBoundaries& boundaries) const;
    /// As TextRules::match().
    void match(const Texts& texts, Values& values, Captures& captures, PutOff* put_off) const;
    /// As TextRules::fill(). A rule whose captures are missing does not hit, negated or not.
    void fill(const Texts& texts, const Captures& captures, Values& values) const;

    std::vector<PatternSet*> sets();
    [[nodiscard]] std::vector<std::uint32_t> given_up() const;

private:
    using Use = PutOff::Use;
    /// Rules that look at the same text, also where the field is missing.
    struct Group {
        std::size_t query;  ///< in `queries_`, as below
        std::optional<std::string> if_unset;
        std::vector<PatternSet::Member> members;  ///< until finish()
        std::vector<Use> uses;                    ///< by member
        std::vector<Use> existence;               ///< `exists:` rules
        PatternSet set;
        /// By member; most fields are in few messages, and to scan nothing costs as much as a line.
        std::vector<std::uint32_t> counts_when_empty;
    };
    struct Capturing {
        std::size_t query;
        CapturingPattern pattern;
    };
    struct Template {
        std::size_t query;
        std::optional<std::string> if_unset;
        TemplateRule filled;
        bool negated;
    };

    /// The group that looks at what the test does; a new one, where there is none.
    Group& group_of(const HeaderTest& test);

    std::vector<HeaderQuery> queries_;  ///< each once; of texts(), in their order
    std::vector<Group> groups_;
    std::map<HeaderQuery, std::size_t> query_numbers_;  ///< until finish(), as:
    std::map<std::pair<std::size_t, std::optional<std::string>>, std::size_t> group_numbers_;
    std::vector<Capturing> capturing_;
    std::vector<Template> templates_;
};

/// `eval:` rules.
struct EvalUse {
    std::uint32_t rule;
    EvalFunction function;
    std::vector<std::string> arguments;
    bool is_raw_body;
};

/// The function of that name, if there is one.
const EvalEntry* find_eval(std::string_view name);

/// Whether the pattern has a group that captures for other rules, or waits for what those took.
bool is_capturing(const Pattern& pattern);
bool is_template(const Pattern& pattern);

/// How often a rule's hits are counted, by its flags.
std::uint32_t most_hits_of(const RuleFlags& flags);

}  // namespace lazaret::filter::rules
