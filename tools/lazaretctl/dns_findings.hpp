#pragma once

#include <set>
#include <string>
#include <vector>

#include "milter/filter/dns/answers.hpp"
#include "tools/lazaretctl/findings.hpp"

namespace lazaret::tools {

/// What there is to say about the DNS.
///
/// @param resolvers  addresses that are asked
/// @param zones  block lists that the rules name
/// @param answers  to the questions of `test_questions`; what is missing was not answered
Findings dns_findings(const std::vector<std::string>& resolvers, const std::set<std::string>& zones,
                      const filter::dns::Answers& answers);

/// The entry that every block list of addresses has for tests (RFC 5782 5), of each zone; and a
/// name that any resolver can answer for.
std::set<filter::dns::Question> test_questions(const std::set<std::string>& zones);

/// Addresses that follow `nameserver` in the text of /etc/resolv.conf.
std::vector<std::string> nameservers_in(const std::string& resolv_conf);

/// The same when nobody is to be asked.
Findings dns_is_off();

}  // namespace lazaret::tools
