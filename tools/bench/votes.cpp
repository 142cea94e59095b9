// What people's votes do to what all share, on real mail in its order: how much less spam is missed
// after a month of votes, with and without people who vote spam as wanted; and whether two who
// think differently about the same sender get their way, each, while others notice nothing.
//
// The votes go through the trainer's own lesson, with its shares and its credit; only the database
// is left out. Nothing here is random: the same mail gives the same figures.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/mail/digest.hpp"
#include "base/text.hpp"
#include "milter/filter/learn/points.hpp"
#include "milter/filter/message/message.hpp"
#include "tools/lazaretctl/labelled_mail.hpp"
#include "tools/lazaretctl/lesson.hpp"
#include "tools/lazaretctl/message_file.hpp"

using namespace lazaret;
using namespace lazaret::tools;
using filter::Label;

namespace {

constexpr int days = 30;
constexpr AccountId people = 100;
constexpr int votes_of_a_hostile_day = 20;
constexpr TenantId tenant = 1;
constexpr double hold_at = 5.0;

struct Letter {
    Label label;
    std::string bytes;
};

std::vector<Letter> read(const std::string& index)
{
    std::vector<Letter> letters;
    const auto mail = read_labelled_mail(index, {});
    for (const auto& file : mail.files)
        if (auto bytes = read_file(mail.folder + "/" + file.path))
            letters.push_back({file.label, as_received(*std::move(bytes))});
    return letters;
}

double points(const filter::Model& model, const std::string& bytes, filter::Taste taste = {})
{
    const auto opinion = model.opinion_of(bytes);
    return filter::learned_points(opinion.shared, opinion.experience, LearnedConfig{}) +
           filter::own_points(model.own_log_odds(opinion, taste).sum(), LearnedConfig{});
}

/// Votes as the store would give them to the trainer.
class Ballot {
public:
    void add(AccountId account, std::size_t letter, bool is_spam)
    {
        store::PendingVote vote;
        vote.tenant = tenant;
        vote.account = account;
        vote.says = is_spam ? "spam" : "ham";
        vote.place = ++today_[account];
        vote.place_in_month = ++month_[{account, is_spam}];
        votes_.push_back(vote);
        letters_.push_back(letter);
    }
    void teach(filter::Model& model, const std::vector<Letter>& letters)
    {
        for (std::size_t at = 0; at < votes_.size(); ++at)
            std::memcpy(votes_[at].digest.bytes.data(), &at, sizeof at);
        tools::teach(model, votes_, [&](const store::PendingVote& vote) {
            std::size_t at = 0;
            std::memcpy(&at, vote.digest.bytes.data(), sizeof at);
            return std::optional{letters[letters_[at]].bytes};
        });
        votes_.clear();
        letters_.clear();
        today_.clear();
    }

private:
    std::vector<store::PendingVote> votes_;
    std::vector<std::size_t> letters_;  ///< of each vote
    std::map<AccountId, int> today_;
    std::map<std::pair<AccountId, bool>, int> month_;
};

struct Month {
    int spam = 0, missed = 0, ham = 0, held = 0;  ///< of its second half
};

/// A month in which people vote on half of what was judged wrong for them, and the first `hostile`
/// of them call held spam wanted.
Month month_of(const std::vector<Letter>& letters, std::size_t taught, bool voting,
               AccountId hostile)
{
    filter::Model model;
    for (std::size_t i = 0; i < taught; ++i) model.learn(letters[i].bytes, letters[i].label);
    std::mt19937 random{7};
    Ballot ballot;
    Month month;
    const auto a_day = (letters.size() - taught) / days;
    for (std::size_t day = 0; day < days; ++day) {
        std::vector<std::size_t> held_spam;
        for (auto i = taught + day * a_day; i < taught + (day + 1) * a_day; ++i) {
            const bool is_spam = letters[i].label == Label::Spam;
            const bool is_held = points(model, letters[i].bytes) >= hold_at;
            const auto owner = static_cast<AccountId>(random() % people) + 1;
            if (is_spam && is_held) held_spam.push_back(i);
            if (day >= days / 2) {
                ++(is_spam ? month.spam : month.ham);
                if (is_spam != is_held) ++(is_spam ? month.missed : month.held);
            }
            const bool votes = random() % 2 == 0;
            if (voting && votes && is_spam != is_held && owner > hostile)
                ballot.add(owner, i, is_spam);
        }
        for (AccountId who = 1; who <= hostile && !held_spam.empty(); ++who)
            for (int i = 0; i < votes_of_a_hostile_day; ++i)
                ballot.add(who, held_spam[random() % held_spam.size()], false);
        ballot.teach(model, letters);
    }
    return month;
}

void print(const char* what, const Month& month)
{
    fmt::print("{}: missed {} of {} spam ({:.2f} %), held {} of {} wanted\n", what, month.missed,
               month.spam, 100.0 * month.missed / std::max(month.spam, 1), month.held, month.ham);
}

/// The wanted letters of each sender who writes of unsubscribing, where there are ten at least.
std::vector<std::vector<std::size_t>> senders_of(const std::vector<Letter>& letters)
{
    std::map<std::string, std::vector<std::size_t>> by_sender;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (letters[i].label != Label::Ham) continue;
        const auto message = filter::read_message(letters[i].bytes);
        if (message.from_addresses.empty()) continue;
        const auto text = ascii_lower(message.text + message.html_text);
        if (text.find("unsubscribe") == std::string::npos) continue;
        by_sender[message.from_addresses.front().key()].push_back(i);
    }
    std::vector<std::vector<std::size_t>> senders;
    for (auto& [sender, all] : by_sender)
        if (all.size() >= 10) senders.push_back(std::move(all));
    return senders;
}

