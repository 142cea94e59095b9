#include "tools/lazaretctl/rules_findings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "milter/filter/rules/language/rule_files.hpp"
#include "milter/filter/rules/rule_book.hpp"

namespace lazaret::tools {
namespace {

Finding warning(std::string what, std::string advice)
{
    return {Health::Warning, "rules", std::move(what), std::move(advice), false};
}

Finding finding_of(const filter::rules::RuleBook& book, const std::vector<std::string>& folders)
{
    const auto from = fmt::format("{}", fmt::join(folders, ", "));
    if (folders.empty())
        return warning("there are no rule files",
                       "install spamassassin, or name folders in [rules] folders");
    if (book.size() == 0)
        return warning(fmt::format("there are no rules in {}", from),
                       book.problems().empty()
                           ? "install spamassassin, or name folders in [rules] folders"
                           : "lazaretctl rules check");
    const auto mistakes = book.mistakes();
    const auto what =
        fmt::format("{} rule{} from {}", book.size(), book.size() == 1 ? "" : "s", from);
    if (mistakes == 0) return {Health::Ok, "rules", what, {}, false};
    return warning(fmt::format("{}; {} problem{}", what, mistakes, mistakes == 1 ? "" : "s"),
                   "lazaretctl rules check");
}

}  // namespace

RulesLook look_at_rules(const RulesConfig& config)
{
    if (!config.enabled)
        return {{warning("mail is not judged by rules: [rules] enabled is false",
                         "install spamassassin, then switch it on")},
                {}};
    const auto folders = filter::rules::rule_folders(config.folders);
    auto source = filter::rules::read_rule_folders(
        folders, filter::rules::unsaid_scores(config.suggested_scores));
    if (!source)
        return {{warning("the rule files are being changed", "try again when that is done")}, {}};
    const filter::rules::RuleBook book{*std::move(source), {}};
    return {{finding_of(book, folders)}, book.zones()};
}

}  // namespace lazaret::tools
