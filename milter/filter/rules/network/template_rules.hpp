#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "milter/filter/rules/language/rule.hpp"
#include "milter/filter/rules/network/message_tags.hpp"
#include "milter/filter/rules/network/network_plan.hpp"

namespace lazaret::filter::rules {

/// `askdns`: names made of what is known of a message.
class TemplateRules {
public:
    /// @return what is wrong; empty when nothing is.
    std::string add(const NetworkRule& rule, const AskDnsTest& test);

    /// The rules whose last tag is known at that time. What the tags give is multiplied out, to
    /// some bound.
    void plan(const MessageTags& tags, MessageTags::Known time, std::size_t scores,
              NetworkPlan& plan) const;
    void add_zones(std::set<std::string>& zones) const;

private:
    struct One {
        NetworkRule rule;
        std::string name;               ///< the template
        std::vector<std::string> tags;  ///< in it, without underscores, each once
        MessageTags::Known time = MessageTags::Known::WhenRead;
        std::vector<dns::RecordType> types;
        std::shared_ptr<const AnswerTest> test;
    };
    std::vector<One> all_;
};

}  // namespace lazaret::filter::rules
