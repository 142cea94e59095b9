#include "portal/account/settings_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/html/shown_text.hpp"
#include "base/records/address.hpp"
#include "portal/account/frame.hpp"
#include "portal/account/pages.hpp"
#include "portal/account/settings_form.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "quarantine-store/account_addresses.hpp"
#include "quarantine-store/account_settings.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t most_domains = 10;  // named on the page

std::string id_of(std::string_view name)
{
    std::string id{name};
    std::ranges::replace(id, '.', '-');
    return id;
}

// What is selected: as it was sent, else as it stands; empty: left to the administrator.
std::string selected(const store::AccountChoice& choice, const SettingsSaid& said)
{
    if (said.written.contains(choice.name)) return field(said.written, choice.name);
    return choice.is_own ? choice.value : std::string{};
}

void add_choice(Fill& part, const std::string& value, const std::string& label, bool is_chosen,
                bool is_language)
{
    auto& choice = part.add("CHOICE");
    choice.set("NAME", label);
    // A value that reads the same need not stand there twice: there are hundreds of time zones.
    if (value != label) choice.add("VALUED").set("VALUE", value);
    if (is_language) choice.add("SPOKEN").set("CODE", value);
    if (is_chosen) choice.show("CHOSEN");
}

void add_field(Fill& group, const Words& words, const store::AccountChoice& choice,
               const SettingsSaid& said)
{
    auto& part = group.add("FIELD");
    part.set("FIELD_NAME", choice.name);
    part.set("ID", id_of(choice.name));
    part.set("LABEL", field_label(words, choice.name));
    if (said.problems.contains(choice.name)) {
        part.show("REFUSED");
        part.add("FIELD_PROBLEM").set("TEXT", said.problems.at(choice.name));
    }
    const auto chosen = selected(choice, said);
    auto& left = part.add("CHOICE");
    left.add("VALUED").set("VALUE", "");
    left.set("NAME", words("{value} (set by your administrator)",
                           {{"value", value_label(words, choice.name, choice.otherwise)}}));
    const bool is_language = choice.name == "language";
    bool found = false;
    for (const auto& [value, label] : choices_of(words, choice.name)) {
        found = found || value == chosen;
        add_choice(part, value, label, value == chosen, is_language);
    }
    // One that is chosen and not offered any more, such as a zone by an older name.
    if (!found && !chosen.empty() && !said.problems.contains(choice.name))
        add_choice(part, chosen, value_label(words, choice.name, chosen), true, is_language);
}

void add_fields(Fill& fill, const Words& words, const std::vector<store::AccountChoice>& choices,
                const SettingsSaid& said)
{
    for (const auto group :
         {SettingsGroup::Language, SettingsGroup::Reports, SettingsGroup::Newsletters}) {
        auto& part = fill.add("GROUP");
        part.set("GROUP_TITLE", group_title(words, group));
        for (const auto& one : settings_fields()) {
            if (one.group != group) continue;
            const auto choice = std::ranges::find(choices, one.name, &store::AccountChoice::name);
            if (choice != choices.end()) add_field(part, words, *choice, said);
        }
    }
}

void add_addresses(Fill& fill, const Site& site, const Words& words, const store::Session& session)
{
    fill.set("L_ADDRESSES", words("Addresses of this quarantine"));
    for (const auto& address : session.addresses) {
        auto& row = fill.add("ADDRESS");
        row.set("NAME", shown_line(address, 320));
        if (&address == &session.addresses.front())
            row.add("FIRST").set("TEXT", words("Reports go to this address."));
        if (session.addresses.size() < 2) continue;
        auto& removal = row.add("REMOVAL");
        removal.set("L_REMOVE", words("Remove this address"));
        removal.set("T_REMOVE",
                    words("It has a quarantine of its own from then on, and the mail that is held "
                          "for it goes there. Lists and settings stay here."));
        removal.set("ACTION", site.prefix + "/account/address/remove");
        removal.set("VALUE", address);
        removal.set("L_BUTTON", words("Remove"));
        removal.set("NAME", shown_line(address, 320));
    }
}

