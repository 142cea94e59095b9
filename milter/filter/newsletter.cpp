#include "milter/filter/newsletter.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/bulk/phrases.hpp"
#include "milter/filter/own_hits.hpp"

namespace lazaret::filter {
namespace {

// Of the text: a letter says what it is about first, and how to leave last.
constexpr std::size_t text_begin = 600;  // bytes
constexpr std::size_t text_end = 700;
constexpr std::size_t last_links = 8;
constexpr std::size_t links_of_a_layout = 8;

// What services write into the mail of campaigns, beside the fields with "campaign" in their name.
constexpr auto service_fields = std::to_array<std::string_view>(
    {"x-csa-complaints", "x-mc-user", "x-sg-eid", "x-sfmc-stack", "x-mailgun-sid", "x-mailin-eid",
     "x-ses-outgoing", "x-mailer-info", "x-report-abuse"});

constexpr auto names_of_campaigns =
    std::to_array<std::string_view>({"newsletter", "newsletters", "news", "marketing", "promo",
                                     "promotions", "offers", "deals", "updates", "digest"});
constexpr auto hosts_of_campaigns = std::to_array<std::string_view>(
    {"news", "newsletter", "newsletters", "email", "e", "em", "mail", "mailer", "mailing", "mkt",
     "marketing", "promo", "offers", "lists"});

struct Header {
    bool unsubscribe = false;  // RFC 2369
    bool one_click = false;    // RFC 8058
    bool discussion = false;   // RFC 2369 List-Post, and not "NO"
    bool group = false;        // Mailing-List: ezmlm and what came of it, older than List-Post
    bool feedback_id = false;  // the campaign, as large senders name it to mailbox providers
    bool bulk = false;         // Precedence
    bool service = false;
    bool automatic = false;  // RFC 3834: an answer or a notice of a machine
    bool answer = false;
};

bool is_of_service(std::string_view name)
{
    if (!starts_ignoring_case(name, "x-")) return false;
    const auto small = ascii_lower(name);
    return small.find("campaign") != std::string::npos ||
           std::ranges::find(service_fields, small) != service_fields.end();
}

Header header_of(const Message& message)
{
    Header header;
    for (const auto& field : message.header.fields) {
        const auto is = [&](std::string_view name) { return same_ignoring_case(field.name, name); };
        const auto value = trimmed(field.value);
        if (value.empty()) continue;
        if (is("list-unsubscribe")) header.unsubscribe = true;
        else if (is("list-unsubscribe-post")) header.one_click = true;
        else if (is("list-post")) header.discussion = is_for_readers(value);
        else if (is("mailing-list")) header.group = true;
        else if (is("feedback-id")) header.feedback_id = true;
        else if (is("auto-submitted")) header.automatic = !same_ignoring_case(value, "no");
        else if (is("precedence")) header.bulk = same_ignoring_case(value, "bulk");
        else if (is("in-reply-to")) header.answer = true;
        else header.service = header.service || is_of_service(field.name);
    }
    return header;
}

std::string quoted(std::string_view phrase) { return '"' + std::string{phrase} + '"'; }

// Adds up what speaks for a newsletter, and says it.
class Sum {
public:
    void add(bool there, int points, std::string_view sign)
    {
        if (!there) return;
        signs_.points += points;
        if (points > 0) signs_.list += (signs_.list.empty() ? "" : ", ") + std::string{sign};
    }
    void add(const PhrasesFound& found, PhraseKind kind, std::size_t least, int points)
    {
        add(found.count(kind) >= least, points, quoted(found.example(kind)));
    }
    BulkSigns result() && { return std::move(signs_); }

private:
    BulkSigns signs_;
};

std::string_view what_readers_see(const Message& message)
{
    return message.html_text.empty() ? message.text : message.html_text;
}

PhrasesFound phrases_of_text(std::string_view text)
{
    if (text.size() <= text_begin + text_end) return phrases_in(text);
    auto found = phrases_in(text.substr(0, text_begin));
    const auto end = phrases_in(text.substr(text.size() - text_end));
    for (std::size_t kind = 0; kind < phrase_kind_count; ++kind) {
        found.counts[kind] += end.counts[kind];
        if (found.first[kind].empty()) found.first[kind] = end.first[kind];
    }
    return found;
}

// One of the last links says that it leads to the end of a subscription.
bool has_link_to_leave(const Message& message)
{
    const auto& links = message.links;
    const auto begin =
        links.end() - static_cast<std::ptrdiff_t>(std::min(links.size(), last_links));
    return std::any_of(begin, links.end(), [](const Message::Link& link) {
        for (const auto* word : {"nsubscribe", "optout", "opt-out"})
            if (link.url.find(word) != std::string::npos) return true;
        return false;
    });
}

template <std::size_t size>
bool is_among(const std::array<std::string_view, size>& names, std::string_view name)
{
    return std::ranges::any_of(names, [&](auto one) { return same_ignoring_case(one, name); });
}

void add_author(const Message& message, Sum& sum)
{
    if (message.from_addresses.empty()) return;
    const auto& from = message.from_addresses.front();
    sum.add(is_among(names_of_campaigns, from.local), 2, from.local + '@');
    const auto label = from.domain.substr(0, from.domain.find('.'));
    sum.add(is_among(hosts_of_campaigns, label), 1, label + '.');
}

bool has_calendar(const Message& message)
{
    return std::ranges::any_of(message.attachments, [](const Message::Attachment& one) {
        return one.declared_type == "text/calendar" || one.declared_type == "application/ics";
    });
}

BulkSigns signs_of(const Message& message, const Header& header)
{
    Sum sum;
    sum.add(header.unsubscribe || header.one_click, 4,
            header.unsubscribe ? "List-Unsubscribe" : "List-Unsubscribe-Post");
    sum.add(header.unsubscribe && header.one_click, 1, "List-Unsubscribe-Post");
    sum.add(header.feedback_id, 1, "Feedback-ID");
    sum.add(header.bulk, 1, "Precedence");
    // Of a campaign, and for many.
    sum.add(header.bulk && header.feedback_id, 2, "a campaign for many");
    sum.add(header.service && !header.feedback_id, 1, "a sending service");
    add_author(message, sum);

    const auto text = phrases_of_text(what_readers_see(message));
    sum.add(text, PhraseKind::Leave, 1, 2);
    sum.add(text.count(PhraseKind::Leave) == 0 && has_link_to_leave(message), 2, "unsubscribe=");
    sum.add(text, PhraseKind::Online, 1, 1);
    sum.add(text, PhraseKind::Offer, 2, 1);
    sum.add(message.links.size() >= links_of_a_layout, 1, "many links");
    const auto subject = phrases_in(message.subject);
    sum.add(subject, PhraseKind::Offer, 1, 2);

    sum.add(subject.count(PhraseKind::Business) > 0, -8, "");
    sum.add(subject.count(PhraseKind::Personal) > 0, -3, "");
    sum.add(text.count(PhraseKind::Business) > 2, -1, "");
    sum.add(header.automatic, -2, "");
    sum.add(header.answer, -3, "");
    return std::move(sum).result();
}

}  // namespace

BulkSigns bulk_signs(const Message& message)
{
    const auto header = header_of(message);
    if (header.discussion || header.group || has_calendar(message)) return {};
    return signs_of(message, header);
}

bool is_for_readers(std::string_view list_post)
{
    return !starts_ignoring_case(trimmed(list_post), "no");
}

bool is_newsletter(const Message& message) { return bulk_signs(message).are_enough(); }

Check newsletter_check()
{
    return {"newsletter", [](const Mail& mail, Findings& findings) {
                const auto signs = bulk_signs(mail.message);
                if (!signs.are_enough()) return;
                const auto& list = mail.message.list_id;
                findings.bulk = true;
                findings.hits.push_back(own_hit(
                    OwnHit::Newsletter, list.empty() ? signs.list : list + ": " + signs.list));
            }};
}

}  // namespace lazaret::filter
