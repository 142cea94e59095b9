#include "report-mailer/batches.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "report-mailer/report.hpp"
#include "report-mailer/schedule.hpp"

namespace lazaret::report {
namespace {

constexpr std::size_t accounts_at_once = 1'000;
// One commit for so many. What a killed run had taken on waits for Reports::forgotten_after.
constexpr std::size_t claimed_at_once = 50;

Schedule schedule_of(const Settings& settings)
{
    return {settings.report_frequency, settings.report_hour, settings.time_zone,
            settings.report_weekday, settings.report_monthday};
}

// What was begun is finished first, unless reports were turned off meanwhile.
std::optional<store::ReportPeriod> period_of(const store::ReportAccount& account, Moment now)
{
    if (account.addresses.empty()) return std::nullopt;
    if (account.settings.report_frequency == ReportFrequency::None) return std::nullopt;
    if (account.begun && account.failed && rests_after(account.refusals, *account.failed, now))
        return std::nullopt;
    if (account.begun) return account.begun;
    if (!account.has_news && !account.settings.report_empty) return std::nullopt;
    return due_period(schedule_of(account.settings), account.last_end, account.first_expiry, now);
}

}  // namespace

std::optional<Batch> Batches::next()
{
    while (due_.empty())
        if (!find_due()) return std::nullopt;
    const auto begin = due_.size() - std::min(due_.size(), claimed_at_once);
    const auto first = due_.begin() + static_cast<std::ptrdiff_t>(begin);
    std::vector<Due> some{std::move_iterator{first}, std::move_iterator{due_.end()}};
    due_.erase(first, due_.end());
    return take(std::move(some));
}

// False when no account is left.
bool Batches::find_due()
{
    if (!find_new() && !find_tried()) return false;
    std::reverse(due_.begin(), due_.end());
    known_ += due_.size();
    return true;
}

// False when all were seen; those that were tried before are set aside.
bool Batches::find_new()
{
    if (all_seen_) return false;
    auto accounts = reports_.accounts(tenant_, account_, accounts_at_once);
    if (accounts.empty()) {
        all_seen_ = true;
        std::ranges::stable_sort(tried_, {}, &Tried::attempts);
        std::ranges::reverse(tried_);
        return false;
    }
    tenant_ = accounts.back().tenant;
    account_ = accounts.back().account;
    for (auto& account : accounts) {
        if (account.attempts == 0) add_due(std::move(account));
        else tried_.push_back({account.attempts, {account.tenant, account.account}});
    }
    return true;
}

bool Batches::find_tried()
{
    if (tried_.empty()) return false;
    std::vector<store::AccountKey> keys;
    while (!tried_.empty() && keys.size() < accounts_at_once) {
        keys.push_back(tried_.back().key);
        tried_.pop_back();
    }
    auto accounts = reports_.accounts(keys);
    std::ranges::stable_sort(accounts, {}, &store::ReportAccount::attempts);
    for (auto& account : accounts) add_due(std::move(account));
    return true;
}

void Batches::add_due(store::ReportAccount account)
{
    const auto period = period_of(account, now_());
    if (!period) return;
    store::ReportTask task;
    task.tenant = account.tenant;
    task.account = account.account;
    task.period = *period;
    due_.push_back({std::move(account), std::move(task)});
}

Batch Batches::take(std::vector<Due> due)
{
    std::map<std::pair<TenantId, AccountId>, store::ReportAccount> accounts;
    std::vector<store::ReportTask> wanted;
    for (auto& [account, task] : due) {
        wanted.push_back(task);
        accounts.emplace(std::pair{task.tenant, task.account}, std::move(account));
    }
    auto tasks = reports_.claim(wanted);
    auto contents = reports_.contents(tasks, ReportWriter::most_rows);
    Batch batch{{}, known_};
    for (std::size_t at = 0; at < tasks.size(); ++at) {
        auto& account = accounts.at({tasks[at].tenant, tasks[at].account});
        batch.reports.push_back(
            {std::move(account), std::move(tasks[at]), std::move(contents[at])});
    }
    return batch;
}

}  // namespace lazaret::report
