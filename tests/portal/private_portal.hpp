#pragma once

#include <sodium.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "portal/built_in.hpp"
#include "portal/form.hpp"
#include "portal/portal.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/link/claim.hpp"
#include "quarantine-store/quarantine.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/has.hpp"

namespace lazaret::test {

inline bool has(const portal::Response& response, std::string_view text)
{
    return has(response.body, text);
}

/// A mail server in memory.
class MemoryMta final : public store::Submitter {
public:
    void submit(const store::Submission& one) override
    {
        std::unique_lock hold{lock_};
        answers_.wait(hold, [&] { return !slow; });
        if (away) throw Error{Error::Kind::Unavailable, "nobody listens"};
        if (refusal != 0) throw store::SubmissionRefused{refusal, "no"};
        sent.emplace_back(one.recipient);
    }
    /// Makes it answer, after `slow` was set.
    void hurry()
    {
        {
            std::lock_guard hold{lock_};
            slow = false;
        }
        answers_.notify_all();
    }
    bool slow = false;  ///< it takes a message and says nothing
    bool away = false;
    int refusal = 0;
    std::vector<std::string> sent;

private:
    std::mutex lock_;
    std::condition_variable answers_;
};

/// A portal of its own: database, keys, mail server, clock. The database role is the portal's.
struct PrivatePortal {
    DatabaseConfig config = fresh_database();
    MemoryMta mta{};
    SealKeys keys = SealKeys::parse("k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "test");
    Moment now = system_now();
    std::vector<std::string> problems{};
    Logos logos{};
    Templates templates{portal::built_in_templates(), "", problems};
    portal::Databases databases{as_role(config, "lazaret_portal"), [this] { return now; }};
    portal::Releases releases{as_role(config, "lazaret_portal"),
                              mta,
                              [this] { return now; },
                              {.each = std::chrono::milliseconds{500}, .most_waiting = 3}};
    /// Cheap ones: what a hash costs is no matter here.
    portal::PasswordChecks passwords;
    portal::BreachedPasswords breached;
    portal::Connectors connectors;
    portal::OpenIdProviders openid;
    portal::EndedSessions ended_sessions;
    portal::Turns one_click_turns{{.at_once = 2, .waiting = 0, .patience = {}}};
    portal::Turns mail_vote_turns{{.at_once = 2, .waiting = 0, .patience = {}}};
    portal::Portal portal;

    struct Options {
        int requests_a_minute = 10'000;
        std::size_t checks_at_once = 2;
        std::string breached{};
        std::chrono::seconds link_session_life = std::chrono::hours{24};
        SignInConfig sign_in{};
        portal::Connectors::Ask ask{};
        std::size_t asks_at_once = 2;
        portal::OpenIdProviders::Ask ask_provider = portal::ask_https;
        std::string vote_key{};
    };
    PrivatePortal() : PrivatePortal{Options{}} {}
    explicit PrivatePortal(int requests_a_minute)
        : PrivatePortal{Options{.requests_a_minute = requests_a_minute}}
    {
    }
    explicit PrivatePortal(const Options& options)
        : passwords{{.at_once = options.checks_at_once,
                     .waiting = 0,
                     .operations = crypto_pwhash_OPSLIMIT_MIN,
                     .memory = crypto_pwhash_MEMLIMIT_MIN}},
          breached{options.breached},
          connectors{options.sign_in, {.at_once = options.asks_at_once, .waiting = 0}, options.ask},
          openid{options.ask_provider, [this] { return now; }},
          portal{portal::Site{.databases = databases,
                              .releases = releases,
                              .keys = keys,
                              .templates = templates,
                              .logos = logos,
                              .passwords = passwords,
                              .breached = breached,
                              .connectors = connectors,
                              .openid = openid,
                              .ended_sessions = ended_sessions,
                              .now = [this] { return now; },
                              .origin = "https://quarantine.example.com",
                              .session_life = std::chrono::hours{24 * 7},
                              .link_session_life = options.link_session_life,
                              .requests_a_minute = options.requests_a_minute,
                              .vote_key = options.vote_key,
                              .one_click_turns = one_click_turns,
                              .mail_vote_turns = mail_vote_turns}}
    {
        auto admin = database();
        store::Directory{admin}.add_domain("example.com", "main", {"test", "test"});
    }

    store::Database database()
    {
        return store::Database{as_role(config, "lazaret_admin"), [this] { return now; }};
    }

    Reference hold(const HeldMail& mail, Class verdict = Class::Spam)
    {
        auto copy = sample_copy("bob@example.com");
        copy.verdict = verdict;
        return store::make_keeper(config, 1)->hold(mail, std::vector{copy}).at(0);
    }
    /// Held by a milter that recorded what its sender proved.
    Reference hold(const HeldMail& mail, const Explanation::Proved& proved)
    {
        auto copy = sample_copy("bob@example.com");
        copy.explanation.proved = proved;
        return store::make_keeper(config, 1)->hold(mail, std::vector{copy}).at(0);
    }
    Reference hold(Class verdict = Class::Spam)
    {
        const SampleMail sample{++number_};
        return hold(sample.mail, verdict);
    }

    std::string claim(const Reference& reference)
    {
        return store::seal_claim(keys, store::CopyClaim{reference}, now + std::chrono::hours{24});
    }

    /// @param asked  a path, with a query or without.
    portal::Response get(const std::string& asked, const std::string& cookies = {})
    {
        const auto mark = std::min(asked.find('?'), asked.size());
        return portal.answer({.path = asked.substr(0, mark),
                              .query = portal::read_form(
                                  std::string_view{asked}.substr(std::min(mark + 1, asked.size()))),
                              .client = "192.0.2.1",
                              .cookies = cookies});
    }
    /// The cookie that the header link of a report of bob@example.com gives.
    std::string session()
    {
        const auto link = "/a/" + store::seal_claim(keys, store::AccountClaim{1, account()},
                                                    now + std::chrono::hours{1});
        const auto cookie = post(link).header("Set-Cookie");
        return cookie.substr(0, cookie.find(';'));
    }
    portal::Response post_in(const std::string& cookies, const std::string& path,
                             std::map<std::string, std::string> form)
    {
        return portal.answer({.method = portal::Method::Post,
                              .path = path,
                              .form = std::move(form),
                              .client = "192.0.2.1",
                              .cookies = cookies});
    }
    portal::Response post(const std::string& path, std::map<std::string, std::string> form = {})
    {
        return portal.answer({.method = portal::Method::Post,
                              .path = path,
                              .form = std::move(form),
                              .client = "192.0.2.1"});
    }

    store::HeldDetails copy(const Reference& reference)
    {
        auto admin = database();
        return store::Quarantine{admin}.find(reference).value();
    }
    std::vector<store::ListedEntry> entries()
    {
        auto admin = database();
        return store::Directory{admin}.entries({}, {});
    }
    /// With as many entries of that kind as bob@example.com may have.
    void fill_lists(const std::string& kind)
    {
        Sql{config.connection}.run(
            "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof, origin) "
            "select 1, 'account:" +
            std::to_string(account()) + "', '" + kind +
            "', '@d' || n || '.example', 'none', 'account' from generate_series(1, 2000) as n");
    }
    AccountId account()
    {
        auto admin = database();
        return store::Directory{admin}.account_of(parse_address("bob@example.com").value()).value();
    }

private:
    int number_ = 0;
};

}  // namespace lazaret::test
