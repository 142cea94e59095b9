#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "milter/filter/rules/metas.hpp"
#include "milter/filter/rules/patterns/pattern_set.hpp"

namespace lazaret::filter::rules {

/// The rules of one message that nobody may ever ask for: helpers count only by way of metas, and
/// most metas are told by something that was cheaper to look for. One thread; it ends before the
/// texts and the book do.
class PutOff {
public:
    PutOff() = default;
    PutOff(const PutOff&) = delete;
    PutOff& operator=(const PutOff&) = delete;

    /// What a member of a set is for.
    struct Use {
        std::uint32_t rule;
        bool negated;
    };
    using UseOf = std::function<Use(std::size_t member)>;

    /// The members that wait in the scan of a set.
    /// @param counts  of its members, as the scan left them.
    void add(const PatternSet& set, std::span<const std::string_view> texts,
             std::span<const std::uint32_t> counts, WaitingMembers waiting, const UseOf& use_of);
    /// The same, of a scan of one text alone.
    void add(const PatternSet& set, std::string_view text, std::span<const std::uint32_t> counts,
             WaitingMembers waiting, const UseOf& use_of);

    /// All rules that were put off, each once.
    [[nodiscard]] std::span<const OpenRule> rules() const noexcept { return rules_; }

    /// Drops those that do not count; they stay 0.
    void forget(const std::function<bool(std::uint32_t rule)>& is_off);

    /// The value of one of them, which must not be asked for again.
    [[nodiscard]] double answer(std::uint32_t rule);

private:
    struct Scan {
        const PatternSet* set;
        std::string_view text;  ///< where it was one alone
        std::span<const std::string_view> texts;
        WaitingMembers waiting;
    };
    struct Question {
        std::size_t scan;
        std::size_t member;
        std::uint32_t count;
        bool negated;
    };

    void add(std::span<const std::uint32_t> counts, const UseOf& use_of);

    std::deque<Scan> scans_;  ///< its elements stay where they are
    std::vector<OpenRule> rules_;
    std::vector<Question> questions_;  ///< of the rules, in their order
};

}  // namespace lazaret::filter::rules
