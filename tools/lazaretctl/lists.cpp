#include <fmt/format.h>
#include <sysexits.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "quarantine-store/directory.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/explain.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/owner.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    ListKind kind = ListKind::Allow;
    std::string owner, sender, list_id, comment, expires;
    bool unproven = false;
    bool json = false;
};

/// `allowed`, `denied`: for the sentence "bob@example.org is ... now for the site".
std::string_view done_word(ListKind kind)
{
    switch (kind) {
        case ListKind::Allow: return "allowed";
        case ListKind::Deny: return "denied";
        case ListKind::Newsletter: return "accepted as a newsletter";
    }
    return "listed";
}

std::string bare_list_id(std::string_view text)
{
    text = trimmed(text);
    if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
    return ascii_lower(text);
}

Json json_of(const store::ListedEntry& row)
{
    const auto& entry = row.entry;
    return {{"id", entry.id},
            {"kind", token(entry.kind)},
            {"owner", row.owner_name},
            {"sender", entry.sender.text},
            {"list_id", entry.list_id},
            {"proof", token(entry.proof)},
            {"enabled", entry.enabled},
            {"expires", entry.expires ? Json(utc_text(*entry.expires)) : Json()},
            {"comment", row.comment},
            {"origin", row.origin},
            {"created", utc_text(row.created)},
            {"created_by", row.created_by},
            {"hits", row.hits},
            {"last_hit", row.last_hit ? Json(utc_text(*row.last_hit)) : Json()}};
}

int add(const Options& options, const Context& context)
{
    const auto owner = owner_argument(options.owner);
    store::NewEntry entry;
    entry.owner = owner;
    entry.kind = options.kind;
    entry.sender = sender_argument(options.sender);
    entry.list_id = bare_list_id(options.list_id);
    entry.comment = options.comment;
    if (options.unproven) entry.proof = Proof::None;
    if (!options.expires.empty()) entry.expires = until_argument(options.expires, system_now());

    const auto added = store::Directory{*context.database}.add_entry(entry, acting_person());
    if (!added)
        throw Error{Error::Kind::Usage, "{}: {}", owner_text(owner), sentence(added.error())}
            .with_hint("'lazaretctl domain list' shows what is protected");
    if (options.json) {
        print_json(json_of(*added));
        return 0;
    }
    fmt::print("{} is {} now for {}.\n", entry.sender.text, done_word(options.kind),
               harmless_line(added->owner_name == "*" ? "the site" : added->owner_name));
    if (options.kind == ListKind::Allow && added->entry.proof == Proof::Any)
        fmt::print("This counts for mail that proves its sender (DKIM, DMARC or SPF).\n");
    return 0;
}

std::vector<store::ListedEntry> entries_for(const Options& options, const Context& context)
{
    std::optional<Owner> owner;
    if (!options.owner.empty()) owner = owner_argument(options.owner);
    auto entries = store::Directory{*context.database}.entries(owner, options.kind);
    if (!options.sender.empty()) {
        const auto sender = sender_argument(options.sender);
        std::erase_if(entries, [&](const auto& row) { return row.entry.sender != sender; });
    }
    return entries;
}

int show(const Options& options, const Context& context)
{
    const auto entries = entries_for(options, context);
    if (options.json) {
        auto json = Json::array();
        for (const auto& row : entries) json.push_back(json_of(row));
        print_json(json);
        return 0;
    }
    if (entries.empty()) {
        fmt::print("Nobody is {}.\n", done_word(options.kind));
        return 0;
    }
    Table table{{{"OWNER", false, 12},
                 {"SENDER", false, 12},
                 {"PROOF"},
                 {"HITS", true},
                 {"UNTIL"},
                 {"MADE"},
                 {"COMMENT", false, 10}}};
    for (const auto& row : entries) {
        const auto& entry = row.entry;
        const auto name =
            entry.list_id.empty() ? entry.sender.text : entry.sender.text + " " + entry.list_id;
        table.add({row.owner_name, name, entry.proof == Proof::Any ? "needed" : "-",
                   std::to_string(row.hits), entry.expires ? local_text(*entry.expires) : "-",
                   local_text(row.created), entry.enabled ? row.comment : "(off) " + row.comment});
    }
    fmt::print("{}", table.text(terminal_columns()));
    return 0;
}

