#include "milter/filter/rules/book_parts.hpp"

#include <algorithm>
#include <array>

#include "milter/filter/rules/patterns/time_limit.hpp"

namespace lazaret::filter::rules {
namespace {

// `tflags multiple` without a bound: no message has more.
constexpr std::uint32_t most_counted = 1'000'000;
// Of a pattern with `tflags multiple`; more would make the patterns that wait for them too long.
constexpr std::uint32_t most_captured = 50;
// Longer captures are of no use in a pattern.
constexpr std::size_t longest_capture = 1'000;

/// Finds `%{NAME}` from `at` on. @return where it begins, its name, and where it ends.
struct Placeholder {
    std::size_t begin;
    std::string_view name;
    std::size_t end;
};
std::optional<Placeholder> placeholder(std::string_view text, std::size_t at)
{
    for (auto begin = text.find("%{", at); begin != std::string_view::npos;
         begin = text.find("%{", begin + 1)) {
        const auto end = text.find('}', begin);
        if (end == std::string_view::npos) return std::nullopt;
        const auto name = text.substr(begin + 2, end - begin - 2);
        const bool is_name = !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
        if (is_name && (begin == 0 || text[begin - 1] != '\\'))
            return Placeholder{begin, name, end + 1};
    }
    return std::nullopt;
}

/// The pattern with what `put` gives for each name in the place of `%{NAME}`; none when it gives
/// none.
template <class Put>
std::optional<std::string> filled(std::string_view text, Put&& put)
{
    std::string made;
    std::size_t at = 0;
    while (const auto found = placeholder(text, at)) {
        const std::optional<std::string> value = put(found->name);
        if (!value) return std::nullopt;
        made += text.substr(at, found->begin - at);
        made += *value;
        at = found->end;
    }
    made += text.substr(at);
    return made;
}

/// `(?:value|other)`, with everything taken as it stands.
std::string any_of_literally(const std::vector<std::string>& values)
{
    std::string made = "(?:";
    for (const auto& value : values) {
        if (made.size() > 3) made += '|';
        for (const char c : std::string_view{value}.substr(0, longest_capture)) {
            const bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                                 (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
            if (!is_word) made += '\\';
            made += c;
        }
    }
    return made + ")";
}

/// The pattern with something in the place of each capture that matches whatever it may become.
Pattern weakened(const Pattern& pattern)
{
    auto text =
        filled(pattern.text, [](std::string_view) { return std::optional<std::string>{".+"}; });
    return {*text, pattern.flags};
}

bool begins_named_group(std::string_view text, std::size_t at)
{
    // (?<NAME>, (?'NAME', (?P<NAME>; capitals only.
    auto rest = text.substr(at + 2);
    if (rest.starts_with('P')) rest.remove_prefix(1);
    return rest.size() > 1 && (rest[0] == '<' || rest[0] == '\'') && rest[1] >= 'A' &&
           rest[1] <= 'Z';
}

/// Whether the pattern, filled with what was captured, matches one of the texts; none when there
/// is nothing to fill it with, what comes of it is no pattern, or it takes too long.
std::optional<bool> filled_matches(const Pattern& pattern, const Captures& captures,
                                   std::span<const std::string_view> texts)
{
    const auto text =
        filled(pattern.text, [&](std::string_view name) -> std::optional<std::string> {
            const auto found = captures.find(name);
            if (found == captures.end() || found->second.empty()) return std::nullopt;
            return any_of_literally(found->second);
        });
    if (!text) return std::nullopt;
    const auto expression = Expression::compile({*text, pattern.flags});
    if (!expression) return std::nullopt;
    SparseTimeLimit limit{most_time_of_message, texts_between_looks};
    for (const auto one : texts) {
        if (expression->matches(one)) return true;
        if (limit.is_over()) return std::nullopt;
    }
    return false;
}

/// What a header rule looks at; empty where the field is missing and nothing is said for that.
std::string_view text_or(const std::optional<std::string>& found,
                         const std::optional<std::string>& if_unset)
{
    if (found) return *found;
    return if_unset ? std::string_view{*if_unset} : std::string_view{};
}

}  // namespace

CapturingPattern::CapturingPattern(const Pattern& pattern, const RuleFlags& flags)
    : most_{std::min(most_hits_of(flags), most_captured)}, skips_subject_{flags.no_subject}
{
    if (auto compiled = Expression::compile(pattern)) expression_ = std::move(*compiled);
}

void CapturingPattern::capture(std::span<const std::string_view> texts, Captures& captures) const
{
    if (!expression_ || texts.empty()) return;
    std::vector<Expression::Part> parts;
    auto left = most_;
    SparseTimeLimit limit{most_time_of_message, texts_between_looks};
    for (const auto text : texts.subspan(skips_subject_ ? 1 : 0)) {
        if (limit.is_over()) return;
        for (std::size_t from = 0;
             left > 0 && from <= text.size() && expression_->find(text, from, parts); --left) {
            for (const auto& [name, number] : expression_->group_names()) {
                if (number >= parts.size() || parts[number].begin >= parts[number].end) continue;
                captures[name].emplace_back(
                    text.substr(parts[number].begin, parts[number].end - parts[number].begin));
            }
            from = std::max(parts[0].end, from + 1);
        }
    }
}

std::uint32_t most_hits_of(const RuleFlags& flags)
{
    if (!flags.multiple) return 1;
    return flags.most_hits == 0 ? most_counted : std::min(flags.most_hits, most_counted);
}

bool is_capturing(const Pattern& pattern)
{
    for (auto at = pattern.text.find("(?"); at != std::string::npos;
         at = pattern.text.find("(?", at + 1))
        if (begins_named_group(pattern.text, at)) return true;
    return false;
}

bool is_template(const Pattern& pattern) { return placeholder(pattern.text, 0).has_value(); }

const EvalEntry* find_eval(std::string_view name)
{
    for (const auto all : {sender_evals(), content_evals(), learned_evals(), authentication_evals(),
                           network_evals()}) {
        const auto found =
            std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
        if (found != all.end()) return &*found;
    }
    return nullptr;
}

void TextRules::add(std::uint32_t rule, const Pattern& pattern, const RuleFlags& flags,
                    bool is_helper)
{
    const bool waits = is_template(pattern);
    const bool captures = !waits && is_capturing(pattern);
    if (waits) templates_.push_back({rule, pattern});
    if (captures) capturing_.push_back({rule, CapturingPattern{pattern, flags}});
    members_.push_back({waits ? weakened(pattern) : pattern, most_hits_of(flags), flags.no_subject,
                        is_helper && !waits && !captures});
    rules_.push_back(rule);
}

std::vector<std::pair<std::uint32_t, std::string>> TextRules::finish()
{
    std::vector<PatternSet::Fault> faults;
    set_ = PatternSet{std::move(members_), faults};
    std::vector<std::pair<std::uint32_t, std::string>> told;
    for (auto& fault : faults) told.emplace_back(rules_[fault.member], std::move(fault.what));
    return told;
}

void TextRules::match(std::span<const std::string_view> texts, Values& values, Captures& captures,
                      PutOff* put_off) const
{
    std::vector<std::uint32_t> counts;
    WaitingMembers waiting;
    set_.scan(texts, counts, put_off ? &waiting : nullptr);
    for (std::size_t member = 0; member < counts.size(); ++member)
        if (counts[member] != 0) values[rules_[member]] = counts[member];
    for (const auto& [rule, pattern] : capturing_)
        if (values[rule] != 0) pattern.capture(texts, captures);
    if (!waiting.is_empty())
        put_off->add(set_, texts, counts, std::move(waiting), [this](std::size_t member) {
            return PutOff::Use{rules_[member], false};
        });
}

void TextRules::fill(std::span<const std::string_view> texts, const Captures& captures,
                     Values& values) const
{
    for (const auto& one : templates_)
        if (values[one.rule] != 0)
            values[one.rule] = filled_matches(one.pattern, captures, texts).value_or(false) ? 1 : 0;
}

HeaderRules::Group& HeaderRules::group_of(const HeaderTest& test)
{
    auto query = HeaderQuery::parse(test.query);
    const auto [known, is_new_query] = query_numbers_.emplace(query, queries_.size());
    if (is_new_query) queries_.push_back(std::move(query));
    const auto number = known->second;
    const auto [found, is_new] =
        group_numbers_.emplace(std::pair{number, test.if_unset}, groups_.size());
    if (is_new) groups_.push_back(Group{number, test.if_unset, {}, {}, {}, {}, {}});
    return groups_[found->second];
}

void HeaderRules::add(std::uint32_t rule, const HeaderTest& test, const RuleFlags& flags,
                      bool is_helper)
{
    auto& group = group_of(test);
    const Use use{rule, test.negated};
    if (test.exists) return group.existence.push_back(use);
    if (is_template(test.pattern)) {
        templates_.push_back({group.query, group.if_unset, {rule, test.pattern}, test.negated});
        group.members.push_back({weakened(test.pattern), 1, false});
        group.uses.push_back({rule, false});
        return;
    }
    const bool captures = is_capturing(test.pattern);
    group.members.push_back(
        {test.pattern, test.negated ? 1 : most_hits_of(flags), false, is_helper && !captures});
    group.uses.push_back(use);
    if (captures) capturing_.push_back({group.query, CapturingPattern{test.pattern, flags}});
}

std::vector<std::pair<std::uint32_t, std::string>> HeaderRules::finish()
{
    constexpr std::array<std::string_view, 1> nothing{};
    std::vector<std::pair<std::uint32_t, std::string>> told;
    for (auto& group : groups_) {
        std::vector<PatternSet::Fault> faults;
        group.set = PatternSet{std::move(group.members), faults, TextCount::One};
        for (auto& fault : faults) {
            auto& use = group.uses[fault.member];
            use.negated = false;  // that no text has what cannot be looked for says nothing
            told.emplace_back(use.rule, std::move(fault.what));
        }
        group.set.scan(nothing, group.counts_when_empty);
    }
    query_numbers_.clear();
    group_numbers_.clear();
    return told;
}

HeaderRules::Texts HeaderRules::texts(const Rendering& rendering,
                                      const RegistryBoundaries& boundaries) const
{
    Texts texts;
    texts.reserve(queries_.size());
    for (const auto& query : queries_) texts.push_back(query.text(rendering, boundaries));
    return texts;
}

void HeaderRules::match(const Texts& texts, Values& values, Captures& captures,
                        PutOff* put_off) const
{
    std::vector<std::uint32_t> counts;
    std::vector<std::size_t> unknown;
    for (const auto& group : groups_) {
        const auto& found = texts[group.query];
        for (const auto& use : group.existence)
            values[use.rule] = found.has_value() != use.negated ? 1 : 0;
        const auto text = text_or(found, group.if_unset);
        if (text.empty()) {
            counts = group.counts_when_empty;
            group.set.pass_over_message();
            unknown.clear();
        } else {
            WaitingMembers waiting;
            unknown = group.set.scan(std::span{&text, 1}, counts, put_off ? &waiting : nullptr);
            if (!waiting.is_empty())
                put_off->add(group.set, text, counts, std::move(waiting),
                             [&](std::size_t member) { return group.uses[member]; });
        }
        for (std::size_t member = 0; member < counts.size(); ++member) {
            const auto& use = group.uses[member];
            if (use.negated) values[use.rule] = counts[member] == 0 ? 1 : 0;
            else if (counts[member] != 0) values[use.rule] = counts[member];
        }
        for (const auto member : unknown) values[group.uses[member].rule] = 0;
    }
    for (const auto& one : capturing_)
        if (const auto& text = texts[one.query])
            one.pattern.capture(std::array{std::string_view{*text}}, captures);
}

void HeaderRules::fill(const Texts& texts, const Captures& captures, Values& values) const
{
    for (const auto& one : templates_) {
        const std::array text{text_or(texts[one.query], one.if_unset)};
        const auto matches = filled_matches(one.filled.pattern, captures, text);
        values[one.filled.rule] = matches && *matches != one.negated ? 1 : 0;
    }
}

std::vector<std::uint32_t> HeaderRules::given_up() const
{
    std::vector<std::uint32_t> all;
    for (const auto& group : groups_)
        for (const auto member : group.set.resting()) all.push_back(group.uses[member].rule);
    return all;
}

std::vector<PatternSet*> HeaderRules::sets()
{
    std::vector<PatternSet*> all;
    for (auto& group : groups_) all.push_back(&group.set);
    return all;
}

}  // namespace lazaret::filter::rules
