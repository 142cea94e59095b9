#include "milter/filter/rules/language/features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/language/arithmetic.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::string_view plugin_prefix = "Mail::SpamAssassin::Plugin::";
constexpr std::string_view conf_prefix = "Mail::SpamAssassin::Conf::";

constexpr auto known_plugins =
    std::to_array<std::string_view>({"AntiVirus",     "ASN",
                                     "AskDNS",        "Bayes",
                                     "BodyEval",      "Check",
                                     "DKIM",          "DMARC",
                                     "DNSEval",       "DecodeShortURLs",
                                     "FreeMail",      "FromNameSpoof",
                                     "HashBL",        "HTMLEval",
                                     "HTTPSMismatch", "HeaderEval",
                                     "ImageInfo",     "MIMEEval",
                                     "MIMEHeader",    "PDFInfo",
                                     "Phishing",      "RelayEval",
                                     "ReplaceTags",   "SPF",
                                     "Shortcircuit",  "TextCat",
                                     "URIDNSBL",      "URIDetail",
                                     "URIEval",       "VBounce",
                                     "WLBLEval",      "WelcomeListSubject"});

/// What `can()` answers yes to, though no method of ours has that name.
constexpr auto features = std::to_array<std::string_view>({"feature_originating_ip_headers",
                                                           "feature_dns_local_ports_permit_avoid",
                                                           "feature_bayes_auto_learn_on_error",
                                                           "feature_uri_host_listed",
                                                           "feature_yesno_takes_args",
                                                           "feature_bug6558_free",
                                                           "feature_edns",
                                                           "feature_dns_query_restriction",
                                                           "feature_registryboundaries",
                                                           "feature_geodb",
                                                           "feature_dns_block_rule",
                                                           "feature_compile_regexp",
                                                           "feature_meta_rules_matching",
                                                           "feature_subjprefix",
                                                           "feature_bayes_stopwords",
                                                           "feature_get_host",
                                                           "feature_blocklist_welcomelist",
                                                           "feature_welcomelist_blocklist",
                                                           "feature_header_address_parser",
                                                           "feature_local_tests_only",
                                                           "feature_header_first_last",
                                                           "feature_header_match_many",
                                                           "feature_capture_rules",
                                                           "has_tflags_nosubject",
                                                           "has_tflags_nolog",
                                                           "perl_min_version_5010000"});

/// What the plugins of version 4.0.1 say that they have, as far as ours do.
constexpr auto plugin_features =
    std::to_array<std::string_view>({"has_all_header",
                                     "has_arc",
                                     "has_asn_lookup_ipv6",
                                     "has_autoclean",
                                     "has_check_abundant_unicode_ratio",
                                     "has_check_asn",
                                     "has_check_asn_tag",
                                     "has_check_body_length",
                                     "has_check_for_ascii_text_illegal",
                                     "has_check_for_spf_errors",
                                     "has_check_qp_ratio",
                                     "has_check_spf_skipped_noenvfrom",
                                     "has_clear",
                                     "has_get",
                                     "has_hashbl_bodyre",
                                     "has_hashbl_bodyre_num",
                                     "has_hashbl_email_domain",
                                     "has_hashbl_email_domain_alias",
                                     "has_hashbl_email_regex",
                                     "has_hashbl_email_welcomelist",
                                     "has_hashbl_email_whitelist",
                                     "has_hashbl_emails",
                                     "has_hashbl_ignore",
                                     "has_hashbl_sha256",
                                     "has_hashbl_uris",
                                     "has_host_key",
                                     "has_max_redirections",
                                     "has_plaintext_body_sig_ratio",
                                     "has_short_url",
                                     "has_short_url_code",
                                     "has_short_url_redir",
                                     "has_subtest_for_ranges",
                                     "has_tag_header",
                                     "has_tflags_concat",
                                     "has_tflags_domains_only",
                                     "has_tflags_ips_only",
                                     "has_tflags_multiple",
                                     "has_tflags_notrim",
                                     "has_tflags_range",
                                     "has_timeout",
                                     "has_uridnsbl_a_ns",
                                     "has_uridnsbl_for_a",
                                     "has_uridnsbl_skip_mailto",
                                     "has_user_agent"});

bool has(auto&& list, std::string_view name)
{
    return std::find(list.begin(), list.end(), name) != list.end();
}

