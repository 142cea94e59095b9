#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/auth/results.hpp"
#include "milter/filter/rules/evals/eval.hpp"

namespace lazaret::filter::rules {

/// What tags of rule files (`_SENDERDOMAIN_`) stand for in one message.
class MessageTags {
public:
    explicit MessageTags(const EvalContext& context) : context_{context} {}

    /// When a tag is known; in the order of time.
    enum class Known {
        WhenRead,
        WhenMatched,  ///< a pattern takes it from the message
        WhenProven,   ///< the signatures' result is there
    };
    static Known known(std::string_view tag);

    /// Sets what is not worked out here: hosts of links, captures of patterns.
    void set(std::string_view tag, std::vector<std::string> values);

    /// Its values without the empty ones; none when it has none, or nobody knows it.
    /// @param tag  without underscores; `HEADER(Reply-To:addr)` too
    [[nodiscard]] std::vector<std::string> values(std::string_view tag) const;

private:
    const EvalContext& context_;
    std::map<std::string, std::vector<std::string>, std::less<>> set_;
};

}  // namespace lazaret::filter::rules
