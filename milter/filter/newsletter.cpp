#include "milter/filter/newsletter.hpp"

#include "base/text.hpp"
#include "milter/filter/own_hits.hpp"

namespace lazaret::filter {
namespace {

struct Signs {
    bool unsubscribe = false;  // RFC 2369
    bool one_click = false;    // RFC 8058
    bool discussion = false;   // RFC 2369 List-Post, and not "NO"
    bool feedback_id = false;  // the campaign, as large senders name it to mailbox providers
    bool precedence_bulk = false;
    bool automatic = false;  // RFC 3834: an answer or a notice of a machine
};

Signs signs_of(const Message& message)
{
    Signs signs;
    for (const auto& field : message.header.fields) {
        const auto is = [&](std::string_view name) { return same_ignoring_case(field.name, name); };
        const auto value = trimmed(field.value);
        if (value.empty()) continue;
        if (is("list-unsubscribe")) signs.unsubscribe = true;
        else if (is("list-unsubscribe-post")) signs.one_click = true;
        else if (is("list-post")) signs.discussion = !starts_ignoring_case(value, "no");
        else if (is("feedback-id")) signs.feedback_id = true;
        else if (is("auto-submitted")) signs.automatic = !same_ignoring_case(value, "no");
        else if (is("precedence")) signs.precedence_bulk = same_ignoring_case(value, "bulk");
    }
    return signs;
}

}  // namespace

bool is_newsletter(const Message& message)
{
    const auto signs = signs_of(message);
    // On a list whose readers write too, the recipient takes part by his own wish; such lists offer
    // one-click unsubscription as well by now, so this comes first.
    if (signs.discussion) return false;
    if (signs.one_click || signs.unsubscribe) return true;
    return signs.precedence_bulk && signs.feedback_id && !signs.automatic;
}

Check newsletter_check()
{
    return {"newsletter", [](const Mail& mail, Findings& findings) {
                if (!is_newsletter(mail.message)) return;
                findings.bulk = true;
                findings.hits.push_back(own_hit(OwnHit::Newsletter, mail.message.list_id));
            }};
}

}  // namespace lazaret::filter
