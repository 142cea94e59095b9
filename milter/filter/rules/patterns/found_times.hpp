#pragma once

#include <cstddef>

namespace lazaret::filter::rules {

/// Counts what must be found in a text several times, each apart from the one before.
class FoundTimes {
public:
    /// @param end  where it was found, in bytes; one that is no further than the last one is
    /// counted, too: more is found so, never less.
    /// @param apart  so far it must be from the last one that was counted, from end to end.
    /// @return whether this was the last one that was needed.
    bool add(std::size_t end, std::size_t times, std::size_t apart) noexcept
    {
        if (found_ > 0 && end > end_ && end - end_ < apart) return false;
        end_ = end;
        return ++found_ == times;
    }

private:
    std::size_t found_ = 0;
    std::size_t end_ = 0;
};

}  // namespace lazaret::filter::rules
