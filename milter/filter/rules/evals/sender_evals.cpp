#include <iterator>

#include "milter/filter/rules/evals/sender_eval_groups.hpp"

namespace lazaret::filter::rules {

std::span<const EvalEntry> sender_evals()
{
    static const auto all = [] {
        std::vector<EvalEntry> entries;
        for (const auto group :
             {header_evals(), subject_evals(), recipient_evals(), forged_trace_evals(),
              date_evals(), relay_evals(), freemail_evals(), listing_evals(), uri_listing_evals(),
              from_name_evals(), bounce_evals(), charset_evals()})
            entries.insert(entries.end(), group.begin(), group.end());
        return entries;
    }();
    return all;
}

}  // namespace lazaret::filter::rules
