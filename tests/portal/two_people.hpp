#pragma once

#include <string>
#include <string_view>

#include "quarantine-store/administrators.hpp"
#include "tests/portal/person.hpp"

/// Two people of one tenant, of whom one may be the other's guest.
namespace lazaret::test {

inline const std::string ann = "ann@example.com";
inline const store::Actor root{"root", "test"};

/// Somebody for whom mail is held, who has chosen a password, and is in.
inline Person with_password(PrivatePortal& site, const std::string& address)
{
    Person person{site, "192.0.2.9"};
    SampleMail letter{900};
    store::make_keeper(site.config, 1)->hold(letter.mail, std::vector{sample_copy(address)});
    person.post("/account/link", {{"address", address}});
    REQUIRE(person.post(mailed_links(site).at(address), {{"password", good}}).status == 303);
    return person;
}

/// @param of  an owner; empty: his own tenant.
inline void administer(PrivatePortal& site, const std::string& address, const std::string& of = {})
{
    auto admin = site.database();
    const auto over = of.empty() ? std::nullopt : std::optional{*store::parse_owner(of)};
    REQUIRE(store::Administrators{admin}.add(parse_address(address).value(), over, root));
}

/// Who did such a thing, to what and why: the rows of the audit as one text.
inline std::string audit(PrivatePortal& site, const std::string& what)
{
    return Sql{site.config.connection}.one(
        "select coalesce(string_agg(who || ' ' || subject || ' ' || detail, ', ' order by "
        "audit_id), '') from lazaret.audit where what = '" +
        what + "'");
}

/// What forms of Bob's pages say.
inline std::string account_of(PrivatePortal& site) { return "1." + std::to_string(site.account()); }

/// A page with a query.
inline std::string page_of(Person& person, const std::string& path)
{
    return person.site.get(path, person.cookie).body;
}

/// The path of the first message that a page of the quarantine leads to.
inline std::string first_message(const std::string& page)
{
    const auto at = page.find("href=\"/m/");
    REQUIRE(at != std::string::npos);
    const auto from = at + 6;
    return page.substr(from, page.find('"', from) - from);
}

/// Bob with a held message, Ann beside him.
struct Two {
    PrivatePortal site{};
    Reference copy = site.hold();
    Person bob = bob_with_password(site);
    Person ann_herself = with_password(site, ann);

    portal::Response visit(const std::string& reason = {})
    {
        return ann_herself.post("/account/visit", {{"address", mailbox}, {"reason", reason}});
    }
    void share() { REQUIRE(bob.post("/account/delegates/add", {{"address", ann}}).status == 303); }
};

}  // namespace lazaret::test
