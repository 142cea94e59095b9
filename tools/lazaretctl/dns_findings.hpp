#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/records/block_list.hpp"
#include "milter/filter/dns/answers.hpp"
#include "tools/lazaretctl/findings.hpp"

namespace lazaret::tools {

/// The block lists that are in use.
struct ListsInUse {
    std::set<std::string> of_rules;       ///< zones that the rules name
    std::vector<BlockList> of_clients{};  ///< [dns] refuse_listed
};

/// What there is to say about the DNS.
///
/// @param resolvers  addresses that are asked
/// @param answers  to the questions of `test_questions`; what is missing was not answered
Findings dns_findings(const std::vector<std::string>& resolvers, const ListsInUse& lists,
                      const filter::dns::Answers& answers);

/// What every block list of addresses has for tests (RFC 5782 5): the entry that is listed, of each
/// list, and the one that must not be, of lists that refuse; and a name that any resolver can
/// answer for.
filter::dns::Questions test_questions(const ListsInUse& lists);

/// The lists of [dns] refuse_listed.
std::vector<BlockList> client_lists(std::span<const std::string> refuse_listed);

/// Addresses that follow `nameserver` in the text of /etc/resolv.conf.
std::vector<std::string> nameservers_in(const std::string& resolv_conf);

/// The same when nobody is to be asked.
Findings dns_is_off();

}  // namespace lazaret::tools
