#include <fmt/format.h>
#include <sysexits.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/records/networks.hpp"
#include "base/text.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/likeness.hpp"
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
    std::string like, unproven_from;
    bool only_address = false;
    bool json = false;
};

/// `allowed`, `denied`: for the sentence "bob@example.org is ... now for the site".
std::string_view done_word(ListKind kind)
{
    switch (kind) {
        case ListKind::Allow: return "allowed";
        case ListKind::Deny: return "denied";
        case ListKind::Newsletter: return "accepted as a newsletter";
        case ListKind::Warn: return "on the warn list";
    }
    return "listed";
}

/// What stands between the last `<` and `>`, as it is copied out of a message, or all of it.
std::string list_id_argument(std::string_view text)
{
    auto id = trimmed(text);
    if (const auto open = id.rfind('<'); open != std::string_view::npos && id.ends_with('>'))
        id = id.substr(open + 1, id.size() - open - 2);
    if (!text.empty() && (id.empty() || id.find_first_of(" \t<>") != std::string_view::npos))
        throw Error{Error::Kind::Usage, "--list-id {:?} is no name of a list", text}.with_hint(
            "write what stands between < and > in its List-Id, as news.example.org");
    return ascii_lower(id);
}

Json json_of(const store::ListedEntry& row)
{
    const auto& entry = row.entry;
    return {{"id", entry.id},
            {"kind", token(entry.kind)},
            {"owner", row.owner_name},
            {"sender", entry.sender.text},
            {"list_id", entry.list_id},
            {"proof", entry.proof.text()},
            {"enabled", entry.enabled},
            {"expires", entry.expires ? Json(utc_text(*entry.expires)) : Json()},
            {"comment", row.comment},
            {"origin", row.origin},
            {"created", utc_text(row.created)},
            {"created_by", row.created_by},
            {"hits", row.hits},
            {"last_hit", row.last_hit ? Json(utc_text(*row.last_hit)) : Json()}};
}

/// What an allow entry asks for; none: any proof.
std::optional<Proof> proof_argument(const Options& options, const SenderPattern& sender,
                                    const Context& context)
{
    if (!options.unproven_from.empty() && !options.like.empty())
        throw Error{Error::Kind::Usage, "--like and --unproven-from exclude each other"};
    if (!options.unproven_from.empty()) {
        auto network = Networks::neighbourhood_of(options.unproven_from);
        if (network.empty())
            throw Error{Error::Kind::Usage, "--unproven-from {:?} is not an address of a client",
                        options.unproven_from}
                .with_hint("write it as 192.0.2.7 or 2001:db8::7");
        return Proof::network(std::move(network));
    }
    if (options.like.empty()) return std::nullopt;
    const auto reference = reference_argument(options.like);
    const auto copy = store::Quarantine{*context.database}.find(reference);
    if (!copy)
        throw Error{Error::Kind::Usage, "--like {}: there is no such held message",
                    reference.text()}
            .with_hint("lazaretctl held list");
    const auto proof = store::proof_like(*copy, sender);
    if (!proof)
        throw Error{Error::Kind::Usage, "{}: {}", sender.text, sentence(proof.error())}.with_hint(
            "lazaretctl held show " + reference.text());
    return *proof;
}

[[noreturn]] void refuse(const store::NewEntry& entry, store::DirectoryFault fault)
{
    const bool is_of_sender =
        fault == store::DirectoryFault::TooWide || fault == store::DirectoryFault::TooLong;
    throw Error{Error::Kind::Usage, "{}: {}",
                is_of_sender ? entry.sender.text : owner_text(entry.owner), sentence(fault)}
        .with_hint(is_of_sender ? "lazaretctl allow add --help"
                                : "'lazaretctl domain list' shows what is protected");
}

/// When an entry counts, in plain words.
void print_condition(const ListEntry& entry)
{
    switch (entry.proof.kind) {
        case Proof::Kind::None: return;
        case Proof::Kind::Any:
            fmt::print("This counts for mail that proves its sender (DKIM, DMARC or SPF).\n");
            return;
        case Proof::Kind::Spf:
        case Proof::Kind::Dkim:
        case Proof::Kind::Dmarc:
            fmt::print(
                "This counts for mail that proves its sender as that message did, or "
                "better: {}.\n",
                entry.proof.text());
            return;
        case Proof::Kind::Network:
            fmt::print(
                "This sender proves nothing, and anybody can write this address.\n"
                "So this counts only for mail of exactly this address that comes from the "
                "network {}, and only until {}.\n",
                entry.proof.of, local_text(entry.expires.value_or(system_now())));
            return;
    }
}

