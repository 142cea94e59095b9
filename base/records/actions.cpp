#include "base/records/actions.hpp"

#include <algorithm>

#include "base/enum_table.hpp"

namespace lazaret {
namespace {

constexpr auto actions = std::to_array<ActionInfo>({
    {Action::Deliver, "deliver", "let it through"},
    {Action::Tag, "tag",
     "let it through with subject_mark before its subject; held where another recipient gets it "
     "without that mark"},
    {Action::Hold, "hold", "keep it in the quarantine, from where it can be released"},
    {Action::Refuse, "refuse",
     "answer 550, so that its sender hears of it, and keep nothing; held where not all recipients "
     "refuse it"},
    {Action::RefuseKeep, "refuse-keep",
     "the same, and keep a copy in the quarantine that only administrators see"},
    {Action::Discard, "discard",
     "accept it and drop it: neither sender nor recipient hears of it, and nothing can bring it "
     "back"},
    {Action::Later, "later",
     "answer 451, so that it comes again, for as long as milter.unscanned_delay says; then held"},
});
static_assert(in_enum_order(actions, action_count), "one row per Action, in the order of the enum");

}  // namespace

const std::array<ActionInfo, action_count>& all_actions() { return actions; }

std::string_view token(Action id) { return actions[static_cast<std::size_t>(id)].token; }

std::optional<Action> action_of(std::string_view token)
{
    const auto found = std::find_if(actions.begin(), actions.end(),
                                    [&](const auto& row) { return row.token == token; });
    if (found == actions.end()) return std::nullopt;
    return found->id;
}

}  // namespace lazaret
