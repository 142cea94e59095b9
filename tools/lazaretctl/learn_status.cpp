#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "quarantine-store/vote_lists.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/lesson.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_accounts = 10;

std::string kind_of(const std::string& says) { return says.empty() ? "taken back" : says; }

Json json_of(const std::optional<store::LessonNote>& lesson)
{
    if (!lesson) return nullptr;
    const auto& held_out = lesson->held_out;
    return {{"at", utc_text(lesson->at)},
            {"outcome", lesson->outcome},
            {"base", lesson->base},
            {"version", lesson->version},
            {"learned", lesson->learned},
            {"taken_back", lesson->taken_back},
            {"reason", lesson->reason},
            {"held_out",
             {{"spam", held_out.spam},
              {"ham", held_out.ham},
              {"loss_before", held_out.loss_before},
              {"loss_after", held_out.loss_after},
              {"wrong_before", held_out.wrong_before},
              {"wrong_after", held_out.wrong_after}}}};
}

// Votes that teach others less than fully, since their tenant said so much today.
std::int64_t beyond_full(const store::VotingTenant& tenant)
{
    return std::max<std::int64_t>(0, tenant.votes - most_full_tenant_votes);
}

void print_as_json(const store::VoteStatus& status)
{
    Json pending = Json::object();
    for (const auto& kind : status.pending)
        pending[kind_of(kind.says)] = {{"votes", kind.votes},
                                       {"without_bytes", kind.without_bytes}};
    auto accounts = Json::array();
    for (const auto& one : status.accounts)
        accounts.push_back({{"account", one.name}, {"votes", one.votes}, {"excess", one.excess}});
    auto tenants = Json::array();
    for (const auto& one : status.tenants)
        tenants.push_back(
            {{"tenant", one.name}, {"votes", one.votes}, {"beyond", beyond_full(one)}});
    print_json(
        {{"pending", pending},
         {"oldest", status.oldest ? Json(utc_text(*status.oldest)) : Json()},
         {"set_aside", status.set_aside},
         {"refused", status.refused},
         {"given_up", status.given_up},
         {"accounts", accounts},
         {"capped", status.capped},
         {"tenants", tenants},
         {"as_text", {{"forwards", status.text_forwards}, {"found", status.text_forwards_found}}},
         {"held_out", {{"spam", status.held_out_spam}, {"ham", status.held_out_ham}}},
         {"last", json_of(status.last)},
         {"last_refusal", json_of(status.last_refusal)}});
}

void print_lesson(const char* name, const store::LessonNote& lesson)
{
    fmt::print("{}: {}, {}", name, local_text(lesson.at), lesson.outcome);
    if (lesson.learned > 0 || lesson.taken_back > 0)
        fmt::print("; {} learned, {} taken back", lesson.learned, lesson.taken_back);
    if (lesson.outcome == "published") fmt::print("; version {}", lesson.version);
    fmt::print("\n");
    if (!lesson.reason.empty()) fmt::print("  {}\n", harmless_line(lesson.reason));
    const auto& held_out = lesson.held_out;
    if (held_out.spam + held_out.ham > 0)
        fmt::print("  held out: {} spam, {} wanted; loss {:.4f}, was {:.4f}; wrong {}, were {}\n",
                   held_out.spam, held_out.ham, held_out.loss_after, held_out.loss_before,
                   held_out.wrong_after, held_out.wrong_before);
}

void print_accounts(const store::VoteStatus& status)
{
    if (status.accounts.empty()) return;
    fmt::print("\nVotes of the last day ({} account{} said more than is noted):\n", status.capped,
               status.capped == 1 ? "" : "s");
    Table table{{{"ACCOUNT", false, 20}, {"VOTES", true}, {"BEYOND THE CAP", true}}};
    for (const auto& one : status.accounts)
        table.add({one.name, std::to_string(one.votes), std::to_string(one.excess)});
    fmt::print("{}", table.text(terminal_columns()));
}

void print_tenants(const store::VoteStatus& status)
{
    if (status.tenants.empty()) return;
    fmt::print("\nVotes of today by tenant (behind {} they teach others less and less):\n",
               most_full_tenant_votes);
    Table table{{{"TENANT", false, 20}, {"VOTES", true}, {"BEYOND THE CAP", true}}};
    for (const auto& one : status.tenants)
        table.add({one.name, std::to_string(one.votes), std::to_string(beyond_full(one))});
    fmt::print("{}", table.text(terminal_columns()));
}

void print_for_people(const store::VoteStatus& status)
{
    if (status.pending.empty()) fmt::print("No vote waits to be learned.\n");
    for (const auto& kind : status.pending)
        fmt::print("Waiting: {} {}{}\n", kind.votes, kind_of(kind.says),
                   kind.without_bytes > 0
                       ? fmt::format(" ({} of messages that are not here)", kind.without_bytes)
                       : "");
    if (status.oldest)
        fmt::print("The oldest that can be learned: {}\n", local_text(*status.oldest));
    const auto line = [](std::int64_t votes, const char* what) {
        if (votes > 0) fmt::print("{}: {}\n", what, votes);
    };
    line(status.set_aside, "Set aside since a version was left ('learn --pending --again')");
    line(status.refused, "Tried often, and each time the model got worse");
    line(status.given_up, "Given up: for a month nobody had the message");
    if (status.text_forwards > 0)
        fmt::print(
            "Forwarded as text in the last 30 days, which teaches nothing: {} (of {} it is known "
            "which message it was)\n",
            status.text_forwards, status.text_forwards_found);
    fmt::print("Held out to check with: {} spam, {} wanted ({} of each are needed)\n",
               status.held_out_spam, status.held_out_ham, least_held_out);
    if (status.last) print_lesson("Last run", *status.last);
    if (status.last_refusal) print_lesson("Last refused", *status.last_refusal);
    print_accounts(status);
    print_tenants(status);
}

}  // namespace

Run define_learn_status(CommandOptions& options)
{
    const auto json = std::make_shared<bool>(false);
    add_json_option(options, *json);
    return [json](const Context& context) {
        const auto status = store::vote_status(*context.database, most_accounts);
        if (*json) print_as_json(status);
        else print_for_people(status);
        return 0;
    };
}

}  // namespace lazaret::tools