/// Replaces `plugin(X)`, `can(X)` and `has(X)` by 1 or 0: the rest is arithmetic.
class Condition {
public:
    Condition(std::string_view text, const LoadedPlugins& plugins) : text_{text}, plugins_{plugins}
    {
    }

    std::string without_calls()
    {
        std::string made;
        while (at_ < text_.size()) {
            const auto name = word();
            if (name.empty()) {
                made += number_or_sign();
            } else if (name == "plugin" || name == "can" || name == "has") {
                const auto argument = in_parentheses();
                made += answer(name, argument) ? '1' : '0';
            } else if (name == "version") {
                made += fmt::format("{:.6f}", spamassassin_version);
            } else if (name == "perl_version") {
                made += "5.036";
            } else if (name == "local_tests_only") {
                made += '0';  // rules that ask the network are there, and run when one is
            } else {
                made += name;
            }
        }
        return made;
    }

private:
    std::string_view word()
    {
        const auto begin = at_;
        while (at_ < text_.size() &&
               (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
            ++at_;
        const auto found = text_.substr(begin, at_ - begin);
        const bool is_number = !found.empty() && found.front() >= '0' && found.front() <= '9';
        if (!is_number) return found;
        at_ = begin;
        return {};
    }

    /// `3.4.0`, as people write a version, is the number that `version` is compared with, 3.004000.
    std::string number_or_sign()
    {
        const auto end = std::min(text_.find_first_not_of("0123456789.", at_), text_.size());
        const auto found = text_.substr(at_, std::max<std::size_t>(end - at_, 1));
        at_ += found.size();
        if (std::ranges::count(found, '.') != 2) return std::string{found};
        const auto middle = found.find('.') + 1;
        const auto last = found.rfind('.') + 1;
        const auto second = found.substr(middle, last - 1 - middle);
        const auto third = found.substr(last);
        if (second.empty() || third.empty() || second.size() > 3 || third.size() > 3)
            return std::string{found};
        return fmt::format("{}.{:0>3}{:0>3}", found.substr(0, middle - 1), second, third);
    }

    std::string_view in_parentheses()
    {
        const auto open = text_.find('(', at_);
        const auto close = text_.find(')', at_);
        if (open == std::string_view::npos || close == std::string_view::npos || close < open)
            return {};
        at_ = close + 1;
        auto inner = trimmed(text_.substr(open + 1, close - open - 1));
        for (const std::string_view quote : {"\"", "'"})
            if (inner.size() > 1 && inner.starts_with(quote) && inner.ends_with(quote))
                inner = inner.substr(1, inner.size() - 2);
        return inner;
    }

    [[nodiscard]] bool answer(std::string_view question, std::string_view argument) const
    {
        if (question == "plugin") return plugins_.contains(plugin_name(argument));
        return can(argument, plugins_);
    }

    std::string_view text_;
    const LoadedPlugins& plugins_;
    std::size_t at_ = 0;
};

}  // namespace

std::string plugin_name(std::string_view class_name)
{
    if (class_name.starts_with(plugin_prefix)) class_name.remove_prefix(plugin_prefix.size());
    if (class_name == "Dmarc") return "DMARC";
    if (class_name == "WhiteListSubject") return "WelcomeListSubject";
    return std::string{class_name};
}

std::string compat_method(std::string_view name)
{
    return fmt::format("{}compat_{}", conf_prefix, name);
}

bool is_known_plugin(std::string_view name) { return has(known_plugins, name); }

bool can(std::string_view method, const LoadedPlugins& plugins)
{
    if (method.starts_with(conf_prefix))
        return has(features, method.substr(conf_prefix.size())) || plugins.contains(method);
    if (!method.starts_with(plugin_prefix)) return false;
    method.remove_prefix(plugin_prefix.size());
    const auto end = method.find("::");
    if (!plugins.contains(plugin_name(method.substr(0, end)))) return false;
    const auto feature = end == method.npos ? std::string_view{} : method.substr(end + 2);
    return !feature.starts_with("has_") || has(plugin_features, feature);
}

Result<bool, std::string> holds(std::string_view condition, const LoadedPlugins& plugins)
{
    const auto text = Condition{condition, plugins}.without_calls();
    std::string unknown;
    const auto read = Arithmetic::read(text, [&](std::string_view name) {
        unknown = name;
        return 0U;
    });
    if (!read) return because(read.error());
    if (!unknown.empty()) return because(fmt::format("'{}' is not known in a condition", unknown));
    return read->evaluate({0.0}) != 0;
}

}  // namespace lazaret::filter::rules
