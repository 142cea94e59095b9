#pragma once

#include <map>
#include <string>

#include "quarantine-store/notifications.hpp"
#include "quarantine-store/passwords.hpp"
#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::test {

inline const std::string mailbox = "bob@example.com";
inline const std::string good = "three green umbrellas";

/// A person at his browser, which keeps the cookie.
struct Person {
    using Form = std::map<std::string, std::string>;
    using Method = portal::Method;

    PrivatePortal& site;
    std::string client = "192.0.2.1";
    std::string cookie{};
    std::string origin{};
    std::string fetch_site{};

    portal::Response ask(Method method, const std::string& path, Form form = {})
    {
        auto response = site.portal.answer(
            {.method = method,
             .path = path,
             .form = std::move(form),
             .client = client,
             .cookies = cookie,
             .origin = origin,
             .agent = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0",
             .fetch_site = fetch_site});
        const auto set = response.header("Set-Cookie");
        if (!set.empty()) cookie = set.substr(0, set.find(';'));
        return response;
    }
    portal::Response get(const std::string& path) { return ask(Method::Get, path); }
    portal::Response post(const std::string& path, Form form = {})
    {
        return ask(Method::Post, path, std::move(form));
    }
    portal::Response sign_in(const std::string& address, const std::string& password)
    {
        return post("/account/sign-in", {{"address", address}, {"password", password}});
    }
    bool is_in() { return get("/account").status == 200; }
};

/// What lazaret-report would mail: the paths of the links, to whom.
inline std::map<std::string, std::string> mailed_links(PrivatePortal& site)
{
    store::Database mailer{as_role(site.config, "lazaret_report"), [&] { return site.now; }};
    store::Notifications notifications{mailer};
    std::map<std::string, std::string> links;
    for (const auto& one : notifications.claim(notifications.waiting())) {
        if (one.kind == store::NotificationKind::Password && !one.link_token.empty())
            links[one.mailbox] = "/p/" + one.link_token;
        notifications.mark_sent(one);
    }
    return links;
}

inline std::string link_for_bob(PrivatePortal& site)
{
    Person{site}.post("/account/link", {{"address", mailbox}});
    return mailed_links(site).at(mailbox);
}

/// The path behind the link at the head of Bob's report.
inline std::string header_link(PrivatePortal& site)
{
    return "/a/" + store::seal_claim(site.keys, store::AccountClaim{1, site.account()},
                                     site.now + std::chrono::hours{24});
}

/// Bob, who has chosen a password, and is in.
inline Person bob_with_password(PrivatePortal& site, const std::string& password = good)
{
    site.hold();
    Person bob{site};
    REQUIRE(bob.post(link_for_bob(site), {{"password", password}}).status == 303);
    REQUIRE(bob.is_in());
    return bob;
}

}  // namespace lazaret::test
