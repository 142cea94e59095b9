#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <unordered_map>

#include "milter/filter/dns/question.hpp"

namespace lazaret::filter::dns {

/// Answers that may be used for a while, so that what many messages ask is asked once; when they
/// are too many, those go that were not used for longest. Pure: the time is given. Not for several
/// threads at once.
class Cache {
public:
    using Moment = std::chrono::steady_clock::time_point;

    /// `most_bytes`: of names and data; what stands around them is about as much again.
    explicit Cache(std::size_t most_bytes) : most_bytes_{most_bytes} {}

    /// nullptr when there is none, or it is too old. Good until put() is called.
    const Answer* find(const Question& question, Moment now);

    /// Replaces what was there. Nothing is kept that may be used for no time, or that alone is too
    /// large.
    void put(const Question& question, Answer answer, std::chrono::seconds lives, Moment now);

private:
    struct Entry {
        Answer answer;
        Moment until;
        std::size_t bytes = 0;
        std::list<const Question*>::iterator place;
    };
    using Entries = std::unordered_map<Question, Entry, QuestionHash>;
    void erase(Entries::iterator entry);

    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    Entries entries_;
    std::list<const Question*> by_use_;  ///< the keys of entries_; the last used first
};

}  // namespace lazaret::filter::dns
