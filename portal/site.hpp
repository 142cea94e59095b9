#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/config/logos.hpp"
#include "base/html/templates.hpp"
#include "base/mail/seal.hpp"
#include "base/records/identity.hpp"
#include "base/records/look.hpp"
#include "portal/breached_passwords.hpp"
#include "portal/connectors.hpp"
#include "portal/curl/one_click.hpp"
#include "portal/databases.hpp"
#include "portal/ended_sessions.hpp"
#include "portal/openid/provider.hpp"
#include "portal/password_checks.hpp"
#include "portal/releases.hpp"
#include "portal/session.hpp"
#include "portal/turns.hpp"

namespace lazaret::portal {

/// Everything that the pages are made from and act on. All is borrowed, and lives longer than the
/// portal; may be used by several threads at once.
struct Site {
    Databases& databases;
    Releases& releases;
    const SealKeys& keys;
    const Templates& templates;
    const Logos& logos;
    PasswordChecks& passwords;
    const BreachedPasswords& breached;
    Connectors& connectors;
    OpenIdProviders& openid;
    EndedSessions& ended_sessions;
    Now now = system_now;
    /// What paths begin with when the portal is not at the root of its host: `/quarantine`.
    std::string prefix{};
    bool is_https = true;
    std::string origin{};  ///< `https://quarantine.example.org`, as origin_of() has it
    Look look{};           ///< where a recipient has no other
    std::chrono::seconds session_life{std::chrono::hours{24 * 7}};  ///< by password; of claims
    /// Of a session that a report's link opens; 0: it leads to the page for signing in.
    std::chrono::seconds link_session_life{std::chrono::hours{24}};
    /// Of one copy by its links, of one account by the links of its reports, of one by its
    /// password; without any of these of one client address.
    int requests_a_minute = 60;
    OneClickRules one_click{};
    std::string vote_key{};  ///< of who may bring votes of others by mail; empty: nobody
    /// Who asks a sender keeps a thread until he answers, or for OneClickRules::timeout, and a
    /// stranger chooses which.
    Turns& one_click_turns;
    /// A vote waits for the database, and nobody counts how many come.
    Turns& mail_vote_turns;

    [[nodiscard]] SessionCookie cookie() const { return SessionCookie{is_https}; }
    /// Of a sign-in that waits for a provider.
    [[nodiscard]] SessionCookie attempt_cookie() const
    {
        return SessionCookie{is_https, "lazaret-openid"};
    }
};

}  // namespace lazaret::portal
