#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_state.hpp"
#include "milter/filter/rules/patterns/expression.hpp"
#include "milter/filter/rules/patterns/pattern.hpp"

namespace lazaret::filter::rules {

class FastForm;
class RestingPatterns;
class WaitingMembers;

/// Many patterns that look at the same texts.
///
/// The answer is always Perl's: how often each member matches the texts, each text by itself. It is
/// found by one pass of Hyperscan over all texts, joined, and what Hyperscan only guesses is
/// confirmed by PCRE2. Compiling for Hyperscan takes tens of seconds, so a set works without it,
/// some thirty times slower, until find_fast_form() or make_fast_form() brought it; small sets
/// never need it. Threads may share a set.
class PatternSet {
public:
    struct Member {
        Pattern pattern;
        std::uint32_t most_hits = 1;  ///< 1: whether it matches; else how often, up to that number
        bool skips_first = false;     ///< the first text is none of its business
        bool can_wait = false;        ///< scan() may leave it to ask()
    };
    struct Fault {
        std::size_t member;
        std::string what;  ///< a sentence
    };

    /// What is wrong with members goes to `faults`; such a member never hits.
    PatternSet(std::vector<Member> members, std::vector<Fault>& faults,
               TextCount texts = TextCount::Many);
    PatternSet();
    PatternSet(PatternSet&&) noexcept;
    PatternSet& operator=(PatternSet&&) noexcept;
    ~PatternSet();

    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
    [[nodiscard]] std::uint32_t most_hits(std::size_t member) const
    {
        return members_[member].most_hits;
    }

    /// How often each member matches, by index. `counts` is made as long as the set.
    /// @param waiting  gets the members that can wait, may match, and would take PCRE2 a while;
    /// their counts are what is known by then. None: no member waits.
    /// @return the members of which that is not known, as they were too slow for these texts or
    /// rest: they count as if they did not match. Nearly always none.
    std::vector<std::size_t> scan(std::span<const std::string_view> texts,
                                  std::vector<std::uint32_t>& counts,
                                  WaitingMembers* waiting = nullptr) const;

    /// How often a member matches that waits.
    /// @param texts  as scan() had them.  @param count  what scan() knew of it.
    /// @return none where that is not known, as above.
    std::optional<std::uint32_t> ask(std::size_t member, std::span<const std::string_view> texts,
                                     std::uint32_t count, WaitingMembers& waiting) const;

    /// Says that a message has come with nothing to scan: which patterns rest is told by how many
    /// messages there are.
    void pass_over_message() const;

    /// Whether a fast form is worth its compilation, and is not there.
    [[nodiscard]] bool wants_fast_form() const;

    /// Takes the fast form from the folder, if it is there, whole, and made for these patterns,
    /// this version of Hyperscan and this processor. @return whether it is there now.
    bool find_fast_form(const std::string& cache);

    /// Compiles it, and leaves it in the folder unless that is empty. May run beside scan().
    /// Tens of seconds for hundreds of patterns. A folder that cannot be written is logged.
    void make_fast_form(const std::string& cache);

    /// The members that rest now, since they were too slow for most messages (RestingPatterns).
    [[nodiscard]] std::vector<std::size_t> resting() const;

private:
    /// What a scan needs of a member, close together: there are hundreds.
    struct Compiled {
        std::optional<Expression> expression;  ///< none: it never hits
        std::uint32_t most_hits;
        bool skips_first;
        bool can_wait;
    };
    struct Slowness {
        bool has_given_up = false;         ///< a text, or all for the time that it took
        std::chrono::nanoseconds time{0};  ///< of the processor, since it was seen to be slow
    };
    friend class WaitingMembers;
    /// What is known of the members while one message is scanned.
    struct Pass {
        std::vector<std::size_t> resting;      ///< in order
        std::map<std::size_t, Slowness> slow;  ///< took long for a text, or gave it up
    };
    void scan_all(std::span<const std::string_view> texts, Pass& pass,
                  std::vector<std::uint32_t>& counts, WaitingMembers* waiting) const;
    void scan_one(std::size_t index, std::span<const std::string_view> texts, std::size_t from,
                  std::size_t to, Pass& pass, std::uint32_t& count) const;

    std::vector<Compiled> members_;
    std::vector<Pattern> patterns_;  ///< of the members; empty where one is wrong
    TextCount texts_ = TextCount::Many;
    std::unique_ptr<Snapshot<std::shared_ptr<const FastForm>>> fast_;
    std::unique_ptr<RestingPatterns> resting_;
};

/// The members of a set that a message's scan left open, and where their matches may be. For one
/// scan and one thread.
class WaitingMembers {
public:
    [[nodiscard]] bool is_empty() const noexcept { return places_.empty(); }
    /// Each once, in order.
    [[nodiscard]] std::vector<std::size_t> members() const;

private:
    friend class PatternSet;
    struct Place {
        std::uint32_t member;
        std::uint32_t from;  ///< texts
        std::uint32_t to;
    };

    /// @return whether it waits: it is worth it, and there is room.
    bool take(std::size_t member, std::span<const std::string_view> texts, std::size_t from,
              std::size_t to);

    std::vector<Place> places_;
    PatternSet::Pass pass_;
};

}  // namespace lazaret::filter::rules
