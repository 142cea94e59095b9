#include "portal/copy_page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/html/shown_text.hpp"
#include "base/records/score_blocks.hpp"
#include "base/text.hpp"
#include "base/words/list_words.hpp"
#include "base/words/reason.hpp"
#include "portal/notice.hpp"
#include "portal/preview_frame.hpp"
#include "portal/senders.hpp"
#include "portal/wording.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t longest_text = 256 << 10;  // bytes of a message shown as text
constexpr std::size_t most_parts = 200;

bool is_listed(const CopyView& view, ListKind kind)
{
    return std::any_of(view.entries.begin(), view.entries.end(),
                       [&](const auto& listed) { return listed.entry.kind == kind; });
}

bool is_asked(const CopyView& view, store::RequestKind kind)
{
    return std::any_of(view.requests.begin(), view.requests.end(),
                       [&](const auto& request) { return request.kind == kind; });
}

// Whether the sender is allowed already, if this copy's mail is. An entry without proof may be for
// another network than the one where the sender is now.
bool is_allowed(const CopyView& view, const store::NewEntry& wanted)
{
    return std::any_of(view.entries.begin(), view.entries.end(), [&](const auto& listed) {
        const auto& entry = listed.entry;
        return entry.kind == ListKind::Allow && (!entry.is_narrow() || entry.proof == wanted.proof);
    });
}

// Whoever asks an administrator is none himself.
bool is_recipients(const CopyView& view) { return view.role == Role::Recipient; }

// Whether pressing it would do something, as the copy stands; the right was asked before.
bool is_of_use(const CopyView& view, Press press)
{
    const auto state = view.copy.summary.state;
    const bool is_held = state == store::CopyState::Held;
    switch (press) {
        case Press::Release: return is_held;
        case Press::Delete: return is_held && !view.copy.summary.legal_hold;
        case Press::Ask:
            return is_held && is_recipients(view) && !is_asked(view, store::RequestKind::Release);
        case Press::Adjust:
            return is_recipients(view) && !is_asked(view, store::RequestKind::Adjust);
        case Press::Newsletter:
            return sender_entry(view.copy, ListKind::Newsletter) &&
                   !is_listed(view, ListKind::Newsletter);
        case Press::Allow: {
            const auto wanted = sender_entry(view.copy, ListKind::Allow);
            return wanted && !is_allowed(view, *wanted);
        }
        case Press::Block:
            return sender_entry(view.copy, ListKind::Deny) && !is_listed(view, ListKind::Deny);
        case Press::Look:
        case Press::Forget:
        case Press::Fresh: return false;  // these stand elsewhere
    }
    return false;
}

// The allow entry that the copy would make, if it would only count from one network.
std::optional<store::NewEntry> narrow_entry(const CopyView& view)
{
    auto entry = sender_entry(view.copy, ListKind::Allow);
    if (entry && !entry->is_narrow()) entry.reset();
    return entry;
}

std::string label(const Words& words, const CopyView& view, Press press)
{
    switch (press) {
        case Press::Release: return release_label(words, view.is_guest);
        case Press::Newsletter: return words("Accept this newsletter");
        case Press::Allow:
            if (narrow_entry(view))
                return words("Send it, and allow this sender for {days} days",
                             {{"days", std::to_string(usual_unproven_life.count())}});
            return words("Send it, and always allow this sender");
        case Press::Adjust: return words("Ask for the filter to be adjusted");
        case Press::Ask: return words("Ask for its release");
        case Press::Block: return words("Block this sender");
        case Press::Delete: return words("Delete it now");
        case Press::Look:
        case Press::Forget:
        case Press::Fresh: break;
    }
    return {};
}

std::string allow_explanation(const Words& words, const CopyView& view, Moment now)
{
    if (const auto narrow = narrow_entry(view))
        return words(
            "Nothing proves that this message is from its sender: anybody can write this address. "
            "So only mail of exactly this address counts, only from the network {network}, and "
            "only until {day}. Viruses and dangerous mail stay held, and newsletters do. You can "
            "undo it here.",
            {{"network", narrow->proof->of}, {"day", words.date(now + usual_unproven_life)}});
    return words(
        "Only mail that provably comes from this address counts, viruses and "
        "dangerous mail stay held, and newsletters do. You can undo it here.");
}

