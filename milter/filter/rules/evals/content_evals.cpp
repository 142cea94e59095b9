#include "milter/filter/rules/evals/content_eval_groups.hpp"

namespace lazaret::filter::rules {

std::span<const EvalEntry> content_evals()
{
    static const auto all = [] {
        std::vector<EvalEntry> entries;
        for (const auto group : {body_evals(), html_evals(), mime_evals(), link_evals(),
                                 image_evals(), pdf_evals(), attachment_evals(), language_evals()})
            entries.insert(entries.end(), group.begin(), group.end());
        entries.push_back({"check_shortcircuit",
                           "Shortcircuit",
                           [](const EvalContext&, Arguments) { return 0U; },
                           {},
                           0});
        return entries;
    }();
    return all;
}

}  // namespace lazaret::filter::rules
