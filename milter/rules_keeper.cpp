#include "milter/rules_keeper.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "base/log.hpp"
#include "milter/filter/rules/language/rule_files.hpp"

namespace lazaret::milter {
namespace {

using filter::rules::RuleBook;
using namespace std::chrono_literals;

// Who reads them as root (`lazaretctl rules check`) misses none.
void tell_unread(const RuleBook& book)
{
    for (const auto& problem : book.problems())
        if (problem.is_mistake && problem.place.line == 0)
            log::warning("rules missing", {{"path", problem.place.file}, {"why", problem.what}});
}

}  // namespace

RulesKeeper::RulesKeeper(RulesConfig config) : config_{std::move(config)}
{
    if (config_.enabled && !read()) log::warning("the rule files are being changed; read soon");
    if (!newest_) newest_ = std::make_shared<RuleBook>(filter::rules::RuleSource{}, "");
    book_ = std::make_shared<Snapshot<RuleBook>>(newest_);
}

std::vector<std::string> RulesKeeper::folders() const
{
    return filter::rules::rule_folders(config_.folders);
}

bool RulesKeeper::read()
{
    const auto from = folders();
    const auto fingerprint = filter::rules::rule_fingerprint(from);
    auto source = filter::rules::read_rule_folders(
        from, filter::rules::unsaid_scores(config_.suggested_scores));
    if (!source) return false;
    files_besides_ = source->files_besides;
    // Before the book reads the feeds: what changes meanwhile is seen the next time.
    auto whole = fingerprint + filter::rules::rule_fingerprint({}, files_besides_);
    newest_ = std::make_shared<RuleBook>(*std::move(source), config_.cache);
    fingerprint_ = std::move(whole);  // where there was no book, the next round tries again
    is_compiled_ = false;
    told_given_up_.clear();
    if (newest_->size() == 0)
        log::warning("there are no rule files", {{"hint", "install the package spamassassin"}});
    else log::info("rules read", {{"rules", newest_->size()}, {"mistakes", newest_->mistakes()}});
    tell_unread(*newest_);
    return true;
}

void RulesKeeper::tell_given_up()
{
    auto names = newest_->given_up();
    std::ranges::sort(names);
    for (const auto& name : names)
        if (!std::ranges::binary_search(told_given_up_, name))
            log::warning("a rule takes too long and rests for an hour", {{"rule", name}});
    told_given_up_ = std::move(names);
}

// One of the edges: whatever goes wrong is logged, and the last rules stay in use.
void RulesKeeper::keep_fresh(const StopSignal& stop)
{
    if (!config_.enabled) return;
    do {
        try {
            const auto now = filter::rules::rule_fingerprint(folders(), files_besides_);
            if (now != fingerprint_ && read()) book_->replace(newest_);
            // While it ends, nobody answers the MTA any more.
            const auto is_over = [&] { return stop.sleep(0ms); };
            if (!is_compiled_) newest_->speed_up(is_over);
            is_compiled_ = true;
            tell_given_up();
        } catch (const std::exception& error) {
            log::error("rules not read", {{"error", error.what()}});
        }
    } while (!stop.sleep(config_.check_interval));
}

}  // namespace lazaret::milter
