#pragma once

#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "milter/recipient.hpp"
#include "milter/session.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_keeper.hpp"

namespace lazaret::test {

using namespace lazaret::milter;
using namespace std::chrono_literals;
using filter::Findings;
using filter::Mail;

/// Words in the body say what the checks find, so that each test can ask for its class.
inline Hit spam_word(std::map<std::string, std::string, std::less<>> why_in)
{
    return {"SPAM_WORD", 7.0, "it says so", Translations{std::move(why_in)}};
}

inline filter::Check wordy_check()
{
    return {"wordy", [](const Mail& mail, Findings& findings) {
                const auto says = [&](std::string_view word) {
                    return mail.bytes.find(word) != std::string_view::npos;
                };
                findings.scan = filter::Scan::Clean;
                if (says("SPAM"))
                    findings.hits.push_back(spam_word({{"de", "es sagt es"}, {"fr", "il le dit"}}));
                if (says("CERTAIN")) findings.hits.push_back({"CERTAIN_WORD", 50.0, "it says so"});
                if (says("VIRUS")) findings.scan = filter::Scan::Infected;
                if (says("NOSCAN")) findings.scan = filter::Scan::Unscanned;
                if (says("SLOW")) std::this_thread::sleep_for(400ms);
                if (says("BROKEN")) throw std::logic_error{"the check is broken"};
            }};
}

inline SealKeys test_keys()
{
    return SealKeys::parse("k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "test");
}

inline Conduct test_conduct()
{
    Conduct conduct;
    conduct.authserv_id = "mx.inbox.example";
    conduct.outbound = Networks::parse(conduct.config.trusted_networks);
    conduct.checks = {wordy_check()};
    conduct.outbound_checks = {wordy_check()};
    conduct.seal_keys = test_keys();
    conduct.config.memory_per_message = 1 << 16;
    return conduct;
}

inline ChosenSettings chosen(std::initializer_list<std::pair<const char*, const char*>> settings)
{
    ChosenSettings all;
    for (const auto& [name, value] : settings) REQUIRE_FALSE(choose(all, name, value));
    return all;
}

inline Policy test_policy()
{
    Policy policy;
    for (const char* domain : {"inbox.example", "other.example"})
        policy.domains.set(domain, domain[0] == 'i' ? 1 : 2);
    const auto at = [&](const char* mailbox, ChosenSettings settings) {
        policy.settings.set(Owner::address(mailbox).text(), std::move(settings));
    };
    at("marked@inbox.example", chosen({{"action.spam", "tag"}}));
    at("keeper@inbox.example", chosen({{"action.spam-certain", "refuse-keep"}}));
    at("nothing@inbox.example", chosen({{"action.spam", "discard"}}));
    at("german@inbox.example", chosen({{"language", "de"}}));
    at("strict@inbox.example", chosen({{"language", "fr"}, {"rule_scores", "SPAM_WORD=9"}}));
    at("lenient@other.example", chosen({{"rule_scores", "SPAM_WORD=0"}}));
    return policy;
}

/// The quarantine in memory, and what was recorded beside the bytes.
class Quarantine final : public store::Keeper {
public:
    std::vector<Reference> hold(const HeldMail& mail, std::span<const HeldCopy> copies) override
    {
        last_ = mail;
        last_.bytes = {};
        return memory_.hold(mail, copies);
    }
    Moment first_deferred(TenantId tenant, const Digest& digest, Moment now) override
    {
        return memory_.first_deferred(tenant, digest, now);
    }
    store::MailVoted vote(const store::MailVote& vote, Moment now) override
    {
        return memory_.vote(vote, now);
    }
    store::TextForwarded count(const store::TextForward& forward, Moment now) override
    {
        return memory_.count(forward, now);
    }
    [[nodiscard]] const HeldMail& last() const { return last_; }
    auto kept() { return memory_.all(); }
    auto votes() { return memory_.votes(); }
    auto text_forwards() { return memory_.text_forwards(); }
    void note_from(Moment noted) { memory_.note_from(noted); }
    void set_away(bool away) { memory_.go_away(away); }

private:
    test::MemoryKeeper memory_;
    HeldMail last_;
};

/// A notebook that remembers what was noted.
class MemoryNotebook final : public store::Notebook {
public:
    void note(store::Passage passage) override
    {
        passages_.with([&](auto& all) { all.push_back(std::move(passage)); });
    }
    std::vector<store::Passage> passages()
    {
        return passages_.with([](auto& all) { return all; });
    }

private:
    Locked<std::vector<store::Passage>> passages_;
};

/// A milter without libmilter: real judges, gate and stages; quarantine and notebook in memory.
struct Milter {
    Snapshot<Conduct> conduct{test_conduct()};
    Snapshot<Policy> policy{test_policy()};
    Quarantine keeper;
    MemoryNotebook notebook;
    Judges judges{2};
    Moment now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};
    Parts parts{.conduct = conduct,
                .policy = policy,
                .keeper = keeper,
                .notebook = notebook,
                .judges = judges,
                .gate = std::make_shared<Gate>(100),
                .spool_folder = std::filesystem::temp_directory_path(),
                .now = [this] { return now; }};
    Session session{parts.gate, &parts};

    Milter() { session.connect("mail.partner.example", "192.0.2.7"); }

    Answer send(const std::vector<std::string>& recipients, std::string_view body,
                const std::vector<std::pair<std::string, std::string>>& fields = {},
                std::string_view user = {})
    {
        session.mail("<ada@partner.example>", {"BODY=8BITMIME"});
        for (const auto& one : recipients) session.recipient(read_recipient(one, {}, {}));
        session.field("From", " Ada <ada@partner.example>");
        session.field("Message-ID", " <1@partner.example>");
        for (const auto& [name, value] : fields) session.field(name, value);
        session.end_of_header();
        session.body(body);
        return session.finish("Q1", user, [] {});
    }
};

inline const std::string ben = "<ben@inbox.example>";
inline const std::string marked = "<marked@inbox.example>";
inline const std::string stranger = "<who@elsewhere.example>";

}  // namespace lazaret::test
