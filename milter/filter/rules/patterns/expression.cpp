#include "milter/filter/rules/patterns/expression.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <optional>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "milter/filter/rules/patterns/beginnings.hpp"
#include "milter/filter/rules/patterns/byte_choice.hpp"
#include "milter/filter/rules/patterns/line_begins.hpp"
#include "milter/filter/rules/patterns/line_literal.hpp"
#include "milter/filter/rules/patterns/pattern_syntax.hpp"
#include "milter/filter/rules/patterns/time_limit.hpp"
#include "milter/filter/rules/patterns/weaker_pattern.hpp"

namespace lazaret::filter::rules {
namespace {

// PCRE2 counts its steps anew for each place where a match could begin, and does not count those
// within one repeated character, so the time is looked at, too: between slices of places, and
// where a slice is longer than the least one each place gets fewer steps.
constexpr std::uint32_t most_steps = 200'000;
constexpr std::uint32_t least_steps = 100;
constexpr std::size_t least_slice = 16;
constexpr std::size_t usual_slice = 256;
constexpr std::size_t longest_unwatched = 1'024;
constexpr std::chrono::microseconds quick_slice{200};
constexpr std::chrono::microseconds most_time{5'000};    // for one text, and:
constexpr std::chrono::nanoseconds time_for_place{4};    // so the longest text is gone through
constexpr std::chrono::nanoseconds time_for_match{200};  // so all that there are are counted
constexpr std::uint32_t most_depth = 5'000;
constexpr std::uint32_t most_heap = 4'096;  // kB
constexpr std::size_t least_stack = 32 << 10;
constexpr std::size_t most_stack = 512 << 10;
constexpr std::uint32_t most_groups = 64;
// In shorter patterns PCRE2 has less to try at each place than it costs to call it for a few.
constexpr std::size_t least_long = 300;
constexpr std::size_t places_unwatched = 8;
// Of lines with a literal, in bytes: where they stand closer, one call for many costs less.
constexpr std::size_t least_apart = 64;
// Nearly all lines of mail are shorter.
constexpr std::uint32_t least_long_line = 200;

const auto* bytes(std::string_view text)
{
    // PCRE2 wants a pointer also for nothing.
    return reinterpret_cast<PCRE2_SPTR>(text.data() ? text.data() : "");
}

using Code = CHandle<pcre2_code, pcre2_code_free>;

/// What a thread needs to match; made once for it.
class Workplace {
public:
    Workplace()
    {
        if (!context_ || !data_ || !stack_)
            throw Error{Error::Kind::Unavailable, "no memory to match patterns"};
        limit_steps(most_steps);
        pcre2_set_depth_limit(context_.get(), most_depth);
        pcre2_set_heap_limit(context_.get(), most_heap);
        pcre2_jit_stack_assign(context_.get(), nullptr, stack_.get());
    }

    /// Those at one place.
    void limit_steps(std::uint32_t most)
    {
        if (most != steps_) pcre2_set_match_limit(context_.get(), most);
        steps_ = most;
    }

    pcre2_match_context* context() { return context_.get(); }
    pcre2_match_data* data() { return data_.get(); }

private:
    CHandle<pcre2_match_context, pcre2_match_context_free> context_{
        pcre2_match_context_create(nullptr)};
    CHandle<pcre2_match_data, pcre2_match_data_free> data_{
        pcre2_match_data_create(most_groups, nullptr)};
    CHandle<pcre2_jit_stack, pcre2_jit_stack_free> stack_{
        pcre2_jit_stack_create(least_stack, most_stack, nullptr)};
    std::uint32_t steps_ = 0;
};

Workplace& workplace()
{
    thread_local Workplace one;
    return one;
}

thread_local std::uint64_t given_up_by_thread = 0;

/// Where a line of at least so many bytes begins, at `from` or behind it. Looked at are only those
/// that end last before one would be long enough.
std::size_t next_long_line(std::string_view text, std::size_t from, std::size_t least)
{
    from = next_line_begin(text, from);
    while (from <= text.size() && text.size() - from >= least) {
        const auto* last = static_cast<const char*>(::memrchr(text.data() + from, '\n', least));
        if (!last) return from;
        from = static_cast<std::size_t>(last - text.data()) + 1;
    }
    return std::string_view::npos;
}

std::uint32_t options_of(std::string_view flags)
{
    std::uint32_t options = PCRE2_NEVER_BACKSLASH_C | PCRE2_DUPNAMES | PCRE2_USE_OFFSET_LIMIT;
    for (const char c : flags) {
        if (c == 'i') options |= PCRE2_CASELESS;
        if (c == 'm') options |= PCRE2_MULTILINE;
        if (c == 's') options |= PCRE2_DOTALL;
        if (c == 'x') options |= PCRE2_EXTENDED;
    }
    return options;
}

/// What a pattern begins with that PCRE2 takes for a setting, `(*ANYCRLF)`, and Perl does not know:
/// with some of them a line ends elsewhere. Empty, where there is none.
std::string_view setting_of_pcre2(std::string_view text)
{
    constexpr auto verbs_of_perl = std::to_array<std::string_view>(
        {"ACCEPT", "COMMIT", "F", "FAIL", "MARK", "PRUNE", "SKIP", "THEN"});
    if (!text.starts_with("(*")) return {};
    text.remove_prefix(2);
    const auto name = text.substr(0, text.find_first_of(":=)"));
    const bool is_one = !name.empty() && name.front() >= 'A' && name.front() <= 'Z' &&
                        std::ranges::find(verbs_of_perl, name) == verbs_of_perl.end();
    return is_one ? name : std::string_view{};
}

struct Fault {
    int number = 0;
    PCRE2_SIZE offset = 0;
};

Code code_of(const std::string& text, std::uint32_t options, Fault& fault)
{
    return Code{
        pcre2_compile(bytes(text), text.size(), options, &fault.number, &fault.offset, nullptr)};
}

/// The same; where that is too large, of a shorter way to write it, which is then the text.
Code code_of_any(std::string& text, std::uint32_t options, Fault& fault)
{
    auto code = code_of(text, options, fault);
    // A call costs time in each match, so the fewest that do.
    for (const std::size_t least : {1'000U, 200U, 24U}) {
        if (code || fault.number != PCRE2_ERROR_PATTERN_TOO_LARGE) break;
        auto shorter = with_shared_groups(text, least);
        Fault other;
        code = code_of(shorter, options, other);
        if (code) text = std::move(shorter);
    }
    return code;
}

}  // namespace

struct Expression::Compiled {
    Code code;
    bool has_jit = false;
    bool begins_text = false;                      ///< a match can begin nowhere else
    bool begins_lines = false;                     ///< nor but where a line does
    bool knows_start = false;                      ///< by `\G`, so it is tried from one place
    std::uint32_t least_line = 0;                  ///< of what begins and stays in one: its bytes
    std::unique_ptr<const Beginnings> beginnings;  ///< of long ones
    std::unique_ptr<const LineLiteral> literal;    ///< of what begins lines
    std::unique_ptr<const ByteChoice> choice;      ///< all that it is

    /// Whether PCRE2 is asked only for places where a match may begin.
    [[nodiscard]] bool is_told_places() const
    {
        return beginnings || literal || least_line >= least_long_line;
    }

    /// @return whether it matched; bounds are in the workplace's data.
    bool match(std::string_view subject, std::size_t from, std::uint32_t options)
    {
        const int answer = match_somewhere(subject, from, options);
        if (answer >= 0) return true;
        if (answer != PCRE2_ERROR_NOMATCH) ++given_up_by_thread;
        return false;
    }

private:
    int match_somewhere(std::string_view subject, std::size_t from, std::uint32_t options)
    {
        if (is_told_places()) return match_where_it_can_begin(subject, from, options);
        if (begins_text || knows_start) return match_from(subject, from, options, most_steps);
        if (subject.size() - from > longest_unwatched)
            return match_in_slices(subject, from, options, usual_slice);
        const int answer = match_from(subject, from, options, steps_for(longest_unwatched));
        if (answer != PCRE2_ERROR_MATCHLIMIT) return answer;
        return match_in_slices(subject, from, options, least_slice);
    }

    /// So that all places of a slice together take no more than those of the least one.
    static std::uint32_t steps_for(std::size_t slice)
    {
        return std::max(static_cast<std::uint32_t>(most_steps * least_slice / slice), least_steps);
    }

    int match_from(std::string_view subject, std::size_t from, std::uint32_t options,
                   std::uint32_t steps)
    {
        auto& place = workplace();
        place.limit_steps(steps);
        int answer = PCRE2_ERROR_JIT_STACKLIMIT;
        if (has_jit)
            answer = pcre2_jit_match(code.get(), bytes(subject), subject.size(), from, options,
                                     place.data(), place.context());
        if (answer == PCRE2_ERROR_JIT_STACKLIMIT)  // the slow way has its memory elsewhere
            answer = pcre2_match(code.get(), bytes(subject), subject.size(), from,
                                 options | PCRE2_NO_JIT, place.data(), place.context());
        return answer;
    }

    int match_where_it_can_begin(std::string_view subject, std::size_t from, std::uint32_t options)
    {
        const auto next = [&](std::size_t place) {
            if (literal) return literal->next_line(subject, place);
            if (!beginnings) return next_long_line(subject, place, least_line);
            return begins_lines ? beginnings->next_line(subject, place)
                                : beginnings->next(subject, place);
        };
        SparseTimeLimit limit{most_time, places_unwatched};
        int answer = PCRE2_ERROR_NOMATCH;
        auto before = from;
        std::size_t places = 0;
        // What begins with `.*` may do so within the first line, too.
        for (auto at = beginnings || literal ? next(from) : from; at != std::string_view::npos;
             at = next(at + 1)) {
            limit.allow(time_for_place * (at - before));
            before = at;
            if (literal && ++places % places_unwatched == 0 && at - from < places * least_apart)
                return match_in_slices(subject, at, at == from ? options : 0, usual_slice);
            pcre2_set_offset_limit(workplace().context(), at);
            answer = match_from(subject, at, at == from ? options : 0, most_steps);
            if (answer != PCRE2_ERROR_NOMATCH) break;
            if (limit.is_over()) {
                answer = PCRE2_ERROR_MATCHLIMIT;
                break;
            }
        }
        pcre2_set_offset_limit(workplace().context(), PCRE2_UNSET);
        return answer;
    }

    /// Looks at the clock between two slices of places where the match may begin; where that goes
    /// quickly, slices grow, so that what looks at the whole rest from each of them costs little.
    /// What begins lines gets whole ones: amid a line it would be tried in vain, up to its end.
    int match_in_slices(std::string_view subject, std::size_t from, std::uint32_t options,
                        std::size_t slice)
    {
        TimeLimit limit{most_time};
        auto begun = limit.begun();
        for (;;) {
            auto last = from + slice - 1;
            if (begins_lines) last = subject.find('\n', last);
            const bool is_last = last >= subject.size();
            pcre2_set_offset_limit(workplace().context(), is_last ? PCRE2_UNSET : last);
            const int answer = match_from(subject, from, options, steps_for(slice));
            pcre2_set_offset_limit(workplace().context(), PCRE2_UNSET);
            const bool is_too_long = answer == PCRE2_ERROR_MATCHLIMIT && slice > least_slice;
            if (!is_too_long && (is_last || answer != PCRE2_ERROR_NOMATCH)) return answer;
            const auto now = TimeLimit::Clock::now();
            if (!is_too_long) limit.allow(time_for_place * (last + 1 - from));
            if (limit.is_over(now)) return PCRE2_ERROR_MATCHLIMIT;
            if (is_too_long) {
                slice = least_slice;
            } else {
                options = 0;  // were about the first place only
                from = last + 1;
                if (now - begun < quick_slice) slice *= 2;
            }
            begun = now;
        }
    }
};

Result<Expression, std::string> Expression::compile(const Pattern& pattern)
{
    if (const auto setting = setting_of_pcre2(pattern.text); !setting.empty())
        return because(
            fmt::format("the pattern is wrong at character 1: (*{}) is nothing to Perl", setting));
    auto compiled = std::make_shared<Compiled>();
    auto text = for_pcre2(pattern);
    Fault fault;
    compiled->code = code_of_any(text, options_of(pattern.flags), fault);
    if (!compiled->code) {
        std::array<PCRE2_UCHAR, 256> words{};
        pcre2_get_error_message(fault.number, words.data(), words.size());
        return because(fmt::format("the pattern is wrong at character {}: {}", fault.offset + 1,
                                   reinterpret_cast<const char*>(words.data())));
    }
    std::uint32_t options = 0;
    std::uint32_t first = 0;
    pcre2_pattern_info(compiled->code.get(), PCRE2_INFO_ALLOPTIONS, &options);
    pcre2_pattern_info(compiled->code.get(), PCRE2_INFO_FIRSTCODETYPE, &first);
    compiled->begins_text = (options & PCRE2_ANCHORED) != 0;
    compiled->begins_lines = first == 2;
    compiled->knows_start = text.find("\\G") != std::string::npos;
    const auto traits = traits_of(pattern);
    if (compiled->begins_lines && !traits.matches_newline && !traits.is_obscure)
        pcre2_pattern_info(compiled->code.get(), PCRE2_INFO_MINLENGTH, &compiled->least_line);
    if (compiled->begins_lines)
        if (auto literal = LineLiteral::of(pattern))
            compiled->literal = std::make_unique<const LineLiteral>(*literal);
    if (pattern.text.size() >= least_long && !compiled->begins_text && !compiled->literal)
        if (auto beginnings =
                compiled->begins_lines ? Beginnings::of_lines(pattern) : Beginnings::of(pattern))
            compiled->beginnings = std::make_unique<const Beginnings>(*beginnings);
    // Who is told each place would else look for what must be behind it, anew from each to the end.
    if (compiled->is_told_places())
        if (auto plain = code_of(text, options_of(pattern.flags) | PCRE2_NO_START_OPTIMIZE, fault))
            compiled->code = std::move(plain);
    if (auto choice = ByteChoice::of(pattern))
        compiled->choice = std::make_unique<const ByteChoice>(std::move(*choice));
    compiled->has_jit = pcre2_jit_compile(compiled->code.get(), PCRE2_JIT_COMPLETE) == 0;
    return Expression{std::move(compiled)};
}

bool Expression::matches(std::string_view subject) const { return compiled_->match(subject, 0, 0); }

bool Expression::misses(std::string_view subject) const
{
    const auto given_up = given_up_by_thread;
    return !matches(subject) && given_up_by_thread == given_up;
}

bool Expression::find(std::string_view subject, std::size_t from, std::vector<Part>& parts) const
{
    if (from > subject.size() || !compiled_->match(subject, from, 0)) return false;
    auto* data = workplace().data();
    const auto* bounds = pcre2_get_ovector_pointer(data);
    std::uint32_t groups = 0;
    pcre2_pattern_info(compiled_->code.get(), PCRE2_INFO_CAPTURECOUNT, &groups);
    const auto count = std::min(groups + 1, most_groups);
    parts.clear();
    for (std::uint32_t at = 0; at < count; ++at)
        parts.push_back({bounds[2 * at], bounds[2 * at + 1]});
    return true;
}

std::uint32_t Expression::count(std::string_view subject, std::uint32_t most) const
{
    if (compiled_->choice) return compiled_->choice->count(subject, most);
    std::uint32_t found = 0;
    std::size_t from = 0;
    std::uint32_t options = 0;
    std::optional<TimeLimit> limit;
    std::size_t looked_at = 0;
    std::uint32_t found_then = 0;
    while (found < most && from <= subject.size() && compiled_->match(subject, from, options)) {
        ++found;
        const auto* bounds = pcre2_get_ovector_pointer(workplace().data());
        // Behind an empty match Perl looks on for one that is not empty there.
        options = bounds[0] >= bounds[1] ? PCRE2_NOTEMPTY_ATSTART : 0U;
        if (bounds[1] < from) break;  // \K in a lookahead: there is no way on
        from = bounds[1];
        // Each match has its own limit, and there may be thousands of them.
        if (from - looked_at < usual_slice) continue;
        if (limit) {
            limit->allow(time_for_place * (from - looked_at) +
                         time_for_match * (found - found_then));
            if (limit->is_over()) {
                ++given_up_by_thread;
                break;
            }
        } else {
            limit.emplace(most_time);
        }
        looked_at = from;
        found_then = found;
    }
    return found;
}

std::vector<std::pair<std::string, std::size_t>> Expression::group_names() const
{
    std::uint32_t count = 0;
    std::uint32_t size = 0;
    PCRE2_SPTR table = nullptr;
    pcre2_pattern_info(compiled_->code.get(), PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(compiled_->code.get(), PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(compiled_->code.get(), PCRE2_INFO_NAMETABLE, &table);
    std::vector<std::pair<std::string, std::size_t>> names;
    for (std::uint32_t at = 0; at < count; ++at, table += size)  // number, then name and NUL
        names.emplace_back(reinterpret_cast<const char*>(table + 2), (table[0] << 8) | table[1]);
    return names;
}

std::uint64_t Expression::given_up_here() noexcept { return given_up_by_thread; }

}  // namespace lazaret::filter::rules