// What will happen, and what will not.
std::string explanation(const Words& words, const CopyView& view, Press press, Moment now)
{
    const auto sender = shown_line(view.copy.from_address);
    switch (press) {
        case Press::Newsletter:
            if (view.is_guest)
                return words(
                    "This message is sent to its recipient, and from now on this newsletter is. "
                    "Other mail of the sender is not affected.");
            return words(
                "This message is sent to you, and from now on this newsletter is. Other "
                "mail of the sender is not affected.");
        case Press::Allow: return allow_explanation(words, view, now);
        case Press::Adjust:
            return words(
                "An administrator looks at the message. If you are right, the filter "
                "learns from it.");
        case Press::Ask:
            if (view.is_guest)
                return words(
                    "An administrator looks at the message and may send it to its recipient.");
            return words("An administrator looks at the message and may send it to you.");
        case Press::Block:
            if (view.is_guest)
                return words(
                    "Mail from {sender} will be held and not be in its recipient's reports. You "
                    "can undo it here.",
                    {{"sender", sender}});
            return words(
                "Mail from {sender} will be held and not be in your reports. You can undo "
                "it here.",
                {{"sender", sender}});
        case Press::Delete: return words("It cannot be brought back.");
        case Press::Release:
        case Press::Look:
        case Press::Forget:
        case Press::Fresh: break;
    }
    return {};
}

std::string address_of(const Site& site, const CopyView& view, std::string_view behind)
{
    return fmt::format("{}/m/{}/{}", site.prefix, view.claim, behind);
}

// Which address is to be allowed, where that of this mail is used only once.
void add_choices(Fill& button, const Words& words, const CopyView& view)
{
    const auto from = parse_address(view.copy.from_address);
    const auto steady = from ? sender_family(*from) : std::nullopt;
    if (!steady || narrow_entry(view)) return;
    auto& choices = button.add("CHOICES");
    choices.set(
        "CHOICE_TITLE",
        words("This address may be made for this one message only. Which are to be allowed?"));
    choices.set("STEADY_LABEL", words("all that differ only in what stands behind"));
    choices.set("STEADY", shown_line(steady->key()));
    choices.set("EXACT_LABEL", words("exactly this address"));
    choices.set("EXACT", shown_line(from->key()));
}

void add_buttons(Fill& fill, const Site& site, const Words& words, const CopyView& view)
{
    bool is_first = true;
    for (const auto press : offered(view)) {
        auto& button = fill.add("BUTTON");
        button.set("ACTION", address_of(site, view, info(press).path));
        button.set("LABEL", label(words, view, press));
        button.set("KIND", is_first ? "first" : "other");
        const auto text = explanation(words, view, press, site.now());
        if (!text.empty()) button.add("EXPLANATION").set("TEXT", text);
        if (press == Press::Allow) add_choices(button, words, view);
        if (press == Press::Adjust || press == Press::Ask) {
            auto& comment = button.add("COMMENT");
            comment.set("FIELD", fmt::format("comment-{}", info(press).path));
            comment.set("COMMENT_LABEL", words("Comment (you may leave it empty)"));
        }
        is_first = false;
    }
}

void add_entries(Fill& fill, const Site& site, const Words& words, const CopyView& view)
{
    for (const auto& [entry, owner, comment, origin, by, created, hits, last] : view.entries) {
        auto& row = fill.add("ENTRY");
        const auto name = shown_line(entry.list_id.empty() ? entry.sender.text : entry.list_id);
        row.set("TEXT", list_words(words, entry.kind, entry.proof, entry.expires, !view.is_guest));
        row.set("NAME", name);
        if (origin != store::made_by_link) continue;
        auto& undo = row.add("UNDO");
        undo.set("ACTION", address_of(site, view, "forget"));
        undo.set("KIND", std::string{token(entry.kind)});
        undo.set("SENDER", entry.sender.text);
        undo.set("LABEL", words("Undo"));
    }
}

void add_score(Fill& fill, const Words& words, const CopyView& view, double refuse_at)
{
    const auto filled = filled_blocks(view.copy.summary.score, refuse_at);
    for (int block = 0; block < score_blocks; ++block)
        fill.add("BLOCK").set("BLOCK_KIND", block < filled ? "full" : "empty");
    fill.set("L_SCORE", words("Score"));
    fill.set("SCORE_TEXT",
             words("{score}; {filled} of 4", {{"score", words.number(view.copy.summary.score, 1)},
                                              {"filled", words.number(filled, 0)}}));
}

void add_reasons(Fill& fill, const Words& words, const CopyView& view)
{
    if (view.copy.hits.empty()) return;
    auto& reasons = fill.add("REASONS");
    reasons.set("L_REASONS", words("Why it is held"));
    for (const auto& hit : view.copy.hits) reasons.add("REASON").set("TEXT", reason(words, hit));
}

void add_preview(Fill& fill, const Site& site, const Words& words, const CopyView& view)
{
    const auto& preview = view.copy.preview;
    fill.set("L_MESSAGE", words("The message"));
    switch (shown_as(view.role, view.copy.summary.verdict, preview)) {
        case Shown::Html: {
            auto& frame = fill.add("FRAME");
            frame.set("SOURCE", address_of(site, view, "preview"));
            frame.set("FRAME_TITLE", words("The message, without links and remote pictures"));
            break;
        }
        case Shown::Text:
            if (trimmed(preview.text).empty())
                fill.add("NO_TEXT").set("TEXT", words("There is no text in it."));
            else fill.add("PLAIN").set("TEXT", shown_text(preview.text, longest_text));
            break;
        case Shown::Nothing:
            fill.add("NO_TEXT").set("TEXT", words("This message is not shown."));
            break;
    }
}

