#include "portal/account/frame.hpp"
#include "portal/account/pages.hpp"
#include "portal/account/visit.hpp"
#include "portal/wording.hpp"

namespace lazaret::portal {
namespace {

void add_term(Fill& list, const std::string& name, const std::string& text)
{
    list.add("TERM").set("NAME", name).set("TEXT", text);
}

void add_classes(Fill& fill, const Words& words)
{
    auto& part = fill.add("PART");
    part.set("PART_TITLE", words("Why a message is held"));
    for (const auto& one : all_classes())
        if (one.id != Class::Clean)
            add_term(part, class_name(words, one.id), class_sentence(words, one.id));
}

void add_buttons(Fill& fill, const Words& words)
{
    auto& part = fill.add("PART");
    part.set("PART_TITLE", words("What the buttons do"));
    add_term(part, words("Send me this message"),
             words("It is sent to your mailbox as it came. Nothing else changes."));
    add_term(part, words("Accept this newsletter"),
             words("It is sent to your mailbox, and so is what comes from this list later."));
    add_term(part, words("Send it, and always allow this sender"),
             words("It is sent to your mailbox, and later mail of this sender is not held as spam. "
                   "What is dangerous is held all the same."));
    add_term(part, words("Block this sender"),
             words("Later mail of this sender is held and not told in your report."));
    add_term(part, words("Delete it now"), words("It cannot be brought back."));
}

}  // namespace

Response help_place(const Site& site, const Request& request)
{
    return in_account(site, request, [&](store::Database& database, const Visit& visit) {
        const auto reader = reader_of(site, database, visit.visitor());
        const auto& words = reader.words;
        auto fill = account_fill(site, reader, visit, AccountPage::Help, words("Help"));
        add_classes(fill, words);
        add_buttons(fill, words);
        fill.set("L_ADMINISTRATOR", words("When you need somebody"));
        fill.set("ADMINISTRATOR",
                 words("The page of a message has buttons that ask your administrator to release "
                       "it or to adjust the filter. He finds your comment with the message."));
        return account_response(site, "account_help.html", fill);
    });
}

}  // namespace lazaret::portal
