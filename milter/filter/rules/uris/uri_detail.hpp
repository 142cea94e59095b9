#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace lazaret::filter::rules {

/// One address of the message's text, HTML, or signatures, as `uri` and `uri_detail` rules see it.
struct UriDetail {
    std::string raw;                    ///< as written
    std::set<std::string> types;        ///< a, img, form, ...; `parsed` (found in text), `unlinked`, `domainkeys`
    std::vector<std::string> cleaned;   ///< it, and what it becomes when obfuscation is undone
    std::vector<std::string> anchor_text;
    std::map<std::string, std::set<std::string>> hosts;  ///< registered domain: hosts below it
};

/// All addresses of a message, in the order in which they were first seen.
struct Uris {
    std::vector<UriDetail> details;
    std::vector<std::string> list;  ///< what `uri` rules match: each form of each address, once
};

}  // namespace lazaret::filter::rules
