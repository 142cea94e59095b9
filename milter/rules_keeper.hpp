#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/shared_state.hpp"
#include "milter/filter/rules/rule_book.hpp"
#include "milter/reload.hpp"

namespace lazaret::milter {

/// The rules that mail is judged by, kept fresh: files that changed are read again by a thread, and
/// the new rules take over whole; messages in hand keep theirs. What cannot be read leaves the old
/// ones in use.
class RulesKeeper {
public:
    /// Reads the rules, which takes some tenths of a second. Without rule files there are none, and
    /// that is logged.
    explicit RulesKeeper(RulesConfig config);

    [[nodiscard]] const std::shared_ptr<Snapshot<filter::rules::RuleBook>>& book() const noexcept
    {
        return book_;
    }

    /// Keeps looking until `stop`; the body of a thread. Catches everything. The first thing it
    /// does is to compile what the cache did not have.
    void keep_fresh(const StopSignal& stop);

private:
    [[nodiscard]] std::vector<std::string> folders() const;
    bool read();
    void tell_given_up();

    RulesConfig config_;
    std::vector<std::string> files_besides_;
    std::string fingerprint_;
    std::shared_ptr<filter::rules::RuleBook> newest_;
    std::shared_ptr<Snapshot<filter::rules::RuleBook>> book_;
    bool is_compiled_ = false;                ///< speed_up() is done for `newest_`
    std::vector<std::string> told_given_up_;  ///< rules, in order
};

}  // namespace lazaret::milter
