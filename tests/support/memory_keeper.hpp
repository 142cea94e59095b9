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
        bool is_waiting = true;  ///< held or releasing; else released or deleted
    };

    std::vector<Reference> hold(const HeldMail& mail, std::span<const HeldCopy> copies) override
    {
        std::lock_guard hold{lock_};
        refuse_when_away();
        std::vector<Reference> references;
        for (const auto& copy : copies) references.push_back(place(mail, copy));
        return references;
    }

    Moment first_deferred(TenantId tenant, const Digest& digest, Moment now) override
    {
        std::lock_guard hold{lock_};
        refuse_when_away();
        return deferred_.try_emplace({tenant, digest}, now).first->second;
    }

    /// From now on every call throws Error{Unavailable}, until it is called with false.
    void go_away(bool away = true)
    {
        std::lock_guard hold{lock_};
        away_ = away;
    }

    /// As when a person released or deleted the copy.
    void end(const Reference& reference)
    {
        std::lock_guard hold{lock_};
        for (auto& one : kept_)
            if (one.copy.reference == reference) one.is_waiting = false;
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
        for (const auto& one : kept_)
            if (one.is_waiting && one.digest == mail.digest && one.copy.tenant == copy.tenant &&
                same_ignoring_case(one.copy.recipient, copy.recipient))
                return one.copy.reference;
        kept_.push_back({copy, std::string{mail.bytes}, mail.digest});
        return copy.reference;
    }

    std::mutex lock_;
    bool away_ = false;
    std::vector<Kept> kept_;
    std::map<std::pair<TenantId, Digest>, Moment> deferred_;
};

}  // namespace lazaret::test