void print_tastes(const std::vector<Letter>& letters)
{
    constexpr filter::Taste likes{tenant, 1}, dislikes{tenant, 2}, other{tenant, 3};
    constexpr std::size_t votes = 5;
    filter::Model before;
    for (std::size_t i = 0; i < letters.size() / 3; ++i)
        before.learn(letters[i].bytes, letters[i].label);
    int later = 0, delivered = 0, held = 0;
    double worst = 0.0, sum = 0.0;
    const auto senders = senders_of(letters);
    for (const auto& all : senders) {
        auto model = before;
        Ballot ballot;
        for (std::size_t i = 0; i < votes; ++i) {
            ballot.add(likes.account, all[i], false);
            ballot.add(dislikes.account, all[i], true);
        }
        ballot.teach(model, letters);
        for (auto i = votes; i < all.size(); ++i, ++later) {
            const auto& bytes = letters[all[i]].bytes;
            if (points(model, bytes, likes) < hold_at) ++delivered;
            if (points(model, bytes, dislikes) >= hold_at) ++held;
            const auto moved = std::abs(points(model, bytes, other) - points(before, bytes, other));
            worst = std::max(worst, moved);
            sum += moved;
        }
    }
    fmt::print(
        "{} senders, five votes for and five against each, {} later mails: {} delivered to "
        "who wants them, {} held for who does not; others' points moved by {:.3f} on "
        "average, {:.3f} at most\n",
        senders.size(), later, delivered, held, sum / std::max(later, 1), worst);
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{"What people's votes do to what all share, on real mail."};
    std::string index;
    std::size_t taught = 1'000;
    app.add_option("INDEX", index, "label, tab, path a line; or a folder with index.tsv")
        ->required();
    app.add_option("--taught", taught, "how many messages are taught before the month begins");
    CLI11_PARSE(app, argc, argv);
    const auto letters = read(index);
    if (letters.size() <= taught + days) {
        fmt::print(stderr, "too few messages in {}\n", index);
        return 64;
    }
    print("nobody votes     ", month_of(letters, taught, false, 0));
    print("people vote      ", month_of(letters, taught, true, 0));
    print("five are hostile ", month_of(letters, taught, true, people / 20));
    print_tastes(letters);
}
