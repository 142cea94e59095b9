#include "milter/filter/rules/evals/phishing_feeds.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

/// A column of a line of CSV, from 0, without quotation marks.
std::string column(std::string_view line, std::size_t wanted)
{
    for (; wanted > 0; --wanted) {
        const auto comma = line.find(',');
        if (comma == std::string_view::npos) return {};
        line.remove_prefix(comma + 1);
    }
    std::string value{line.substr(0, line.find(','))};
    value.erase(std::remove(value.begin(), value.end(), '"'), value.end());
    return value;
}

double score_of(const std::string& text)
{
    double score = 0;
    std::from_chars(text.data(), text.data() + text.size(), score);
    return score;
}

}  // namespace

void read_feed(std::string_view text, FeedForm form, double least_score, bool without_query,
               TextSet& addresses)
{
    bool is_heading = form != FeedForm::OpenPhish;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (std::exchange(is_heading, false) || without_leading_blanks(line).starts_with('#'))
            continue;
        if (form == FeedForm::PhishStats && score_of(column(line, 1)) <= least_score) continue;
        auto address = form == FeedForm::OpenPhish   ? std::string{line}
                       : form == FeedForm::PhishTank ? column(line, 1)
                                                     : column(line, 2);
        if (without_query) address.resize(std::min(address.find('?'), address.size()));
        if (!address.empty()) addresses.insert(std::move(address));
    }
}

}  // namespace lazaret::filter::rules
