#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/config/configuration.hpp"
#include "milter/filter/dns/question.hpp"

namespace lazaret::filter::dns {

/// Gets one answer. Called on the resolver's thread, or at once on that of who asked; for several
/// questions perhaps on both at the same time.
using Answered = std::function<void(const Question&, Answer)>;

/// Asks all of these at the same time; `answered` is called once for each, sooner or later.
using Ask = std::function<void(Questions, Answered answered)>;

/// What a resolver has done since it began.
struct ResolverCounts {
    std::uint64_t asked = 0;    ///< questions
    std::uint64_t found = 0;    ///< of them answered, with records
    std::uint64_t nothing = 0;  ///< answered: there is no such name or record
    std::uint64_t failed = 0;   ///< SERVFAIL and its like
    std::uint64_t not_asked =
        0;  ///< answered with NoAnswer at once, as nobody answers, or too much is on its way
    std::uint64_t milliseconds = 0;  ///< that the answers took, all together
};

/// The DNS for the whole process: a cache, and a thread that asks the resolvers of the settings, or
/// else those of the system (Channel). What several ask at the same time is asked once.
///
/// When nothing is answered for a while, it is taken for away (Outage): what is asked is answered
/// with NoAnswer, so that mail does not wait for it, until something is answered. So is what is
/// asked while too much is on its way (see ClientShares). One log line a minute says so of either,
/// and one in ten minutes has the counts.
class Resolver {
public:
    /// Throws Error{Setup} for servers that cannot be used.
    explicit Resolver(const DnsConfig& config);
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    ~Resolver();  ///< what was not answered is given up: its `answered` is not called

    /// From any thread. Answers that are in the cache take no look-up.
    void ask(Questions questions, Answered answered);

    /// ask() as a function, for who need not know a resolver. Good while this one lives.
    [[nodiscard]] Ask asking();

    [[nodiscard]] ResolverCounts counts() const;
    [[nodiscard]] bool is_away() const;

private:
    class Work;
    std::shared_ptr<Work> work_;
};

}  // namespace lazaret::filter::dns
