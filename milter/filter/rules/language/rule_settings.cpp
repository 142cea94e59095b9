#include "milter/filter/rules/language/rule_settings.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr auto kept = std::to_array<std::string_view>({
    "adsp_override",
    "all_spam_to",
    "always_trust_envelope_sender",
    "asn_lookup",
    "asn_lookup_ipv6",
    "asn_prefix",
    "asn_use_dns",
    "blocklist_from",
    "blocklist_subject",
    "blocklist_to",
    "blocklist_uri_host",
    "def_welcomelist_auth",
    "def_welcomelist_from_dkim",
    "def_welcomelist_from_rcvd",
    "def_welcomelist_from_spf",
    "delist_uri_host",
    "dkim_minimum_key_bits",
    "dns_block_rule",
    "dns_query_restriction",
    "enlist_addrlist",
    "enlist_uri_host",
    "envelope_sender_header",
    "fns_add_addrlist",
    "fns_check",
    "fns_extrachars",
    "fns_ignore_dkim",
    "fns_ignore_headers",
    "fns_remove_addrlist",
    "freemail_domains",
    "freemail_import_def_welcomelist_auth",
    "freemail_import_welcomelist_auth",
    "freemail_max_body_emails",
    "freemail_max_body_freemails",
    "freemail_skip_bulk_envfrom",
    "freemail_skip_when_over_max",
    "freemail_welcomelist",
    "hashbl_email_domain_alias",
    "hashbl_email_welcomelist",
    "hashbl_ignore",
    "inactive_languages",
    "internal_networks",
    "more_spam_to",
    "msa_networks",
    "ok_languages",
    "ok_locales",
    "originating_ip_headers",
    "parse_dkim_uris",
    "phishing_openphish_feed",
    "phishing_phishstats_feed",
    "phishing_phishstats_minscore",
    "phishing_phishtank_feed",
    "phishing_uri_noparam",
    "rbl_headers",
    "redirector_pattern",
    "replace_inter",
    "replace_post",
    "replace_pre",
    "replace_rules",
    "replace_tag",
    "shortcircuit",
    "shortcircuit_ham_score",
    "shortcircuit_max_spam_score",
    "shortcircuit_min_ham_score",
    "shortcircuit_spam_score",
    "skip_rbl_checks",
    "skip_uribl_checks",
    "test",
    "textcat_acceptable_score",
    "textcat_max_languages",
    "textcat_max_ngrams",
    "textcat_optimal_ngrams",
    "trusted_networks",
    "unblocklist_from",
    "unblocklist_to",
    "unwelcomelist_auth",
    "unwelcomelist_from",
    "unwelcomelist_from_dkim",
    "unwelcomelist_from_rcvd",
    "unwelcomelist_from_spf",
    "unwelcomelist_to",
    "uridnsbl",
    "uridnsbl_max_domains",
    "uridnsbl_skip_domain",
    "uridnsbl_skip_mailto",
    "uridnssub",
    "urifullnsrhsbl",
    "urifullnsrhssub",
    "urinsrhsbl",
    "urinsrhssub",
    "urirhsbl",
    "urirhssub",
    "url_shortener",
    "url_shortener_get",
    "util_rb_2tld",
    "util_rb_3tld",
    "util_rb_tld",
    "welcomelist_allows_relays",
    "welcomelist_auth",
    "welcomelist_bounce_relays",
    "welcomelist_from",
    "welcomelist_from_dkim",
    "welcomelist_from_rcvd",
    "welcomelist_from_spf",
    "welcomelist_subject",
    "welcomelist_to",
    "welcomelist_uri_host",
});

constexpr auto switches = std::to_array<std::string_view>({
    "always_trust_envelope_sender",
    "asn_use_dns",
    "freemail_import_def_welcomelist_auth",
    "freemail_import_welcomelist_auth",
    "freemail_skip_bulk_envfrom",
    "freemail_skip_when_over_max",
    "parse_dkim_uris",
    "phishing_uri_noparam",
    "skip_rbl_checks",
    "skip_uribl_checks",
    "uridnsbl_skip_mailto",
});

struct Fixed {
    std::string_view name;
    std::string_view value;
    std::string_view same;  ///< another way to say it
};
constexpr auto fixed = std::to_array<Fixed>({
    {"body_part_scan_size", "50000", "50000"},
    {"rawbody_part_scan_size", "500000", "500000"},
    {"normalize_charset", "1", "yes"},
    {"replace_end", ">", ">"},
    {"replace_start", "<", "<"},
});

constexpr auto ignored = std::to_array<std::string_view>({
    "add_header",
    "remove_header",
    "clear_headers",
    "rewrite_header",
    "subjprefix",
    "report",
    "report_safe",
    "report_contact",
    "report_hostname",
    "report_charset",
    "report_wrap_width",
    "report_safe_copy_headers",
    "unsafe_report",
    "clear_report_template",
    "clear_unsafe_report_template",
    "required_score",
    "required_hits",
    "fold_headers",
    "lock_method",
    "allow_user_rules",
    "use_bayes",
    "use_bayes_rules",
    "use_learner",
    "time_limit",
    "rbl_timeout",
    "version_tag",
    "spamtrap",
    "clear_spamtrap_template",
    "user_scores_dsn",
    "ifplugin",
    "geodb_module",
    "country_db_type",
    "country_db_path",
    "geodb_options",
    "geodb_search_path",
    "use_auto_welcomelist",
    "auto_welcomelist_factor",
    "auto_welcomelist_path",
    "auto_welcomelist_distinguish_signed",
    "use_txrep",
    "clear_asn_lookups",
    "asn_use_geodb",
    "uridnsbl_timeout",
    "tflags_domains_only",
    "use_dcc",
    "use_razor2",
    "use_pyzor",
    "use_dcc_rep",
    "razor_config",
    "dcc_home",
    "spamcop_to_address",
    "spamcop_from_address",
    "ssl",
    "parse_dkim_uris_old",
    "txrep_factor",
    "envelope_sender_trusted",
    "default_timeout",
    "version",
    "mbox_format_from_regex",
    "dccifd_options",
    "uri_country_db_isp_path",
    "max_short_url_redirections",
    "do_not_use_mail_spf",
    "do_not_use_mail_spf_query",
    "ignore_received_spf_header",
    "use_newest_received_spf_header",
    "freemail_add_describe_email",
    "max_short_urls",
    "uri_country_db_path",
});

