#pragma once

#include "tests/portal/two_people.hpp"

namespace lazaret::test {

inline constexpr auto all_of_it = "/account/tenant";
inline const std::string carl = "carl@example.net";

// Two tenants. Bob and Ann are of the first, Carl of the other; for each something is held.
struct Tenants {
    PrivatePortal site{};
    Reference bobs = site.hold();
    Person ann_herself = with_password(site, ann);
    Reference carls = hold_for_carl();

    Reference hold_for_carl()
    {
        {
            auto admin = site.database();
            store::Directory{admin}.add_domain("example.net", "other", root);
        }
        return hold_in(2, carl, 701);
    }
    Reference hold_in(TenantId tenant, const std::string& address, int number,
                      Class verdict = Class::Spam, bool kept = false)
    {
        SampleMail letter{number};
        auto copy = sample_copy(address);
        copy.tenant = tenant;
        copy.verdict = verdict;
        copy.kept_after_refusal = kept;
        return store::make_keeper(site.config, 1)->hold(letter.mail, std::vector{copy}).at(0);
    }
    portal::Response get(const std::string& path) { return site.get(path, ann_herself.cookie); }
    store::CopyState state(const Reference& copy) { return site.copy(copy).summary.state; }
    // @return the status.
    int act(const std::string& realm, const std::string& deed, const Reference& copy)
    {
        return ann_herself
            .post("/account/tenant/act", {{"account", realm}, {"deed", deed}, {"c1", copy.text()}})
            .status;
    }
};

}  // namespace lazaret::test
