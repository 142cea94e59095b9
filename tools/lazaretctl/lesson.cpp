#include "tools/lazaretctl/lesson.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/log.hpp"

namespace lazaret::tools {
namespace {

constexpr double full_share = 0.3;         // of a step of `learn PATH`: some votes are only a taste
constexpr double doubtful_at = 1.0;        // log-odds against a vote
constexpr double most_part = 0.25;         // of a version, by one account
constexpr double always_full_votes = 2.0;  // that one account may move it by
constexpr double most_part_of_tenant = 0.5;
constexpr double always_full_votes_of_tenant = 10.0;
constexpr double loss_factor = 1.05;
constexpr double loss_slack = 0.01;
constexpr int messages_a_wrong_one = 100;
constexpr int least_wrong_ones = 2;

using store::PendingVote;

bool is_spam(const std::string& word) { return word == "spam"; }

// To call a wanted message a newsletter teaches nothing new.
bool says_the_same(const PendingVote& vote)
{
    return !vote.says.empty() && !vote.told.empty() && is_spam(vote.says) == is_spam(vote.told);
}

double share_of_place_in_tenant(int place)
{
    if (place <= most_full_tenant_votes) return 1.0;
    if (place >= store::most_places_in_tenant) return 0.0;
    return static_cast<double>(most_full_tenant_votes) / place;
}

double share_of_place(const PendingVote& vote)
{
    if (vote.is_held_out || vote.says.empty() || vote.place > most_shared_votes) return 0.0;
    return share_of_place_in_tenant(vote.place_in_tenant) / std::max(vote.place, 1);
}

// Makes what each group of votes moves no more than `part` of what all move, or `always`.
template <class GroupOf>
void bound_groups(std::vector<double>& shares, std::span<const PendingVote> votes, double part,
                  double always, GroupOf&& group_of)
{
    std::map<decltype(group_of(votes.front())), double> by_group;
    double all = 0.0;
    for (std::size_t at = 0; at < votes.size(); ++at) {
        by_group[group_of(votes[at])] += shares[at];
        all += shares[at];
    }
    const double most = std::max(always, part * all);
    for (std::size_t at = 0; at < votes.size(); ++at) {
        const double its = by_group[group_of(votes[at])];
        if (its > most) shares[at] *= most / its;
    }
}

double loss_of(double log_odds, bool is_spam)
{
    const double margin = is_spam ? log_odds : -log_odds;
    return margin > 0 ? std::log1p(std::exp(-margin)) : std::log1p(std::exp(margin)) - margin;
}

// What was learned last is taken back first: then each finds the weights that it left.
void take_back(filter::Model& model, std::span<const PendingVote> votes, Lesson& lesson)
{
    std::vector<const PendingVote*> told;
    for (const auto& vote : votes)
        if (!vote.told.empty() && !says_the_same(vote)) told.push_back(&vote);
    std::stable_sort(told.begin(), told.end(),
                     [](const auto* a, const auto* b) { return a->told_since > b->told_since; });
    for (const auto* vote : told) {
        if (model.take_back(vote->step)) {
            ++lesson.taken_back;
            lesson.is_changed = true;
        } else {
            log::warning("what a vote changed cannot be taken back",
                         {{"account", vote->account}, {"version", vote->told_since}});
        }
    }
}

}  // namespace

std::vector<double> shares_of(std::span<const PendingVote> votes)
{
    std::vector<double> shares;
    for (const auto& vote : votes)
        shares.push_back(says_the_same(vote) ? 0.0 : share_of_place(vote));
    if (votes.empty()) return shares;
    bound_groups(shares, votes, most_part, always_full_votes, [](const PendingVote& vote) {
        return std::pair{vote.tenant, vote.account};
    });
    const auto has_others = [](const PendingVote& vote) { return vote.place_in_tenant > 0; };
    if (std::ranges::any_of(votes, has_others))
        bound_groups(shares, votes, most_part_of_tenant, always_full_votes_of_tenant,
                     [](const PendingVote& vote) { return vote.tenant; });
    return shares;
}

double credit_of(bool is_spam, double log_odds, int place_in_month)
{
    const double against = (is_spam ? -log_odds : log_odds) - doubtful_at;
    return against > 0.0 ? std::exp(-against) / std::max(place_in_month, 1) : 1.0;
}

std::vector<std::size_t> order_of(std::span<const PendingVote> votes)
{
    std::vector<std::size_t> spam;
    std::vector<std::size_t> wanted;
    for (std::size_t at = 0; at < votes.size(); ++at)
        (is_spam(votes[at].says) ? spam : wanted).push_back(at);
    std::vector<std::size_t> order;
    std::size_t s = 0;
    std::size_t w = 0;
    while (s < spam.size() || w < wanted.size()) {
        // Whichever kind is further behind, by its part.
        const bool spam_next =
            w == wanted.size() || (s < spam.size() && s * wanted.size() <= w * spam.size());
        order.push_back(spam_next ? spam[s++] : wanted[w++]);
    }
    return order;
}

Lesson teach(filter::Model& model, std::span<const PendingVote> votes, const MessageOf& message_of)
{
    Lesson lesson;
    take_back(model, votes, lesson);
    const auto shares = shares_of(votes);
    for (const auto at : order_of(votes)) {
        const auto& vote = votes[at];
        store::ToldVote told{vote};
        if (says_the_same(vote)) {
            told.told = vote.says;
            told.step = vote.step;
        } else if (!vote.says.empty()) {
            if (const auto message = message_of(vote)) {
                const auto label = is_spam(vote.says) ? filter::Label::Spam : filter::Label::Ham;
                const double credit = credit_of(label == filter::Label::Spam,
                                                model.log_odds(*message), vote.place_in_month);
                told.step = model.learn_vote(*message, label, {vote.tenant, vote.account},
                                             full_share * credit * shares[at]);
                told.told = vote.says;
                ++lesson.learned;
                lesson.is_changed = true;
            } else if (vote.told.empty()) {
                continue;  // as before: nothing was told, and nothing is
            }
        }
        lesson.told.push_back(std::move(told));
    }
    return lesson;
}

std::vector<PendingVote> to_take_back(std::span<const PendingVote> votes)
{
    std::vector<PendingVote> all;
    for (const auto& vote : votes) {
        if (vote.told.empty() || says_the_same(vote)) continue;
        all.push_back(vote);
        all.back().says.clear();
    }
    return all;
}

store::HeldOutFigures compare(const filter::Model& before, const filter::Model& after,
                              std::span<const HeldOut> held_out)
{
    store::HeldOutFigures figures;
    for (const auto& one : held_out) {
        ++(one.is_spam ? figures.spam : figures.ham);
        const auto look = [&](const filter::Model& model, double& loss, int& wrong) {
            const auto log_odds = model.log_odds(one.bytes);
            loss += loss_of(log_odds, one.is_spam) / static_cast<double>(held_out.size());
            if (one.is_spam != (log_odds > 0.0)) ++wrong;
        };
        look(before, figures.loss_before, figures.wrong_before);
        look(after, figures.loss_after, figures.wrong_after);
    }
    return figures;
}

std::string why_worse(const store::HeldOutFigures& figures)
{
    if (std::min(figures.spam, figures.ham) < least_held_out) return {};
    const int more =
        std::max(least_wrong_ones, (figures.spam + figures.ham) / messages_a_wrong_one + 1);
    if (figures.wrong_after >= figures.wrong_before + more)
        return fmt::format("{} of {} held-out messages judged wrong, {} before",
                           figures.wrong_after, figures.spam + figures.ham, figures.wrong_before);
    if (figures.loss_after > figures.loss_before * loss_factor + loss_slack)
        return fmt::format("loss on held-out messages {:.4f}, {:.4f} before", figures.loss_after,
                           figures.loss_before);
    return {};
}

}  // namespace lazaret::tools