void add_form(Fill& fill, const Site& site, const Words& words, const SettingsSaid& said,
              const std::vector<std::string>& domains)
{
    fill.set("L_ADD", words("Add an address"));
    fill.set("ADD", site.prefix + "/account/address/add");
    fill.set("L_ADDRESS", words("Another mail address of yours"));
    fill.set("ADDRESS_WRITTEN", shown_line(field(said.written, "address"), 320));
    std::vector<std::string> named{
        domains.begin(),
        domains.begin() + static_cast<std::ptrdiff_t>(std::min(domains.size(), most_domains))};
    if (named.size() < domains.size()) named.emplace_back("\u2026");
    fill.set("T_ADD", words("A link is sent there by mail, to be opened in this browser. Mail that "
                            "is held for that address is shown here then; its lists come along, "
                            "and its own password ends."));
    fill.set("T_DOMAINS", words("Addresses of these domains can be added: {domains}",
                                {{"domains", fmt::format("{}", fmt::join(named, ", "))}}));
    fill.set("L_ADD_BUTTON", words("Send the link"));
    if (said.problems.contains("address")) {
        fill.show("ADDRESS_REFUSED");
        fill.add("ADDRESS_PROBLEM").set("TEXT", said.problems.at("address"));
    }
}

std::string done_of(const Words& words, const std::string& done)
{
    if (done == "saved") return words("Your settings were saved.");
    if (done == "added") return words("The address was added.");
    if (done == "removed") return words("The address was removed.");
    return {};
}

Response save(const Site& site, store::Database& database, const store::Session& session,
              const std::string& token, const Request& request)
{
    const auto reader = reader_of(site, database, session.addresses.front());
    const auto written = read_settings(reader.words, request.form);
    if (!written.problems.empty())
        return settings_page(site, database, session, {{}, written.problems, request.form});
    if (!store::AccountSettings{database}.choose(token, written.wanted, request.client))
        return not_in(site, request);
    return see_other(site.prefix + "/account/settings?done=saved");
}

}  // namespace

Response settings_page(const Site& site, store::Database& database, const store::Session& session,
                       const SettingsSaid& said)
{
    const auto& first = session.addresses.front();
    const auto reader = reader_of(site, database, first);
    const auto& words = reader.words;
    auto fill = account_fill(site, reader, session, AccountPage::Settings, words("Settings"));
    if (!said.problems.empty())
        fill.add("PROBLEM").set("TEXT", words("Nothing was changed: see what is said below."));
    const auto done = done_of(words, said.done);
    if (!done.empty()) fill.add("DONE").set("TEXT", done);
    fill.set("SAVE", site.prefix + "/account/settings");
    fill.set("L_SAVE", words("Save"));
    fill.set("T_SETTINGS", words("What you choose here counts for all addresses of this "
                                 "quarantine, also where your administrator set something else."));
    const auto address = parse_address(first);
    if (address) add_fields(fill, words, store::AccountSettings{database}.choices(*address), said);
    add_addresses(fill, site, words, session);
    add_form(fill, site, words, said, store::AccountAddresses{database}.domains(session.tenant));
    fill.set("L_SAFETY", words("Password and sessions"));
    fill.set("PASSWORD", site.prefix + "/account/password");
    fill.set("L_PASSWORD", words("Change my password"));
    fill.set("DELEGATES", site.prefix + "/account/delegates");
    fill.set("L_DELEGATES", words("Delegates, and who looked into it"));
    fill.set("SESSIONS", site.prefix + "/account/sessions");
    fill.set("L_SESSIONS", words("Where you are signed in"));
    auto response = account_response(site, "account_settings.html", fill);
    if (!said.problems.empty()) response.status = 422;
    return response;
}

Response settings_place(const Site& site, const Request& request, SettingsPart part,
                        const std::string& link)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            switch (part) {
                case SettingsPart::AddAddress:
                    return add_address(site, database, session, token, request);
                case SettingsPart::RemoveAddress:
                    return remove_address(site, database, session, token, request);
                case SettingsPart::ConfirmAddress:
                    return confirm_address(site, database, session, token, link, request);
                case SettingsPart::All: break;
            }
            if (request.method == Method::Post)
                return save(site, database, session, token, request);
            return settings_page(site, database, session, {field(request.query, "done"), {}, {}});
        });
}

}  // namespace lazaret::portal
