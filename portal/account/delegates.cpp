#include "quarantine-store/delegates.hpp"

#include "base/html/shown_text.hpp"
#include "base/text.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/pages.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/wording.hpp"
#include "quarantine-store/visits.hpp"

namespace lazaret::portal {
namespace {

void add_delegates(Fill& fill, const Site& site, const Words& words,
                   const std::vector<store::Delegate>& delegates)
{
    for (const auto& [address, gets_reports, has_agreed, sees_delivered] : delegates) {
        auto& row = fill.add("DELEGATE");
        row.set("NAME", shown_line(address, longest_shown)).set("VALUE", address);
        if (gets_reports)
            row.add("GETS").set(
                "TEXT", has_agreed ? words("Your reports go to this address.")
                                   : words("Your reports go to this address when he agrees, on "
                                           "his page \"Other quarantines\"."));
        if (sees_delivered)
            row.add("SEES").set("TEXT",
                                words("He sees what was delivered to you in the last two weeks, "
                                      "and may say that it was spam."));
        row.set("DELIVERED", site.prefix + "/account/delegates/delivered");
        row.set("SHOWN", sees_delivered ? "" : "1");
        row.set("L_DELIVERED", sees_delivered ? words("Do not show him what was delivered")
                                              : words("Show him what was delivered"));
        row.set("REPORTS", site.prefix + "/account/delegates/reports");
        row.set("REPORTS_TO", gets_reports ? std::string{} : address);
        row.set("L_REPORTS",
                gets_reports ? words("Send reports to me again") : words("Send my reports there"));
        row.set("REMOVE", site.prefix + "/account/delegates/remove");
        row.set("L_REMOVE", words("Remove"));
    }
}

void add_visitors(Fill& fill, const Words& words, const std::vector<store::Visitor>& visitors)
{
    fill.set("L_VISITORS", words("Administrators who looked into it"));
    if (visitors.empty()) fill.set("T_VISITORS", words("None did."));
    for (const auto& one : visitors) fill.add("VISITOR").set("TEXT", look_sentence(words, one));
}

std::string done_of(const Words& words, const std::string& done)
{
    if (done == "added") return words("The delegate was added.");
    if (done == "removed") return words("The delegate was removed.");
    if (done == "reports") return words("It was noted where your reports go.");
    if (done == "delivered") return words("It was noted what he sees.");
    return {};
}

Response delegates_page(const Site& site, store::Database& database, const store::Session& session,
                        const std::string& token, const Request& request,
                        const std::string& problem)
{
    const auto reader = reader_of(site, database, session.address);
    const auto& words = reader.words;
    auto fill = account_fill(site, reader, session, AccountPage::Settings, words("Delegates"));
    const auto done = done_of(words, field(request.query, "done"));
    if (!done.empty()) fill.add("DONE").set("TEXT", done);
    fill.set("T_DELEGATES",
             words("A delegate signs in by his own address and then sees this quarantine, releases "
                   "and deletes what is in it, and changes its lists. What he does stands there "
                   "under his name. He does not see your settings, and what was delivered only "
                   "where you show it to him. When you remove him, links of reports that he got "
                   "work until they are too old."));
    add_delegates(fill, site, words, store::Delegates{database, token}.all());
    fill.set("L_ADD", words("Add a delegate"));
    fill.set("ADD", site.prefix + "/account/delegates/add");
    fill.set("L_ADDRESS", words("His mail address"));
    fill.set("ADDRESS", shown_line(field(request.form, "address"), longest_shown));
    fill.set("L_ADD_BUTTON", words("Add"));
    add_visitors(fill, words, store::Visits{database, token}.visitors());
    if (!problem.empty()) {
        fill.add("PROBLEM").set("TEXT", problem);
        fill.show("REFUSED");
    }
    auto response = account_response(site, "account_delegates.html", fill);
    if (!problem.empty()) response.status = 422;
    return response;
}

std::string problem_of(const Words& words, store::DelegateAnswer answer)
{
    switch (answer) {
        case store::DelegateAnswer::Foreign:
            return words("Mail for this domain is not held here: he could not sign in.");
        case store::DelegateAnswer::Own:
            return words("This address is one of this quarantine already.");
        case store::DelegateAnswer::TooMany:
            return words(
                "There are too many delegates, or too many were added today. Remove one, "
                "or come back tomorrow.");
        case store::DelegateAnswer::Added:
        case store::DelegateAnswer::SessionOver: break;
    }
    return {};
}

Response add(const Site& site, store::Database& database, const store::Session& session,
             const std::string& token, const Request& request)
{
    const auto words = reader_of(site, database, session.address).words;
    const auto address = parse_address(trimmed(field(request.form, "address")));
    if (!address)
        return delegates_page(site, database, session, token, request,
                              words("This is no mail address. Write it as ada@example.org."));
    const auto answer = store::Delegates{database, token}.add(*address, request.client);
    if (answer == store::DelegateAnswer::SessionOver) return not_in(site, request);
    if (answer == store::DelegateAnswer::Added)
        return see_other(site.prefix + "/account/delegates?done=added");
    return delegates_page(site, database, session, token, request, problem_of(words, answer));
}

}  // namespace

Response delegates_place(const Site& site, const Request& request)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            return delegates_page(site, database, session, token, request, {});
        });
}

Response change_delegates_place(const Site& site, const Request& request, DelegateChange change)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            store::Delegates delegates{database, token};
            const auto address = field(request.form, "address");
            const auto back = site.prefix + "/account/delegates";
            switch (change) {
                case DelegateChange::Add: return add(site, database, session, token, request);
                case DelegateChange::Remove:
                    return see_other(
                        back + (delegates.remove(address, request.client) ? "?done=removed" : ""));
                case DelegateChange::Reports:
                    return see_other(back + (delegates.send_reports_to(address, request.client)
                                                 ? "?done=reports"
                                                 : ""));
                case DelegateChange::Delivered:
                    return see_other(
                        back + (delegates.show_delivered_to(
                                    address, field(request.form, "shown") == "1", request.client)
                                    ? "?done=delivered"
                                    : ""));
            }
            return see_other(back);
        });
}

}  // namespace lazaret::portal
