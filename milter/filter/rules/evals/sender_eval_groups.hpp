#pragma once

#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "milter/filter/rules/evals/eval.hpp"

/// The functions of sender_evals(), by what they are about. Each file has its own table.
namespace lazaret::filter::rules {

std::span<const EvalEntry> header_evals();
std::span<const EvalEntry> subject_evals();
std::span<const EvalEntry> recipient_evals();
std::span<const EvalEntry> forged_trace_evals();
std::span<const EvalEntry> date_evals();
std::span<const EvalEntry> relay_evals();
std::span<const EvalEntry> freemail_evals();
std::span<const EvalEntry> listing_evals();
std::span<const EvalEntry> uri_listing_evals();
std::span<const EvalEntry> from_name_evals();
std::span<const EvalEntry> bounce_evals();
std::span<const EvalEntry> charset_evals();

/// The argument of that place, from 0; empty when there are fewer.
inline std::string_view argument(std::span<const std::string> arguments, std::size_t at)
{
    return at < arguments.size() ? std::string_view{arguments[at]} : std::string_view{};
}

/// The number of that place; none when it is missing, `undef`, or none.
inline std::optional<double> number_argument(std::span<const std::string> arguments, std::size_t at)
{
    const auto text = argument(arguments, at);
    double value = 0.0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{}) return {};
    return value;
}

/// All Received fields, decoded, with one blank for each run of blanks and between fields.
const std::string& received_text(const EvalContext& context);

/// Whether list servers that take Received fields away had the message, or there are none at all:
/// what is said about forged traces says nothing then.
bool has_lost_received(const EvalContext& context);

}  // namespace lazaret::filter::rules
