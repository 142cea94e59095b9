#pragma once

#include <memory>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/shared_state.hpp"
#include "milter/filter/antivirus/scanner.hpp"
#include "milter/filter/check.hpp"
#include "milter/filter/imitation.hpp"
#include "milter/filter/learn/model.hpp"
#include "milter/filter/rules/rules_check.hpp"

namespace lazaret::filter {

/// What the checks work with. A null pointer leaves the check out.
struct CheckTools {
    std::shared_ptr<Scanner> scanner;
    std::shared_ptr<const Snapshot<Model>> model;
    std::shared_ptr<const Snapshot<rules::RuleBook>> rules{};
    bool all_rules = false;  ///< Findings::rules is filled
    ReportMarks report{};    ///< of this site; without them all reports are others'
};

/// Every check that runs, in the order in which it runs. The checks keep their tools alive; they
/// may run on several threads at once.
std::vector<Check> make_checks(const CheckTools& tools, const LearnedConfig& learned);

}  // namespace lazaret::filter
