#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "milter/filter/rules/evals/globs.hpp"
#include "milter/filter/rules/language/rule_settings.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"
#include "milter/filter/rules/uris/uri_detail.hpp"

namespace lazaret::filter::rules {

/// Which hosts of a message's links are looked up (`uridnsbl_max_domains`, `uridnsbl_skip_domain`,
/// `uridnsbl_skip_mailto`).
class LinkHosts {
public:
    static LinkHosts from(const RuleSettings& settings);

    /// Whether nobody asks about that host, since all know it.
    [[nodiscard]] bool skips(const HostAndDomain& host) const;

    /// The hosts, those that a reader is most likely to follow first. When there are too many of
    /// one kind, chance decides, for a sender who knew the choice would hide his link behind
    /// others.
    [[nodiscard]] std::vector<HostAndDomain> of(const Uris& uris) const;

private:
    TextSet skipped_;
    std::size_t most_ = 20;
    bool skips_mail_ = true;
};

}  // namespace lazaret::filter::rules
