#include "tools/lazaretctl/commands.hpp"

#include <algorithm>
#include <array>

#include "quarantine-store/database.hpp"

namespace lazaret::tools {
namespace {

/// In the order in which --help shows them.
constexpr auto commands = std::to_array<Command>({
    {"scan", "judge messages as the milter would, and explain", Needs::Nothing, define_scan},
    {"learn", "teach the filter what is spam and what is wanted", Needs::Database, define_learn},
    {"learn spam", "teach it messages that are spam", Needs::Database, define_learn_spam},
    {"learn ham", "teach it messages that are wanted", Needs::Database, define_learn_ham},
    {"learn newsletter", "teach it newsletters, which are no spam: the same as ham",
     Needs::Database, define_learn_newsletter},
    {"learn status", "how it stands with learning from people's votes", Needs::Database,
     define_learn_status},
    {"learn versions", "the versions of what was learned, newest first", Needs::Database,
     define_learn_versions},
    {"learn compare", "two versions: what they make of mail that people voted on", Needs::Database,
     define_learn_compare},
    {"learn rollback", "make an earlier version the newest one", Needs::Database,
     define_learn_rollback},
    {"evaluate", "how well the filter does on labelled mail; needs no database", Needs::Nothing,
     define_evaluate},
    {"held list", "what is held, newest first", Needs::Database, define_held_list},
    {"held show", "everything recorded about a held copy", Needs::Database, define_held_show},
    {"held release", "send held copies on to their recipients", Needs::Database,
     define_held_release},
    {"held delete", "mark held copies as deleted", Needs::Database, define_held_delete},
    {"held export", "write held messages to files, exactly as received", Needs::Database,
     define_held_export},
    {"allow add", "allow a sender", Needs::Database, define_list_add<ListKind::Allow>},
    {"allow list", "show allowed senders", Needs::Database, define_list_show<ListKind::Allow>},
    {"allow remove", "no longer allow a sender", Needs::Database,
     define_list_remove<ListKind::Allow>},
    {"allow disable", "switch an allowed sender off and keep the entry", Needs::Database,
     define_list_switch<ListKind::Allow, false>},
    {"allow enable", "switch an allowed sender on again", Needs::Database,
     define_list_switch<ListKind::Allow, true>},
    {"allow test", "which list entry would decide about a message, and why", Needs::Database,
     define_list_test},
    {"deny add", "deny a sender", Needs::Database, define_list_add<ListKind::Deny>},
    {"deny list", "show denied senders", Needs::Database, define_list_show<ListKind::Deny>},
    {"deny remove", "no longer deny a sender", Needs::Database, define_list_remove<ListKind::Deny>},
    {"deny disable", "switch a denied sender off and keep the entry", Needs::Database,
     define_list_switch<ListKind::Deny, false>},
    {"deny enable", "switch a denied sender on again", Needs::Database,
     define_list_switch<ListKind::Deny, true>},
    {"newsletter add", "accept a newsletter", Needs::Database,
     define_list_add<ListKind::Newsletter>},
    {"newsletter list", "show accepted newsletters", Needs::Database,
     define_list_show<ListKind::Newsletter>},
    {"newsletter remove", "no longer accept a newsletter", Needs::Database,
     define_list_remove<ListKind::Newsletter>},
    {"newsletter disable", "switch an accepted newsletter off and keep the entry", Needs::Database,
     define_list_switch<ListKind::Newsletter, false>},
    {"newsletter enable", "switch an accepted newsletter on again", Needs::Database,
     define_list_switch<ListKind::Newsletter, true>},
    {"warn add", "tell the recipient at once when mail of a sender is held", Needs::Database,
     define_list_add<ListKind::Warn>},
    {"warn list", "show the senders of the warn list", Needs::Database,
     define_list_show<ListKind::Warn>},
    {"warn remove", "no longer tell of a sender's mail", Needs::Database,
     define_list_remove<ListKind::Warn>},
    {"warn disable", "switch a sender of the warn list off and keep the entry", Needs::Database,
     define_list_switch<ListKind::Warn, false>},
    {"warn enable", "switch a sender of the warn list on again", Needs::Database,
     define_list_switch<ListKind::Warn, true>},
    {"settings list", "what can be set, what each setting does, and what it may be", Needs::Nothing,
     define_settings_list},
    {"settings get", "settings as they count for an owner, and who chose them", Needs::Database,
     define_settings_get},
    {"settings set", "choose a setting for an owner", Needs::Database, define_settings_set},
    {"settings unset", "leave a setting to the level above", Needs::Database,
     define_settings_unset},
    {"domain add", "protect domains", Needs::Database, define_domain_add},
    {"domain list", "show the protected domains", Needs::Database, define_domain_list},
    {"domain remove", "no longer protect domains", Needs::Database, define_domain_remove},
    {"why", "why a message was held or refused", Needs::Database, define_why},
    {"trace", "where is my mail: what came for or from an address", Needs::Database, define_trace},
    {"stats", "how much mail, by day and class", Needs::Database, define_stats},
    {"report preview", "print somebody's report as it would be now", Needs::Settings,
     define_report_preview},
    {"report send", "send somebody a report of all that is held now", Needs::Settings,
     define_report_send},
    {"report status", "reports that could not be sent yet", Needs::Database, define_report_status},
    {"requests list", "what people asked for", Needs::Database, define_requests_list},
    {"requests show", "one request", Needs::Database, define_requests_show},
    {"requests accept", "do what was asked for", Needs::Database, define_requests_accept},
    {"requests decline", "say no", Needs::Database, define_requests_decline},
    {"password reset", "somebody's password or telephone is lost: forget both, end his sessions",
     Needs::Database, define_password_reset},
    {"sessions end", "sign somebody out of the portal, everywhere", Needs::Database,
     define_sessions_end},
    {"second-step demand", "demand a second step of who signs in by a password", Needs::Database,
     define_second_step_demand},
    {"second-step free", "no longer demand it", Needs::Database, define_second_step_free},
    {"second-step list", "where it is demanded, and who has none", Needs::Database,
     define_second_step_list},
    {"admin add", "let somebody administer in the portal", Needs::Database, define_admin_add},
    {"admin list", "who administers what in the portal", Needs::Database, define_admin_list},
    {"admin remove", "end that right", Needs::Database, define_admin_remove},
    {"key list", "the keys that links and seals are made with", Needs::Settings, define_key_list},
    {"key add", "make a new key", Needs::Settings, define_key_add},
    {"key use", "make new links and seals with this key", Needs::Settings, define_key_use},
    {"key remove", "no longer believe what was made with this key", Needs::Settings,
     define_key_remove},
    {"rules check", "read the rule files, and name what is not understood", Needs::Nothing,
     define_rules_check},
    {"rules compile", "compile the rules' patterns, so that the milter need not", Needs::Nothing,
     define_rules_compile},
    {"rules list", "the loaded rules", Needs::Nothing, define_rules_list},
    {"rules why", "all that is known about a rule", Needs::Nothing, define_rules_why},
    {"schema status", "which version the database's tables have", Needs::Settings,
     define_schema_status},
    {"schema upgrade", "make or upgrade the database's tables", Needs::Settings,
     define_schema_upgrade},
    {"expire", "drop what expired, make room ahead, finish releases; every 15 minutes",
     Needs::Database, define_expire},
    {"doctor", "look whether everything is set up and well", Needs::Settings, define_doctor},
    {"check", "read the settings file, look at the database's version, and stop", Needs::Settings,
     define_check},
});

constexpr auto groups = std::to_array<Group>({
    {"held", "the quarantine: list, show, release, delete and export what is held"},
    {"allow", "senders whose mail is wanted, when they prove who they are"},
    {"deny", "senders whose mail is not wanted"},
    {"newsletter", "newsletters that were accepted"},
    {"warn", "senders of whose held mail the recipient is told at once"},
    {"settings", "what happens to mail: at the site, a domain or an address"},
    {"domain", "the domains that are protected"},
    {"report", "the daily report of what is held"},
    {"requests", "what people asked for: adjust the filter, release a message"},
    {"password", "people's passwords for the portal"},
    {"sessions", "who is signed in to the portal"},
    {"second-step", "of whom a second step is demanded, and who has none"},
    {"admin", "who administers in the portal"},
    {"key", "the keys of links and seals, and their rotation"},
    {"rules", "the rule files of SpamAssassin that mail is judged by"},
    {"schema", "the database's tables"},
});

}  // namespace

std::span<const Command> all_commands() { return commands; }

std::span<const Group> all_groups() { return groups; }

void make_ready(Needs needs, Context& context)
{
    if (needs == Needs::Nothing) return;
    context.settings = Configuration::read(context.settings_file);
    log::set_level(std::max(context.settings.log.level, log::Level::Warning));
    if (needs == Needs::Database)
        context.database = std::make_shared<store::Database>(context.settings.database);
}

void add_json_option(CommandOptions& options, bool& json)
{
    options.add_flag("--json", json, "print JSON, for programs");
}

}  // namespace lazaret::tools