int add(const Options& options, const Context& context)
{
    const auto owner = owner_argument(options.owner);
    store::NewEntry entry;
    entry.owner = owner;
    entry.only_address = options.only_address;
    if (options.only_address && owner.level != Level::Address)
        throw Error{Error::Kind::Usage, "--only-address: {:?} is no address", options.owner};
    entry.kind = options.kind;
    entry.sender = sender_argument(options.sender);
    entry.list_id = list_id_argument(options.list_id);
    entry.comment = options.comment;
    entry.proof = proof_argument(options, entry.sender, context);
    if (!options.expires.empty()) entry.expires = until_argument(options.expires, system_now());

    const auto added = store::Directory{*context.database}.add_entry(entry, acting_person());
    if (!added) refuse(entry, added.error());
    if (options.json) {
        print_json(json_of(*added));
        return 0;
    }
    fmt::print("{} is {} now for {}.\n", entry.sender.text, done_word(options.kind),
               harmless_line(added->owner_name == "*" ? "the site" : added->owner_name));
    if (options.kind == ListKind::Allow) print_condition(added->entry);
    if (options.kind == ListKind::Warn)
        fmt::print("Its mail is judged as ever; of what is held the recipient is told at once.\n");
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
        const bool asked_for_all = options.owner.empty() && options.sender.empty();
        if (asked_for_all) fmt::print("Nobody is {}.\n", done_word(options.kind));
        else fmt::print("No entry is like that.\n");
        return 0;
    }
    Table table{{{"OWNER", false, 12},
                 {"SENDER", false, 12},
                 {"PROOF", false, 8},
                 {"HITS", true},
                 {"LAST"},
                 {"UNTIL"},
                 {"MADE"},
                 {"BY", false, 6},
                 {"COMMENT", false, 10}}};
    const auto day = [](const std::optional<Moment>& moment) {
        return moment ? local_text(*moment).substr(0, 10) : "-";
    };
    for (const auto& row : entries) {
        const auto& entry = row.entry;
        const auto name =
            entry.list_id.empty() ? entry.sender.text : entry.sender.text + " " + entry.list_id;
        table.add({row.owner_name, name, entry.proof.text(), std::to_string(row.hits),
                   day(row.last_hit), entry.expires ? local_text(*entry.expires) : "-",
                   day(row.created), row.origin,
                   entry.enabled ? row.comment : "(off) " + row.comment});
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

int not_listed(const SenderPattern& sender, ListKind kind, const Owner& owner)
{
    fmt::print(stderr, "lazaretctl: error: {} was not {} for {}\nhint: lazaretctl {} list\n",
               sender.text, done_word(kind), owner_words(owner), token(kind));
    return EX_UNAVAILABLE;
}

int remove(const Options& options, const Context& context)
{
    const auto owner = owner_argument(options.owner);
    const auto sender = sender_argument(options.sender);
    store::Directory directory{*context.database};
    const auto removed =
        options.list_id.empty()
            ? directory.remove_entries(owner, options.kind, sender, acting_person())
            : remove_of_list(directory, owner, sender, list_id_argument(options.list_id));
    if (removed == 0) return not_listed(sender, options.kind, owner);
    fmt::print("{} is no longer {} for {}.\n", sender.text, done_word(options.kind),
               owner_words(owner));
    return 0;
}

/// Every List-Id of a newsletter, unless one was named.
int turn(const Options& options, const Context& context, bool on)
{
    const auto owner = owner_argument(options.owner);
    const auto sender = sender_argument(options.sender);
    const auto list_id = list_id_argument(options.list_id);
    store::Directory directory{*context.database};
    std::size_t turned = 0;
    for (const auto& row : directory.entries(owner, options.kind))
        if (row.entry.sender == sender && (list_id.empty() || row.entry.list_id == list_id) &&
            directory.enable_entry(row.entry.id, on, acting_person()))
            ++turned;
    if (turned == 0) return not_listed(sender, options.kind, owner);
    fmt::print("The entry for {} is switched {} for {}.\n", sender.text, on ? "on" : "off",
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
    options.add_flag("--only-address", chosen->only_address,
                     "for this address alone, not for all that belong to its account");
    if (kind == ListKind::Newsletter)
        options.add_option("--list-id", chosen->list_id, "only the list of this List-Id");
    if (kind == ListKind::Allow) {
        options
            .add_option("--like", chosen->like,
                        "ask for the proof that the sender of this held message had; for one that "
                        "proved nothing as --unproven-from")
            .called("ID");
        options
            .add_option("--unproven-from", chosen->unproven_from,
                        "the sender proves nothing and anybody can write his address: count only "
                        "from the network of this client (its /24, or /64 of IPv6), for 90 days "
                        "unless --until says else, a year at most")
            .called("CLIENT");
    }
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

template <ListKind kind, bool on>
Run define_list_switch(CommandOptions& options)
{
    const auto chosen = options_for(kind);
    options.add_option("OWNER", chosen->owner, owner_help).required();
    options.add_option("SENDER", chosen->sender, "as 'list' shows it").required();
    if (kind == ListKind::Newsletter)
        options.add_option("--list-id", chosen->list_id, "only the list of this List-Id");
    return [chosen](const Context& context) { return turn(*chosen, context, on); };
}

template Run define_list_add<ListKind::Allow>(CommandOptions&);
template Run define_list_add<ListKind::Deny>(CommandOptions&);
template Run define_list_add<ListKind::Newsletter>(CommandOptions&);
template Run define_list_add<ListKind::Warn>(CommandOptions&);
template Run define_list_show<ListKind::Allow>(CommandOptions&);
template Run define_list_show<ListKind::Deny>(CommandOptions&);
template Run define_list_show<ListKind::Newsletter>(CommandOptions&);
template Run define_list_show<ListKind::Warn>(CommandOptions&);
template Run define_list_remove<ListKind::Allow>(CommandOptions&);
template Run define_list_remove<ListKind::Deny>(CommandOptions&);
template Run define_list_remove<ListKind::Newsletter>(CommandOptions&);
template Run define_list_remove<ListKind::Warn>(CommandOptions&);
template Run define_list_switch<ListKind::Allow, false>(CommandOptions&);
template Run define_list_switch<ListKind::Allow, true>(CommandOptions&);
template Run define_list_switch<ListKind::Deny, false>(CommandOptions&);
template Run define_list_switch<ListKind::Deny, true>(CommandOptions&);
template Run define_list_switch<ListKind::Newsletter, false>(CommandOptions&);
template Run define_list_switch<ListKind::Newsletter, true>(CommandOptions&);
template Run define_list_switch<ListKind::Warn, false>(CommandOptions&);
template Run define_list_switch<ListKind::Warn, true>(CommandOptions&);

}  // namespace lazaret::tools