/// `hashbl_acl_NAME`: a list that rules name.
constexpr std::string_view kept_beginning = "hashbl_acl_";

/// What begins so is about what Lazaret does in its own way.
constexpr auto ignored_beginnings = std::to_array<std::string_view>(
    {"bayes_", "dns_", "razor_", "pyzor_", "dcc_", "dkim_", "spf_", "user_scores_",
     "auto_welcomelist_", "user_awl_", "resource_limit_", "url_shortener_", "txrep_", "hashbl_",
     "asn_", "dmarc_", "spamcop_", "geodb_"});

bool has(auto&& list, std::string_view name)
{
    return std::find(list.begin(), list.end(), name) != list.end();
}

std::string replaced(std::string text, std::string_view old, std::string_view now)
{
    if (const auto at = text.find(old); at != std::string::npos) text.replace(at, old.size(), now);
    return text;
}

}  // namespace

void RuleSettings::add(std::string_view key, Line line)
{
    line.order = next_++;
    lines_[std::string{key}].push_back(std::move(line));
}

void RuleSettings::clear(std::string_view key)
{
    if (const auto found = lines_.find(key); found != lines_.end()) lines_.erase(found);
}

std::span<const RuleSettings::Line> RuleSettings::lines(std::string_view key) const
{
    const auto found = lines_.find(key);
    if (found == lines_.end()) return {};
    return found->second;
}

std::vector<RuleSettings::KeyedLine> RuleSettings::in_order(
    std::initializer_list<std::string_view> keys) const
{
    std::vector<KeyedLine> all;
    for (const auto key : keys)
        for (const auto& line : lines(key)) all.push_back({key, &line});
    std::ranges::sort(all, {}, [](const KeyedLine& one) { return one.line->order; });
    return all;
}

std::vector<std::string_view> RuleSettings::keys(std::string_view beginning) const
{
    std::vector<std::string_view> found;
    for (auto at = lines_.lower_bound(beginning);
         at != lines_.end() && at->first.starts_with(beginning); ++at)
        found.emplace_back(at->first);
    return found;
}

std::string_view RuleSettings::last(std::string_view key) const
{
    const auto all = lines(key);
    return all.empty() ? std::string_view{} : std::string_view{all.back().value};
}

bool RuleSettings::is_on(std::string_view key, bool unless_said) const
{
    return yes_or_no(last(key)).value_or(unless_said);
}

std::vector<std::string_view> RuleSettings::words(std::string_view key) const
{
    std::vector<std::string_view> all;
    for (const auto& line : lines(key))
        for (const auto word : words_of(line.value)) all.push_back(word);
    return all;
}

std::optional<bool> yes_or_no(std::string_view value)
{
    const auto small = ascii_lower(value);
    if (small == "1" || small == "yes") return true;
    if (small == "0" || small == "no") return false;
    return std::nullopt;
}

std::vector<std::string_view> words_of(std::string_view value)
{
    std::vector<std::string_view> words;
    while (true) {
        const auto begin = value.find_first_not_of(" \t");
        if (begin == std::string_view::npos) return words;
        value.remove_prefix(begin);
        const auto end = std::min(value.find_first_of(" \t"), value.size());
        words.push_back(value.substr(0, end));
        value.remove_prefix(end);
    }
}

std::string setting_name(std::string_view key)
{
    return replaced(replaced(std::string{key}, "whitelist", "welcomelist"), "blacklist",
                    "blocklist");
}

std::string_view fixed_value(std::string_view name)
{
    const auto found = std::ranges::find(fixed, name, &Fixed::name);
    return found == fixed.end() ? std::string_view{} : found->value;
}

bool is_fixed_value(std::string_view name, std::string_view value)
{
    return std::ranges::any_of(fixed, [&](const Fixed& one) {
        return one.name == name && (one.value == value || one.same == value);
    });
}

bool is_switch(std::string_view name) { return has(switches, name); }

bool is_clearing(std::string_view name)
{
    constexpr std::string_view clear = "clear_";
    if (!name.starts_with(clear)) return false;
    const auto what = name.substr(clear.size());
    return what == "util_rb" || treatment_of(what) != Treatment::Unknown ||
           treatment_of(name) != Treatment::Unknown;
}

Treatment treatment_of(std::string_view name)
{
    if (has(kept, name) || name.starts_with(kept_beginning)) return Treatment::Keep;
    if (has(ignored, name)) return Treatment::Ignore;
    for (const auto beginning : ignored_beginnings)
        if (name.starts_with(beginning)) return Treatment::Ignore;
    if (!fixed_value(name).empty()) return Treatment::Fixed;
    return Treatment::Unknown;
}

}  // namespace lazaret::filter::rules
