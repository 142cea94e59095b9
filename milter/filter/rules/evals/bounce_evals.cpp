#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/evals/sender_eval_groups.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

// Traces of a bounced message that are looked at, in lines of text and of attached messages.
constexpr std::size_t longest_trace = 8'192;
constexpr std::size_t most_traces = 500;

bool is_trace(std::string_view line)
{
    const auto begin = line.find_first_not_of("> ");
    return begin != std::string_view::npos && starts_ignoring_case(line.substr(begin), "received:");
}

// Whether one of the words that stand between blanks is a host of ours.
bool names_relay(std::string_view trace, const AddressGlobs& relays)
{
    trace = trace.substr(0, longest_trace);
    take_word(trace);
    while (true) {
        const auto word = take_word(trace);
        if (word.empty() || trace.empty()) return false;
        const auto dot = word.find('.', 1);
        if (dot != std::string_view::npos && dot + 1 < word.size() && relays.has(ascii_lower(word)))
            return true;
    }
}

unsigned have_any_bounce_relays(const EvalContext& context, std::span<const std::string>)
{
    return !context.settings.sender.bounce_relays.empty();
}

// Whether the message brings back one that our own servers sent: in its text, or attached.
unsigned check_welcomelist_bounce_relays(const EvalContext& context, std::span<const std::string>)
{
    const auto& relays = context.settings.sender.bounce_relays;
    if (relays.empty()) return 0;
    for (const auto paragraph : context.rendering.body)
        if (is_trace(paragraph) && names_relay(paragraph, relays)) return 1;
    std::string_view rest = context.rendering.body_text;
    std::size_t traces = 0;
    for (auto at = find_ignoring_case(rest, "received:");
         at != std::string_view::npos && traces < most_traces;
         at = find_ignoring_case(rest, "received:"), ++traces) {
        const auto line = at == 0 ? 0 : rest.rfind('\n', at - 1) + 1;
        auto end = rest.find('\n', at);
        while (end != std::string_view::npos && end + 1 < rest.size() &&
               (rest[end + 1] == ' ' || rest[end + 1] == '\t'))
            end = rest.find('\n', end + 1);
        const auto trace = rest.substr(line, std::min(end, rest.size()) - line);
        if (is_trace(trace) && names_relay(trace, relays)) return 1;
        rest.remove_prefix(std::min(end, rest.size()));
    }
    return 0;
}

constexpr auto table = std::to_array<EvalEntry>({
    {"have_any_bounce_relays", "VBounce", have_any_bounce_relays, {}},
    {"check_welcomelist_bounce_relays", "VBounce", check_welcomelist_bounce_relays, {}},
});

}  // namespace

std::span<const EvalEntry> bounce_evals() { return table; }

}  // namespace lazaret::filter::rules
