#include <algorithm>
#include <array>

#include "milter/filter/rules/evals/sender_eval_groups.hpp"

namespace lazaret::filter::rules {
namespace {

unsigned check_for_faraway_charset_in_headers(const EvalContext& context,
                                              std::span<const std::string>)
{
    const auto& expected = context.settings.sender.charsets;
    if (expected.are_all()) return 0;
    for (const auto* query : {"From:raw", "Subject:raw"})
        for (const auto& value : context.headers.values(query))
            if (has_faraway_word(value, expected)) return 1;
    return 0;
}

bool is_mostly_8_bit(const std::vector<std::string_view>& body)
{
    std::size_t high = 0;
    std::size_t low = body.size() - 1;  // the line ends between
    for (const auto text : body)
        for (const char c : text) (static_cast<unsigned char>(c) >= 0x80 ? high : low) += 1;
    return low <= high && high > 3;
}

unsigned check_for_faraway_charset(const EvalContext& context, std::span<const std::string>)
{
    const auto& expected = context.settings.sender.charsets;
    if (expected.are_all() || context.rendering.body.empty()) return 0;
    const auto charset = charset_in(context.headers.text("Content-Type"));
    return !charset.empty() && !expected.has(charset) && is_mostly_8_bit(context.rendering.body);
}

// SpamAssassin 4 collects the charsets of meta elements, but does not hand them on to this test: it
// never hits.
unsigned html_charset_faraway(const EvalContext&, std::span<const std::string>) { return 0; }

constexpr auto table = std::to_array<EvalEntry>({
    {"check_for_faraway_charset_in_headers",
     "HeaderEval",
     check_for_faraway_charset_in_headers,
     {}},
    {"check_for_faraway_charset", "MIMEEval", check_for_faraway_charset, {}},
    {"html_charset_faraway", "HTMLEval", html_charset_faraway, {}},
});

}  // namespace

std::span<const EvalEntry> charset_evals() { return table; }

}  // namespace lazaret::filter::rules
