#include "milter/apply.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace lazaret::milter {
namespace {

// Above all that the message came with; the MTA's own Received stays above it.
constexpr int topmost = 1;

// libmilter's functions take char*, and change nothing.
class MutableCopy {
public:
    explicit MutableCopy(std::string_view text) : text_{text} {}
    operator char*() noexcept { return text_.data(); }

private:
    std::string text_;
};

void must(int status, std::string_view step)
{
    if (status != MI_SUCCESS)
        throw Error{Error::Kind::Unavailable, "the MTA did not take an edit: {}", step};
}

std::string as_field(const std::string& value, bool leading_space)
{
    return leading_space ? " " + value : value;
}

sfsistat reply_of(Answer::Reply reply)
{
    switch (reply) {
        // Not SMFIS_ACCEPT: filters behind us may have something to say, and at the end of a
        // message it means the same to us.
        case Answer::Reply::Accept: return SMFIS_CONTINUE;
        case Answer::Reply::Refuse: return SMFIS_REJECT;
        case Answer::Reply::Later: return SMFIS_TEMPFAIL;
    }
    return SMFIS_TEMPFAIL;
}

}  // namespace

void set_reply(SMFICTX* context, const PublicReply& words, const std::string& about,
               const std::string& reference)
{
    auto text = std::string{words.text};
    if (!about.empty()) text += ": " + about;
    if (!reference.empty()) text += fmt::format(" (reference {})", reference);
    smfi_setreply(context, MutableCopy{words.code}, MutableCopy{words.enhanced}, MutableCopy{text});
}

sfsistat apply(SMFICTX* context, const Answer& answer, bool leading_space)
{
    if (answer.words) set_reply(context, *answer.words, answer.about, answer.reference);
    for (const auto& recipient : answer.drop)
        must(smfi_delrcpt(context, MutableCopy{recipient}), "recipient off");
    for (const auto& change : answer.changes) {
        const auto value = change.value.empty() ? "" : as_field(change.value, leading_space);
        must(smfi_chgheader(context, MutableCopy{change.name}, change.occurrence,
                            MutableCopy{value}),
             "header field changed");
    }
    for (const auto& addition : answer.additions)
        must(smfi_addheader(context, MutableCopy{addition.name},
                            MutableCopy{as_field(addition.value, leading_space)}),
             "header field added");
    for (const auto& insertion : answer.insertions)
        must(smfi_insheader(context, topmost, MutableCopy{insertion.name},
                            MutableCopy{as_field(insertion.value, leading_space)}),
             "header field inserted");
    return reply_of(answer.reply);
}

}  // namespace lazaret::milter
