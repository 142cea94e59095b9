#include <fmt/format.h>

#include <algorithm>

#include "base/html/shown_text.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/pages.hpp"
#include "portal/account/statistics.hpp"
#include "portal/account/visit.hpp"
#include "portal/in_session.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/sender_counts.hpp"
#include "quarantine-store/tenant_counts.hpp"

namespace lazaret::portal {
namespace {

// The picture, in units of its own; the style sheet says how wide it is.
constexpr std::int64_t picture_height = 120;
constexpr int picture_width = 600;
constexpr std::size_t most_named = 10;     // senders
constexpr std::size_t longest_name = 200;  // bytes

struct SpanRow {
    Span span;
    std::string_view path;
};
constexpr std::array<SpanRow, span_count> spans = {
    {{Span::Day, ""}, {Span::Week, "/weeks"}, {Span::Month, "/months"}}};

std::string label(const Words& words, Span span)
{
    switch (span) {
        case Span::Day: return words("Days");
        case Span::Week: return words("Weeks");
        case Span::Month: return words("Months");
    }
    return {};
}

std::vector<store::CounterRow> counters_of(store::Database& database, const Visit& visit, Day since)
{
    if (visit.realm)
        return store::TenantCounts{database, visit.realm->session_token, visit.tenant}.counters(
            since);
    std::vector<store::CounterRow> all;
    for (const auto& address : visit.addresses)
        for (auto& row : store::Trace{database}.counters(since, address, visit.tenant))
            all.push_back(std::move(row));
    return all;
}

// One block of a bar, on top of what is below it.
void add_block(Fill& fill, std::string_view kind, int x, int width, std::int64_t below,
               std::int64_t height)
{
    if (height == 0) return;
    fill.add("BLOCK")
        .set("KIND", std::string{kind})
        .set("X", std::to_string(x))
        .set("Y", std::to_string(picture_height - below - height))
        .set("WIDTH", std::to_string(width))
        .set("HEIGHT", std::to_string(height));
}

void add_picture(Fill& fill, const std::vector<Bar>& bars)
{
    std::int64_t most = 1;
    for (const auto& bar : bars) most = std::max(most, bar.received());
    const int step = picture_width / static_cast<int>(bars.size());
    const auto scaled = [&](std::int64_t messages) { return messages * picture_height / most; };
    for (std::size_t at = 0; at < bars.size(); ++at) {
        const auto& bar = bars[at];
        const int x = static_cast<int>(at) * step;
        const auto delivered = scaled(bar.delivered);
        const auto held = scaled(bar.delivered + bar.held);
        add_block(fill, "delivered", x, step - 2, 0, delivered);
        add_block(fill, "held", x, step - 2, delivered, held - delivered);
        add_block(fill, "refused", x, step - 2, held, scaled(bar.received()) - held);
    }
}

std::string count_text(const Words& words, std::int64_t count)
{
    return words.number(static_cast<double>(count), 0);
}

void add_row(Fill& fill, const Words& words, const std::string& name, const Bar& bar)
{
    fill.add("ROW")
        .set("NAME", name)
        .set("RECEIVED", count_text(words, bar.received()))
        .set("DELIVERED", count_text(words, bar.delivered))
        .set("HELD", count_text(words, bar.held))
        .set("REFUSED", count_text(words, bar.refused));
}

Bar sum_of(const std::vector<Bar>& bars)
{
    Bar sum;
    for (const auto& bar : bars) {
        sum.delivered += bar.delivered;
        sum.held += bar.held;
        sum.refused += bar.refused;
        for (std::size_t id = 0; id < class_count; ++id)
            sum.held_by_class[id] += bar.held_by_class[id];
    }
    return sum;
}

void add_numbers(Fill& fill, const Words& words, const std::vector<Bar>& bars)
{
    fill.set("L_FROM", words("From"));
    fill.set("L_RECEIVED", words("Received"));
    fill.set("L_DELIVERED", words("Delivered"));
    fill.set("L_HELD", words("Held"));
    fill.set("L_REFUSED", words("Refused"));
    for (auto bar = bars.rbegin(); bar != bars.rend(); ++bar)
        if (bar->received() != 0) add_row(fill, words, words.date(bar->from), *bar);
    const auto sum = sum_of(bars);
    add_row(fill, words, words("All"), sum);
    for (const auto& one : all_classes()) {
        const auto count = sum.held_by_class[static_cast<std::size_t>(one.id)];
        if (count == 0) continue;
        fill.add("CLASS")
            .set("NAME", class_name(words, one.id))
            .set("COUNT", count_text(words, count));
    }
    if (sum.held != 0) fill.add("CLASSES").set("L_CLASSES", words("What was held"));
}

// What was delivered is for its recipient alone: a guest sees nothing of it, and an administrator
// only who wrote to many.
std::vector<store::SenderCount> senders_of(store::Database& database, const Visit& visit,
                                           const std::string& token, Day since, bool newsletters)
{
    switch (visit.whose()) {
        case Whose::Own: break;
        case Whose::Host: return {};
        case Whose::Realm:
            return store::TenantCounts{database, token, visit.tenant}.top_senders(
                since, newsletters, most_named);
    }
    return store::top_senders(database, token, since, newsletters, most_named);
}

void add_senders(Fill& fill, const Words& words, const std::vector<store::SenderCount>& most,
                 Day since, bool newsletters)
{
    if (most.empty()) return;
    auto& part = fill.add("SENDERS");
    const std::chrono::year_month_day first{since};
    const auto month = words.date(Day{first.year() / first.month() / 1});
    part.set("L_SENDERS",
             newsletters ? words("Newsletters that came most often since {date}", {{"date", month}})
                         : words("Who wrote most often since {date}", {{"date", month}}));
    part.set("L_SENDER", words("Sender"));
    part.set("L_COUNT", words("Delivered"));
    for (const auto& one : most)
        part.add("SENDER")
            .set("NAME", shown_line(one.sender, longest_name))
            .set("COUNT", count_text(words, one.messages));
}

void add_recipients(Fill& fill, store::Database& database, const Words& words, const Visit& visit,
                    Day since)
{
    const auto most =
        store::TenantCounts{database, visit.realm->session_token, visit.tenant}.top_recipients(
            since, most_named);
    if (most.empty()) return;
    auto& part = fill.add("RECIPIENTS");
    part.set("L_RECIPIENTS",
             words("For whom most came since {date}", {{"date", words.date(since)}}));
    part.set("L_RECIPIENT", words("Recipient"));
    part.set("L_RECEIVED", words("Received")).set("L_HELD", words("Held"));
    for (const auto& one : most)
        part.add("RECIPIENT")
            .set("NAME", shown_line(one.mailbox, longest_name))
            .set("COUNT", count_text(words, one.messages))
            .set("HELD", count_text(words, one.held));
}

std::string title_of(const Words& words, const Visit& visit)
{
    if (!visit.realm) return words("Statistics");
    if (visit.realm->realm.is_site()) return words("Statistics of all of the site");
    return words("Statistics of {tenant}",
                 {{"tenant", shown_line(visit.realm->realm.name, longest_shown)}});
}

}  // namespace

Response statistics_place(const Site& site, const Request& request, Span span, bool of_realm)
{
    return in_pages(site, request, of_realm, [&](store::Database& database, const Visit& visit) {
        const auto reader = reader_of(site, database, visit.visitor());
        const auto& words = reader.words;
        auto fill =
            account_fill(site, reader, visit, AccountPage::Statistics, title_of(words, visit));
        for (const auto& row : spans) {
            auto& choice = fill.add("SPAN");
            choice.set("LINK", fmt::format("{}{}/statistics{}{}", site.prefix, visit.path(),
                                           row.path, realm_query(visit)));
            choice.set("LABEL", label(words, row.span));
            if (row.span == span) choice.show("CHOSEN");
        }
        const auto today = std::chrono::floor<std::chrono::days>(site.now());
        const auto bars =
            bars_of(counters_of(database, visit, first_day(span, today)), span, today);
        if (sum_of(bars).received() == 0) {
            fill.add("EMPTY").set("TEXT", words("No mail was counted in this time."));
        } else {
            auto& numbers = fill.add("NUMBERS");
            numbers.set("L_PICTURE",
                        words("A bar for each span of time: delivered, held, refused. The table "
                              "below has the numbers."));
            add_picture(numbers, bars);
            add_numbers(numbers, words, bars);
        }
        const auto since = first_day(span, today);
        if (visit.realm) add_recipients(fill, database, words, visit, since);
        for (const bool newsletters : {false, true})
            add_senders(fill, words,
                        senders_of(database, visit, token_of(site, request), since, newsletters),
                        since, newsletters);
        return account_response(site, "account_statistics.html", fill);
    });
}

}  // namespace lazaret::portal
