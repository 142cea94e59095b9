#include <fmt/format.h>

#include <algorithm>

#include "base/html/shown_text.hpp"
#include "base/records/address.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/outcome.hpp"
#include "portal/account/pages.hpp"
#include "portal/account/rows.hpp"
#include "portal/notice.hpp"
#include "portal/wording.hpp"

namespace lazaret::portal {
namespace {

using store::Turn;

constexpr std::size_t page_rows = 50;
constexpr std::size_t counted = 250;  // what is more is "more than": to count it costs most

// So many rows and whether there are more on either side.
template <class Row>
struct Page {
    std::vector<Row> rows;
    bool has_before = false;
    bool has_behind = false;
};

// @param rows_from  rows(from, turn, limit)
template <class Row, class F>
Page<Row> page_of(const QuarantineFilter& filter, F&& rows_from)
{
    Page<Row> page;
    page.rows = rows_from(filter.from, filter.turn, page_rows + 1);
    const bool is_more = page.rows.size() > page_rows;
    // Whoever has just dealt with all of the last page finds what is left.
    if (page.rows.empty() && filter.from) return page_of<Row>(QuarantineFilter{}, rows_from);
    if (filter.turn == Turn::Back) {
        // Whoever comes back to the beginning finds a whole page.
        if (!is_more) return page_of<Row>(QuarantineFilter{}, rows_from);
        page.rows.erase(page.rows.begin());
        page.has_before = true;
        page.has_behind = true;
        return page;
    }
    if (is_more) page.rows.pop_back();
    page.has_before = filter.from.has_value();
    page.has_behind = is_more;
    return page;
}

void add_choice(Fill& select, std::string_view value, const std::string& label, bool is_chosen)
{
    auto& option = select.add("OPTION");
    option.set("VALUE", std::string{value}).set("LABEL", label);
    if (is_chosen) option.show("CHOSEN");
}

Fill& add_select(Fill& fill, const char* name, const std::string& label)
{
    auto& select = fill.add("SELECT");
    select.set("NAME", name).set("SELECT_LABEL", label);
    return select;
}

void add_address(Fill& fill, const Words& words, const QuarantineFilter& filter, const Visit& visit)
{
    if (visit.addresses.size() < 2) return;
    auto& select = add_select(fill, "address", words("Address"));
    add_choice(select, "", words("All addresses"), filter.address.empty());
    for (const auto& one : visit.addresses) add_choice(select, one, one, one == filter.address);
}

void add_filter(Fill& fill, const Words& words, const QuarantineFilter& filter, const Visit& visit)
{
    fill.set("L_FILTER", words("What is shown"));
    fill.set("L_TEXT", words("Search in sender and subject"));
    fill.set("TEXT", filter.text);
    fill.set("L_SHOW", words("Show"));
    if (visit.realm)
        fill.add("WHO").set("L_RECIPIENT", words("Recipient")).set("RECIPIENT", filter.recipient);
    else add_address(fill, words, filter, visit);

    auto& state = add_select(fill, "state", words("State"));
    for (const auto& [one, label] : {std::pair{Showing::Held, words("Held")},
                                     {Showing::Released, words("Released")},
                                     {Showing::Deleted, words("Deleted")},
                                     {Showing::Everything, words("Held, released and deleted")},
                                     {Showing::Refused, words("Refused")}})
        if (!visit.realm || one != Showing::Refused)
            add_choice(state, token(one), label, one == filter.shown);

    auto& verdict = add_select(fill, "class", words("Class"));
    add_choice(verdict, "", words("All classes"), !filter.verdict);
    for (const auto& one : all_classes())
        add_choice(verdict, one.token, class_name(words, one.id), filter.verdict == one.id);

    auto& period = add_select(fill, "period", words("Period"));
    for (const auto& [one, label] :
         {std::pair{Period::All, words("At any time")},
          {Period::Today, words("Today")},
          {Period::Week, words.plural("{count} day", "{count} days", 7)},
          {Period::Month, words.plural("{count} day", "{count} days", 30)}})
        add_choice(period, token(one), label, one == filter.period);

    if (filter.shown == Showing::Refused) return;
    auto& order = add_select(fill, "sort", words("Sort by"));
    using store::HeldOrder;
    for (const auto& [one, label] : {std::pair{HeldOrder::Date, words("Date")},
                                     {HeldOrder::Score, words("Score")},
                                     {HeldOrder::Sender, words("Sender")}})
        add_choice(order, token(one), label, one == filter.order);
}

template <class Row, class F>
void add_turns(Fill& fill, const std::string& path, const Words& words,
               const QuarantineFilter& filter, const Page<Row>& page, F&& place)
{
    const auto turn = [&](const char* section, Turn way, const Row& row, const std::string& label) {
        fill.add(section)
            .set("LINK", path + filter.at(place(row), way).query(true))
            .set("LABEL", label);
    };
    if (page.rows.empty()) return;
    if (page.has_before) turn("BEFORE", Turn::Back, page.rows.front(), words("Previous page"));
    if (page.has_behind) turn("BEHIND", Turn::Onwards, page.rows.back(), words("Next page"));
}

void add_empty(Fill& fill, const Site& site, const Words& words, const QuarantineFilter& filter,
               const Visit& visit)
{
    auto& empty = fill.add("EMPTY");
    if (filter.shown == Showing::Held && !filter.is_narrow() && !filter.from) {
        empty.set("EMPTY_TEXT", visit.realm ? words("Nothing is held.")
                                            : words("Nothing is held. What comes in later stands "
                                                    "here and in the report."));
        return;
    }
    empty.set("EMPTY_TEXT", words("Nothing matches. Choose another state or period, or search for "
                                  "something shorter."));
    empty.add("ALL")
        .set("LINK", fmt::format("{}{}{}", site.prefix, visit.path(), realm_query(visit)))
        .set("LABEL", words("Show what is held"));
}

// Who looks for what: an administrator's searches are noted, also when nothing is found.
void note_search(store::Database& database, const Visit& visit, const QuarantineFilter& filter,
                 const Request& request)
{
    std::string looked_for;
    for (const auto& [name, value] : filter.fields(false))
        looked_for += fmt::format("{}{}={}", looked_for.empty() ? "" : ", ", name, value);
    const auto address = parse_address(filter.recipient);
    store::Realms{database, visit.realm->session_token}.note_search(
        visit.tenant, looked_for, address ? address->key() : std::string{}, request.client);
}

std::string count_text(const Words& words, std::size_t count)
{
    if (count > counted)
        return words("More than {count} messages",
                     {{"count", words.number(static_cast<double>(counted), 0)}});
    return words.plural("{count} message", "{count} messages", static_cast<long>(count));
}

void add_held(Fill& fill, const Site& site, store::Database& database, const Words& words,
              const QuarantineFilter& filter, const Visit& visit)
{
    const auto now = site.now();
    const auto search = filter.search(visit, words, now);
    std::size_t count = 0;
    const auto page = page_of<store::HeldRow>(filter, [&](const auto& from, Turn way, auto limit) {
        auto found = store::held_page(database, search, from, way, limit, counted + 1);
        count = found.count;
        return std::move(found.rows);
    });
    if (page.rows.empty()) return add_empty(fill, site, words, filter, visit);
    fill.set("COUNT", count_text(words, count));
    auto& chooser = fill.add("CHOOSER");
    add_chooser(chooser, site, words, filter, visit, count_text(words, count));
    bool has_buttons = false;
    for (std::size_t at = 0; at < page.rows.size(); ++at)
        has_buttons = add_row(chooser, site, words, visit, page.rows[at], at + 1) || has_buttons;
    if (has_buttons) chooser.show("ONE");
    add_turns(fill, fmt::format("{}{}", site.prefix, visit.path()), words, filter, page,
              [](const auto& row) { return row.place(); });
}

void add_refused(Fill& fill, const Site& site, store::Database& database, const Words& words,
                 const QuarantineFilter& filter, const Visit& visit)
{
    const auto search = filter.refusals(visit, words, site.now());
    const auto page =
        page_of<store::RefusedRow>(filter, [&](const auto& from, Turn way, auto limit) {
            return store::refused_rows(database, search, from, way, limit);
        });
    if (page.rows.empty()) return add_empty(fill, site, words, filter, visit);
    fill.set("COUNT", words("These messages were not delivered. Their senders were told so, where "
                            "nothing else is said."));
    for (const auto& row : page.rows) add_refusal(fill, words, row);
    add_turns(fill, fmt::format("{}{}", site.prefix, visit.path()), words, filter, page,
              [](const auto& row) { return row.place; });
}

std::string title_of(const Words& words, const Visit& visit)
{
    switch (visit.whose()) {
        case Whose::Own: break;
        case Whose::Host: return visit.addresses.front();
        case Whose::Realm:
            return visit.realm->realm.is_site()
                       ? words("Quarantine of all tenants")
                       : words("Quarantine of {tenant}",
                               {{"tenant", shown_line(visit.realm->realm.name, longest_shown)}});
    }
    return words("Your quarantine");
}

}  // namespace

Response quarantine_place(const Site& site, const Request& request, bool of_realm)
{
    return in_pages(site, request, of_realm, [&](store::Database& database, const Visit& visit) {
        const auto reader = reader_of(site, database, visit.visitor());
        const auto& words = reader.words;
        const auto filter = QuarantineFilter::read(request.query, visit);
        auto fill =
            account_fill(site, reader, visit, AccountPage::Quarantine, title_of(words, visit));
        fill.set("QUARANTINE", fmt::format("{}{}", site.prefix, visit.path()));
        if (visit.realm) {
            fill.add("ABOUT").set(
                "ABOUT_TEXT",
                words("You see who was written to, by whom and about what. What you look for is "
                      "noted. To open a message, say why: its recipient sees your name and the "
                      "reason."));
            note_search(database, visit, filter, request);
        }
        if (const auto done = request.query.find("done"); done != request.query.end())
            if (const auto outcome = open_outcome(site.keys, visit, done->second))
                fill.add("DONE").set("DONE_TEXT", outcome_text(words, *outcome, visit.whose()));
        add_filter(fill, words, filter, visit);
        if (filter.shown == Showing::Refused)
            add_refused(fill, site, database, words, filter, visit);
        else add_held(fill, site, database, words, filter, visit);
        if (visit.whose() == Whose::Own)
            fill.add("ORDER")
                .set("REPORT", site.prefix + "/account/report")
                .set("L_REPORT", words("Send me a report now"));
        return account_response(site, "account_quarantine.html", fill);
    });
}

Response report_place(const Site& site, const Request& request)
{
    return in_account(site, request, [&](store::Database& database, const Visit& visit) {
        const auto reader = reader_of(site, database, visit.visitor());
        // Reports are the owner's to order.
        if (visit.is_guest()) return nothing_here(site, reader);
        return order_report(site, database, reader, visit.tenant, visit.addresses.front());
    });
}

}  // namespace lazaret::portal
