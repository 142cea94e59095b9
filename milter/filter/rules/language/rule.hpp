#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/records/translations.hpp"
#include "milter/filter/rules/language/place.hpp"
#include "milter/filter/rules/patterns/pattern.hpp"

namespace lazaret::filter::rules {

/// `header NAME Subject:raw !~ /.../ [if-unset: text]`, or `exists:`. `mimeheader` is alike.
struct HeaderTest {
    std::string query;    ///< what is looked at: `Subject`, `From:addr`, `ALL`
    bool exists = false;  ///< only whether there is one; there is no pattern then
    bool negated = false;
    std::optional<std::string> if_unset;
    Pattern pattern;

    bool operator==(const HeaderTest&) const = default;
};

/// `uri_detail NAME key =~ /.../ ...`: all must hold for one address.
struct UriDetailTest {
    struct Term {
        std::string key;  ///< raw, type, cleaned, text, domain, host
        bool negated = false;
        Pattern pattern;
        bool operator==(const Term&) const = default;
    };
    std::vector<Term> terms;

    bool operator==(const UriDetailTest&) const = default;
};

/// `eval:function(arguments)`.
struct EvalCall {
    std::string function;  ///< by its name of version 4 (`welcomelist` for `whitelist`)
    std::vector<std::string> arguments;

    bool operator==(const EvalCall&) const = default;
};

/// `askdns NAME TEMPLATE TYPES SUBTEST`: the names that the template becomes are looked up.
struct AskDnsTest {
    std::string name;                ///< with tags: `_SENDERDOMAIN_.list.example`
    std::vector<std::string> types;  ///< of records, capitals: `A`, `TXT`, `ANY`; never empty
    std::string subtest;             ///< as written; empty: any record will do

    bool operator==(const AskDnsTest&) const = default;
};

struct HeaderRule {
    HeaderTest test;
};
struct MimeHeaderRule {
    HeaderTest test;
};
struct BodyRule {
    Pattern pattern;
};
struct RawBodyRule {
    Pattern pattern;
};
struct UriRule {
    Pattern pattern;
};
struct FullRule {
    Pattern pattern;
};
struct UriDetailRule {
    UriDetailTest test;
};
struct MetaRule {
    std::string expression;
};
struct EvalRule {
    EvalCall call;
};
struct AskDnsRule {
    AskDnsTest test;
};
/// Somebody else gives the hit (`reuse`): it does not run by itself.
struct EmptyRule {};

/// What a rule looks at, and for what.
using Test = std::variant<EmptyRule, HeaderRule, MimeHeaderRule, BodyRule, RawBodyRule, UriRule,
                          FullRule, UriDetailRule, MetaRule, EvalRule, AskDnsRule>;

/// `header`, `body`, `meta`, ...: the word that rule files use.
std::string_view kind_name(const Test& test);

/// The flags of `tflags` that change what a rule does here.
struct RuleFlags {
    bool nice = false;            ///< takes points off
    bool net = false;             ///< asks the network
    bool learn = false;           ///< needs the learned check
    bool multiple = false;        ///< every hit counts
    std::uint32_t most_hits = 0;  ///< `maxhits`; 0: no bound
    bool no_subject = false;      ///< the subject is not looked at
    // Of rules that look up the hosts of links, or of fields.
    bool ips_only = false;
    bool domains_only = false;
    bool no_trim = false;       ///< the whole host, not its domain
    bool addresses = false;     ///< `a`: the host's address
    bool name_servers = false;  ///< `ns`: the addresses of its name servers
    // Of `mimeheader` rules: which parts they look at (`range=2-5`; 1 is the message), and whether
    // the fields of all parts are one text (`concat`).
    std::size_t first_part = 0;
    std::size_t last_part = 1'000;
    bool joined_parts = false;

    bool operator==(const RuleFlags&) const = default;
};

/// A rule as the files, all read, leave it.
struct Rule {
    std::string name;
    Place place;       ///< of its test
    std::string text;  ///< its test as written
    Test test;
    RuleFlags flags;
    int priority = 0;
    /// Points, by what is on: neither, network, learned check, both.
    std::array<double, 4> scores{1.0, 1.0, 1.0, 1.0};
    bool is_score_suggested = false;  ///< UnsaidScores::Suggested, and nobody said another one
    std::string description;          ///< in English; empty where the files have none
    Translations descriptions;        ///< in other languages

    /// `__NAME`: gives no points, and is there for other rules.
    [[nodiscard]] bool is_helper() const { return name.starts_with("__"); }
};

}  // namespace lazaret::filter::rules
