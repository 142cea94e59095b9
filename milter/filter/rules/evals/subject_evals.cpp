#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/evals/sender_eval_groups.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t longest_subject = 2'000;  // of what is compared with lists

// SpamAssassin answers no since version 4.
unsigned check_for_unique_subject_id(const EvalContext&, std::span<const std::string>) { return 0; }

constexpr auto reply_marks = std::to_array<std::string_view>(
    {"re:", "fwd:", "fw:", "aw:", "antwort:", "wg:", "sv:", "vb:", "vs:", "vl:"});

std::string_view without_reply_marks(std::string_view subject)
{
    while (true) {
        const auto* mark =
            std::find_if(reply_marks.begin(), reply_marks.end(),
                         [&](std::string_view one) { return starts_ignoring_case(subject, one); });
        if (mark == reply_marks.end()) return subject;
        subject = without_leading_blanks(subject.substr(mark->size()));
    }
}

bool has_capital_charset(std::string_view raw)
{
    for (auto at = raw.find("=?"); at != std::string_view::npos; at = raw.find("=?", at + 1)) {
        auto end = at + 2;
        while (end < raw.size() && (is_word(raw[end]) || raw[end] == '-')) ++end;
        if (end >= raw.size() || raw[end] != '?') continue;
        if (looks_like_capitals(raw.substr(at + 2, end - at - 2))) return true;
    }
    return false;
}

unsigned subject_is_all_caps(const EvalContext& context, std::span<const std::string>)
{
    const auto subject = without_reply_marks(without_blanks(context.headers.text("Subject")));
    if (subject.size() < 10 || std::none_of(subject.begin(), subject.end(), is_blank)) return 0;
    const bool has_small = std::any_of(subject.begin(), subject.end(),
                                       [](char c) { return is_letter(c) && !is_capital(c); });
    return !has_small && std::any_of(subject.begin(), subject.end(), is_capital) &&
           !has_capital_charset(context.headers.text("Subject:raw"));
}

// Forms in which spam names its reader: `Re: bob`, `bob, ...`, `bob`, `, bob!`.
bool names_reader(std::string_view subject, std::string_view name)
{
    constexpr std::string_view marks = ",:;!?-";
    const auto small_subject = ascii_lower(subject);
    const auto small_name = ascii_lower(name);
    std::string_view rest = small_subject;
    if (rest == small_name) return true;
    if (rest.starts_with("re:") || rest.starts_with("fw:")) {
        rest = without_leading_blanks(rest.substr(3));
        if (rest == small_name) return true;
        const auto word = take_word(rest);
        if (std::all_of(word.begin(), word.end(), is_word) &&
            without_leading_blanks(rest) == small_name)
            return true;
    }
    if (subject.starts_with(name)) {
        const auto behind = without_leading_blanks(subject.substr(name.size()));
        if (!behind.empty() && contains(marks, behind.substr(0, 1)) &&
            (behind.size() == 1 || is_blank(behind[1])))
            return true;
    }
    rest = small_subject;
    if (!rest.starts_with(',')) return false;
    rest = without_leading_blanks(rest.substr(1));
    return rest.size() == small_name.size() + 1 && rest.starts_with(small_name) &&
           contains(marks, rest.substr(rest.size() - 1));
}

unsigned check_for_to_in_subject(const EvalContext& context, std::span<const std::string> arguments)
{
    const std::string_view to = context.headers.text("To:addr");
    if (to.empty()) return 0;
    std::string_view subject = context.headers.text("Subject");
    if (argument(arguments, 0) == "address") {
        // No mail can be sent to a longer one, and to compare with it at each place would be slow.
        constexpr std::size_t longest_address = 320;
        if (to.size() > longest_address) return 0;
        const auto small_to = ascii_lower(to);
        const auto small_subject = ascii_lower(subject);
        for (auto at = small_subject.find(small_to); at != std::string::npos;
             at = small_subject.find(small_to, at + 1))
            if (is_word_border(subject, at) && is_word_border(subject, at + to.size())) return 1;
        return 0;
    }
    if (argument(arguments, 0) != "user") return 0;
    if (subject.ends_with('\n')) subject.remove_suffix(1);
    return names_reader(subject, to.substr(0, to.find('@')));
}

unsigned is_subject_in(const EvalContext& context, const std::vector<std::string>& globs)
{
    if (globs.empty()) return 0;
    const auto subject =
        ascii_lower(std::string_view{context.headers.text("Subject")}.substr(0, longest_subject));
    return !subject.empty() && std::any_of(globs.begin(), globs.end(), [&](const auto& glob) {
        return contains_glob(subject, glob);
    });
}

unsigned check_subject_in_welcomelist(const EvalContext& context, std::span<const std::string>)
{
    return is_subject_in(context, context.settings.sender.welcome_subjects);
}

unsigned check_subject_in_blocklist(const EvalContext& context, std::span<const std::string>)
{
    return is_subject_in(context, context.settings.sender.block_subjects);
}

constexpr auto table = std::to_array<EvalEntry>({
    {"check_for_unique_subject_id", "HeaderEval", check_for_unique_subject_id, {}},
    {"subject_is_all_caps", "HeaderEval", subject_is_all_caps, {}},
    {"check_for_to_in_subject", "HeaderEval", check_for_to_in_subject, {}, 1},
    {"check_subject_in_welcomelist", "WelcomeListSubject", check_subject_in_welcomelist, {}},
    {"check_subject_in_blocklist", "WelcomeListSubject", check_subject_in_blocklist, {}},
});

}  // namespace

std::span<const EvalEntry> subject_evals() { return table; }

}  // namespace lazaret::filter::rules