/// Only the newsletter of one List-Id.
std::size_t remove_of_list(store::Directory& directory, const Owner& owner,
                           const SenderPattern& sender, const std::string& list_id)
{
    std::size_t removed = 0;
    for (const auto& row : directory.entries(owner, ListKind::Newsletter))
        if (row.entry.sender == sender && row.entry.list_id == list_id &&
            directory.remove_entry(row.entry.id, acting_person()))
            ++removed;
    return removed;
}

int remove(const Options& options, const Context& context)
{
    const auto owner = owner_argument(options.owner);
    const auto sender = sender_argument(options.sender);
    store::Directory directory{*context.database};
    const auto removed =
        options.list_id.empty()
            ? directory.remove_entries(owner, options.kind, sender, acting_person())
            : remove_of_list(directory, owner, sender, bare_list_id(options.list_id));
    if (removed == 0) {
        fmt::print(stderr, "lazaretctl: error: {} was not {} for {}\nhint: lazaretctl {} list\n",
                   sender.text, done_word(options.kind), owner_words(owner), token(options.kind));
        return EX_UNAVAILABLE;
    }
    fmt::print("{} is no longer {} for {}.\n", sender.text, done_word(options.kind),
               owner_words(owner));
    return 0;
}

std::shared_ptr<Options> options_for(ListKind kind)
{
    auto options = std::make_shared<Options>();
    options->kind = kind;
    return options;
}

constexpr const char* owner_help = "for whom: an address, @domain, or '*' for the site";
constexpr const char* sender_help =
    "the sender: an address, @example.org, or .example.org with the domains below it";

}  // namespace

template <ListKind kind>
Run define_list_add(CommandOptions& options)
{
    const auto chosen = options_for(kind);
    options.add_option("OWNER", chosen->owner, owner_help).required();
    options.add_option("SENDER", chosen->sender, sender_help).required();
    options.add_option("--comment", chosen->comment, "a note for those who read the list");
    options.add_option("--until", chosen->expires, "good until: 7d, 12h, or a day (2026-11-23)");
    if (kind == ListKind::Newsletter)
        options.add_option("--list-id", chosen->list_id, "only the list of this List-Id");
    if (kind == ListKind::Allow)
        options.add_flag("--unproven", chosen->unproven,
                         "also without proof of the sender: whoever forges it gets through");
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return add(*chosen, context); };
}

template <ListKind kind>
Run define_list_show(CommandOptions& options)
{
    const auto chosen = options_for(kind);
    options.add_option("OWNER", chosen->owner, "only of an address, @domain, or '*'");
    options.add_option("SENDER", chosen->sender, "only with this sender");
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return show(*chosen, context); };
}

template <ListKind kind>
Run define_list_remove(CommandOptions& options)
{
    const auto chosen = options_for(kind);
    options.add_option("OWNER", chosen->owner, owner_help).required();
    options.add_option("SENDER", chosen->sender, "as 'list' shows it").required();
    if (kind == ListKind::Newsletter)
        options.add_option("--list-id", chosen->list_id, "only the list of this List-Id");
    return [chosen](const Context& context) { return remove(*chosen, context); };
}

template Run define_list_add<ListKind::Allow>(CommandOptions&);
template Run define_list_add<ListKind::Deny>(CommandOptions&);
template Run define_list_add<ListKind::Newsletter>(CommandOptions&);
template Run define_list_show<ListKind::Allow>(CommandOptions&);
template Run define_list_show<ListKind::Deny>(CommandOptions&);
template Run define_list_show<ListKind::Newsletter>(CommandOptions&);
template Run define_list_remove<ListKind::Allow>(CommandOptions&);
template Run define_list_remove<ListKind::Deny>(CommandOptions&);
template Run define_list_remove<ListKind::Newsletter>(CommandOptions&);

}  // namespace lazaret::tools
