#include "report-mailer/held_copy.hpp"

#include <algorithm>

#include "base/html/shown_text.hpp"
#include "base/words/reason.hpp"

namespace lazaret::report {
namespace {

constexpr std::size_t longest_reason = 160;  // bytes

Moment end_of(Day day) { return Moment{day} + std::chrono::days{1}; }

}  // namespace

std::string reason_of(const store::ReportRow& row, const Words& words)
{
    const bool is_scored =
        row.copy.verdict == Class::Spam || row.copy.verdict == Class::SpamCertain;
    const auto best =
        is_scored ? std::max_element(row.hits.begin(), row.hits.end(),
                                     [](const Hit& a, const Hit& b) { return a.points < b.points; })
                  : std::find_if(row.hits.begin(), row.hits.end(), [](const Hit& hit) {
                        // SpamAssassin's name for what our learned check scores.
                        return hit.points == 0 && !hit.name.starts_with("BAYES_");
                    });
    if (best != row.hits.end())
        if (auto why = shown_line(reason(words, *best), longest_reason); !why.empty()) return why;
    return words(std::string{info(row.copy.verdict).sentence}.c_str());
}

std::string kept_until(const store::HeldSummary& copy, const Words& words)
{
    return copy.legal_hold ? words("kept until further notice")
                           : words("kept until {date}", {{"date", words.date(copy.expires)}});
}

Moment links_end(const store::HeldSummary& copy, const ReportConfig& config, Moment now)
{
    const auto life = std::chrono::duration_cast<std::chrono::microseconds>(config.link_life);
    const Moment longest{now + life};
    return copy.legal_hold ? longest : std::min(end_of(copy.expires), longest);
}

}  // namespace lazaret::report
