#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "milter/filter/dns/answers.hpp"
#include "milter/filter/rules/language/rule.hpp"
#include "milter/filter/rules/network/answer_test.hpp"
#include "milter/filter/rules/network/query_restrictions.hpp"

namespace lazaret::filter::rules {

/// What all rules that ask the DNS have in common.
struct NetworkRule {
    std::uint32_t rule = 0;       ///< its index in the book
    std::array<bool, 4> is_on{};  ///< by set of scores: it gives points there, or is a helper
    RuleFlags flags;
    bool tells_refusals = false;  ///< `URIBL_BLOCKED` and its like: what a list says instead of an
                                  ///< answer hits it, and no other rule
};

/// The DNS as the rules of one message ask it, with the bounds of a message. Made for one run of a
/// plan.
class Asking {
public:
    Asking(dns::View& view, const QueryRestrictions& restrictions, std::size_t most)
        : view_{view}, restrictions_{restrictions}, most_{most}
    {
    }

    /// What the DNS says; NoAnswer when it may not be asked this, or has been asked too much.
    const dns::Answer& ask(const dns::Question& question);
    /// Asks, and lets the rule hit when the answer is as the test wants it.
    void ask_for(const NetworkRule& rule, const dns::Question& question, const AnswerTest& test);
    void hit(std::uint32_t rule) { hits_.insert(rule); }

    [[nodiscard]] const std::set<std::uint32_t>& hits() const noexcept { return hits_; }

private:
    dns::View& view_;
    const QueryRestrictions& restrictions_;
    std::size_t most_;
    dns::Questions asked_;
    std::set<std::uint32_t> hits_;
};

/// All that the rules of one message want to know of the DNS. Owns what it looks at, or shares it;
/// may run on any thread, as a stage of Network::look_up.
class NetworkPlan {
public:
    /// A message's questions together; what is more is not asked. Hundreds of links with many name
    /// servers each would be thousands.
    static constexpr std::size_t most_questions = 300;

    /// @param restrictions  never null
    explicit NetworkPlan(std::shared_ptr<const QueryRestrictions> restrictions,
                         std::size_t most = most_questions)
        : restrictions_{std::move(restrictions)}, most_{most}
    {
    }

    /// One question, and what hits the rule.
    void ask(const NetworkRule& rule, dns::Question question,
             std::shared_ptr<const AnswerTest> test);
    /// What goes on with answers. It asks the same for the same answers.
    void then(std::function<void(Asking&)> step) { steps_.push_back(std::move(step)); }
    /// A hit that needs no answer.
    void hit(std::uint32_t rule) { hits_.insert(rule); }

    [[nodiscard]] bool asks() const { return !inquiries_.empty() || !steps_.empty(); }
    [[nodiscard]] bool is_empty() const { return !asks() && hits_.empty(); }

    /// The rules that hit by what is known: to be believed when the view is no draft, or nothing
    /// more will come. Single questions are asked before steps, so that these cannot use up what
    /// those may ask.
    std::set<std::uint32_t> run(dns::View& view) const;

private:
    struct Test {
        std::uint32_t rule;
        bool takes_refusals;
        std::shared_ptr<const AnswerTest> test;
    };
    /// A list is asked once for all the rules that it may hit.
    struct Inquiry {
        dns::Question question;
        std::vector<Test> tests;
    };
    std::shared_ptr<const QueryRestrictions> restrictions_;
    std::size_t most_;
    std::vector<Inquiry> inquiries_;
    std::unordered_map<dns::Question, std::size_t, dns::QuestionHash> places_;  ///< in inquiries_
    std::vector<std::function<void(Asking&)>> steps_;
    std::set<std::uint32_t> hits_;
};

}  // namespace lazaret::filter::rules