void add_parts(Fill& fill, const Words& words, const CopyView& view)
{
    const auto& parts = view.copy.preview.parts;
    if (parts.empty()) return;
    auto& list = fill.add("PARTS");
    list.set("L_PARTS", words("Attachments"));
    list.set("L_NAME", words("Name"));
    list.set("L_TYPE", words("Type by content"));
    list.set("L_SIZE", words("Size"));
    const auto said = scan_sentence(words, view.copy);
    if (!said.empty()) list.add("SCAN").set("SCAN_TEXT", said);
    for (std::size_t at = 0; at < std::min(parts.size(), most_parts); ++at) {
        auto& row = list.add("PART");
        row.set("NAME",
                parts[at].name.empty() ? words("(no name)") : shown_line(parts[at].name, 200));
        row.set("TYPE", shown_line(parts[at].type, 100));
        row.set("SIZE", size_text(words, parts[at].size));
    }
}

void add_facts(Fill& fill, const Words& words, const CopyView& view)
{
    const auto& copy = view.copy;
    auto& facts = fill.add("FACTS");
    facts.set("L_FACTS", words("Technical details"));
    const auto add = [&](const std::string& name, std::string_view value) {
        if (value.empty()) return;
        auto& fact = facts.add("FACT");
        fact.set("NAME", name);
        fact.set("VALUE", shown_line(value));
    };
    add(words("Envelope sender"), copy.summary.sender.empty() ? "<>" : copy.summary.sender);
    add(words("Recipient"), copy.summary.recipient);
    add(words("Received from"), copy.client_ip);
    add(words("Its name for itself"), copy.helo);
    add(words("Mailing list"), copy.list_id);
    add(words("Queue id"), copy.summary.queue_id);
    add(words("Reference"), copy.summary.reference.text());
    add(words("Size"), size_text(words, copy.summary.size));
    for (const auto& host : copy.preview.link_hosts) add(words("Link to"), host);
}

}  // namespace

std::vector<Press> offered(const CopyView& view)
{
    std::vector<Press> presses;
    for (std::size_t at = 0; at < press_count; ++at) {
        const auto press = static_cast<Press>(at);
        const auto right = info(press).right;
        if (right && store::may(view.role, *right, view.copy.summary) && is_of_use(view, press))
            presses.push_back(press);
    }
    if (view.first) {
        const auto found = std::find(presses.begin(), presses.end(), *view.first);
        if (found != presses.end()) std::rotate(presses.begin(), found, found + 1);
    }
    return presses;
}

Response copy_page(const Site& site, const Reader& reader, const CopyView& view)
{
    const auto& words = reader.words;
    const auto& copy = view.copy.summary;
    const auto subject = shown_line(copy.subject);
    auto fill = page_fill(site, reader, subject.empty() ? words("(no subject)") : subject);
    fill.set("STATE", state_sentence(words, view.copy, site.now(), !view.is_guest));
    fill.set("L_FROM", words("From"));
    fill.set("FROM", shown_line(copy.from.empty() ? copy.sender : copy.from));
    // As it really is: a domain of look-alike letters stands here as xn--...
    fill.set("L_ADDRESS", words("Address"));
    fill.set("ADDRESS", view.copy.from_address.empty() ? words("none that can be read")
                                                       : shown_line(view.copy.from_address));
    fill.set("L_DATE", words("Date"));
    fill.set("DATE",
             fmt::format("{} {}", words.date_time(copy.received), words.zone_name(copy.received)));
    fill.set("L_CLASS", words("Class"));
    fill.set("CLASS", class_name(words, copy.verdict));
    fill.set("CLASS_TEXT", class_sentence(words, copy.verdict));
    add_score(fill, words, view, reader.refuse_at);
    if (view.is_guest)
        fill.add("REQUEST").set("TEXT",
                                words("You see the quarantine of {address}.",
                                      {{"address", shown_line(copy.mailbox, longest_shown)}}));
    for (const auto& look : view.looks) fill.add("REQUEST").set("TEXT", look_sentence(words, look));
    for (const auto& request : view.requests)
        fill.add("REQUEST").set("TEXT", request_sentence(words, request, !view.is_guest));
    add_entries(fill, site, words, view);
    fill.set("L_ACTIONS", words("What you can do"));
    add_buttons(fill, site, words, view);
    add_reasons(fill, words, view);
    add_preview(fill, site, words, view);
    add_parts(fill, words, view);
    add_facts(fill, words, view);
    Response response{.body = site.templates.text("copy.html", fill)};
    protect(response, Document::Page);
    return response;
}

}  // namespace lazaret::portal
