#pragma once

#include <map>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "quarantine-store/keeper.hpp"

namespace lazaret::test {

/// The quarantine in memory, for tests of those who hold mail. It passes the same contract test
/// as PostgreSQL (tests/store/keeper_contract.cpp), so it cannot drift.
class MemoryKeeper final : public store::Keeper {
public:
    struct Kept {
        HeldCopy copy;
        std::string bytes;
        Digest digest;
        std::string sender;          ///< of the transmission that made the copy
        std::string state = "held";  ///< or releasing, released, deleted
    };

    std::vector<Reference> hold(const HeldMail& mail, std::span<const HeldCopy> copies) override
    {
        std::lock_guard hold{lock_};
        refuse_when_away();
        std::vector<Reference> references;
        for (const auto& copy : copies) references.push_back(place(mail, copy));
        if (mail.seal_of && !copies.empty()) take_back(*mail.seal_of, copies);
        return references;
    }

    Moment first_deferred(TenantId tenant, const Digest& digest, Moment now) override
    {
        std::lock_guard hold{lock_};
        refuse_when_away();
        return deferred_.try_emplace({tenant, digest}, now).first->second;
    }

    /// Whatever was delivered counts as delivered to everybody, from note_from() on: here nobody
    /// notes passages.
    store::MailVoted vote(const store::MailVote& vote, Moment now) override
    {
        std::lock_guard hold{lock_};
        refuse_when_away();
        if (now < noted_) return store::MailVoted::Elsewhere;
        votes_[{vote.address, vote.digest}] = vote.is_spam;
        return store::MailVoted::Noted;
    }
    std::map<std::pair<std::string, Digest>, bool> votes()
    {
        std::lock_guard hold{lock_};
        return votes_;
    }

    void note_from(Moment noted)
    {
        std::lock_guard hold{lock_};
        noted_ = noted;
    }

    store::TextForwarded count(const store::TextForward& forward, Moment) override
    {
        std::lock_guard hold{lock_};
        refuse_when_away();
        text_forwards_.push_back(forward);
        return store::TextForwarded::Counted;
    }
    std::vector<store::TextForward> text_forwards()
    {
        std::lock_guard hold{lock_};
        return text_forwards_;
    }

    /// From now on every call throws Error{Unavailable}, until it is called with false.
    void go_away(bool away = true)
    {
        std::lock_guard hold{lock_};
        away_ = away;
    }

    /// As when somebody releases or deletes the copy.
    void put(const Reference& reference, const std::string& state)
    {
        std::lock_guard hold{lock_};
        for (auto& one : kept_)
            if (one.copy.reference == reference) one.state = state;
    }

    std::vector<Kept> all()
    {
        std::lock_guard hold{lock_};
        return kept_;
    }

private:
    void refuse_when_away() const
    {
        if (away_) throw Error{Error::Kind::Unavailable, "the quarantine is away"};
    }

    Reference place(const HeldMail& mail, const HeldCopy& copy)
    {
        for (auto& one : kept_)
            if (is_waiting(one) && one.digest == mail.digest && one.copy.tenant == copy.tenant &&
                same_ignoring_case(one.copy.recipient, copy.recipient))
                return found_again(one, copy);
        kept_.push_back({copy, std::string{mail.bytes}, mail.digest, mail.sender});
        return copy.reference;
    }

    static bool is_waiting(const Kept& one)
    {
        return (one.state == "held" || one.state == "releasing") &&
               one.copy.expires >= std::chrono::floor<std::chrono::days>(system_now());
    }

    static Reference found_again(Kept& one, const HeldCopy& copy)
    {
        if (one.state == "held") {
            one.copy.verdict = copy.verdict;
            one.copy.score = copy.score;
            one.copy.own_hits = copy.own_hits;
            one.copy.explanation = copy.explanation;
            one.copy.kept_after_refusal = one.copy.kept_after_refusal && copy.kept_after_refusal;
        }
        one.state = "held";
        return one.copy.reference;
    }

    void take_back(const Reference& reference, std::span<const HeldCopy> copies)
    {
        for (auto& one : kept_)
            for (const auto& copy : copies)
                if (one.copy.reference == reference && one.state == "releasing" &&
                    same_ignoring_case(one.copy.recipient, copy.recipient))
                    one.state = "held";
    }

    std::mutex lock_;
    bool away_ = false;
    Moment noted_{};
    std::vector<Kept> kept_;
    std::map<std::pair<TenantId, Digest>, Moment> deferred_;
    std::map<std::pair<std::string, Digest>, bool> votes_;
    std::vector<store::TextForward> text_forwards_;
};

}  // namespace lazaret::test
