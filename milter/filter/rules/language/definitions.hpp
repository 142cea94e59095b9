#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "milter/filter/rules/language/rule.hpp"

/// The tests of rules, each read from what stands behind its name. A fault is a sentence.
namespace lazaret::filter::rules {

bool is_rule_name(std::string_view name);

Result<HeaderTest, std::string> read_header_test(std::string_view text);

Result<UriDetailTest, std::string> read_uri_detail_test(std::string_view text);

/// @param text  `_SENDERDOMAIN_.list.example A,TXT /pattern/`
Result<AskDnsTest, std::string> read_ask_dns_test(std::string_view text);

/// @param text  behind `eval:`: `name(argument, "another")`.
Result<EvalCall, std::string> read_eval_call(std::string_view text);

/// The test of `key NAME text`: `header`, `body`, `rawbody`, `uri`, `full`, `meta`, `mimeheader`,
/// `uri_detail`, `askdns`, `reuse`.
Result<Test, std::string> read_test(std::string_view key, std::string_view text);

/// What `tflags NAME text` says.
RuleFlags read_flags(std::string_view text);

}  // namespace lazaret::filter::rules
