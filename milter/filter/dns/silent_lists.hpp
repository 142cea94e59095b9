#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>

#include "base/shared_state.hpp"
#include "milter/filter/dns/resolver.hpp"

namespace lazaret::filter::dns {

/// Block lists that told us that they do not answer us, and are left in peace for an hour: asked
/// on, they would only add to what made them refuse. Threads share it.
class SilentLists {
public:
    using Moment = std::chrono::steady_clock::time_point;

    /// Enters a list (its zone, as in Question::name). Logs it once an hour.
    void add(const std::string& zone, Moment now);

    /// Whether the question goes to such a list.
    bool hold(const Question& question, Moment now);

private:
    Locked<std::map<std::string, Moment, std::less<>>> until_;
};

/// `ask`, which answers NoAnswer at once where the question goes to a silent list.
/// @param lists  must live as long as the result.
Ask asking_all_but(SilentLists& lists, Ask ask);

}  // namespace lazaret::filter::dns
