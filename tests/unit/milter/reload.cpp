#include "milter/reload.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.hpp"
#include "milter/conduct.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;
using namespace lazaret::milter;
using namespace std::chrono_literals;
using lazaret::test::PrivateFolder;

namespace {

/// A database in memory that can go away. Shared by the feed, which Knowledge owns, and the test.
struct Database {
    Policy policy;
    std::vector<store::ModelStep> models;  ///< the whole history, in order
    std::optional<Error::Kind> trouble;
    std::vector<std::int64_t> asked_for;  ///< each `have` of newer_models()
    std::optional<Error::Kind> model_trouble;
    int refreshes = 0;
    bool is_news = false;  ///< it says so to who waits
};

class MemoryFeed final : public store::PolicyFeed {
    template <class F>
    auto with(F use)
    {
        return database_.with([&](Database& d) {
            if (d.trouble) throw Error{*d.trouble, "the database is away"};
            return use(d);
        });
    }
    Locked<Database>& database_;

public:
    explicit MemoryFeed(Locked<Database>& database) : database_{database} {}

    bool refresh(Policy& policy) override
    {
        return with([&](Database& d) {
            ++d.refreshes;
            if (policy.change == d.policy.change) return false;
            policy = d.policy;
            return true;
        });
    }

    std::vector<store::ModelStep> newer_models(std::int64_t have) override
    {
        return with([&](Database& d) {
            d.asked_for.push_back(have);
            if (d.model_trouble) throw Error{*d.model_trouble, "the model is too far away"};
            // As the store: who has more than there is had another database.
            if (!d.models.empty() && have > d.models.back().version) have = 0;
            std::vector<store::ModelStep> newer;
            for (const auto& step : d.models)
                if (step.version > have) newer.push_back(step);
            return newer;
        });
    }

    bool wait(std::chrono::milliseconds most) override
    {
        const auto until = std::chrono::steady_clock::now() + most;
        do {
            if (with([](Database& d) { return std::exchange(d.is_news, false); })) return true;
            std::this_thread::sleep_for(1ms);
        } while (std::chrono::steady_clock::now() < until);
        return false;
    }
};

struct Site {
    PrivateFolder state;
    Locked<Database> database;

    Site()
    {
        change([](Database& d) {
            d.policy.change = 1;
            d.policy.domains.set("inbox.example", 1);
        });
    }
    Knowledge knowledge(std::chrono::milliseconds interval = 10ms)
    {
        return {std::make_unique<MemoryFeed>(database), {interval, state.path().string()}};
    }
    template <class F>
    void change(F how)
    {
        database.with(how);
    }
};

filter::Model taught(int messages)
{
    filter::Model model;
    for (int at = 0; at < messages; ++at) {
        model.learn("Subject: buy\r\n\r\nbuy pills now " + std::to_string(at), filter::Label::Spam);
        model.learn("Subject: hi\r\n\r\nsee you at lunch " + std::to_string(at),
                    filter::Label::Ham);
    }
    return model;
}

template <class F>
bool soon(F is_true)
{
    for (int tries = 0; tries < 1'000 && !is_true(); ++tries) std::this_thread::sleep_for(10ms);
    return is_true();
}

}  // namespace

TEST_CASE("what is known comes from the database, else from the disk", "[reload]")
{
    Site site;
    {
        const auto first = site.knowledge();
        CHECK(first.policy().get()->tenant_of("inbox.example") == 1);
    }
    site.change([](Database& d) { d.trouble = Error::Kind::Unavailable; });
    const auto second = site.knowledge();
    CHECK(second.policy().get()->tenant_of("inbox.example") == 1);
}

TEST_CASE("a policy is not given up for a model that cannot be fetched", "[reload]")
{
    Site site;
    site.change([](Database& d) { d.model_trouble = Error::Kind::Unavailable; });
    const auto knowledge = site.knowledge();
    CHECK(knowledge.policy().get()->tenant_of("inbox.example") == 1);
}

TEST_CASE("what the database says is new is asked for at once, not when its time comes", "[reload]")
{
    Site site;
    auto knowledge = site.knowledge(1h);
    StopSignal stop;
    std::jthread reloading{[&] { knowledge.keep_fresh(stop); }};
    site.change([](Database& d) {
        d.policy.change = 2;
        d.policy.domains.set("new.example", 1);
        d.is_news = true;
    });
    CHECK(soon([&] { return knowledge.policy().get()->tenant_of("new.example") == 1; }));
    stop.stop();
}

TEST_CASE("with neither there is no start, and the reason is told", "[reload]")
{
    Site site;
    const auto kind = GENERATE(Error::Kind::Unavailable, Error::Kind::Setup);
    site.change([&](Database& d) { d.trouble = kind; });
    SECTION("no snapshot") {}
    SECTION("a damaged one") { std::ofstream{site.state.at("policy.snapshot")} << "rubbish"; }
    try {
        const auto knowledge = site.knowledge();
        FAIL("it has started");
    } catch (const Error& error) {
        CHECK(error.kind() == kind);
    }
}

TEST_CASE("a schema that is not ours does not stop mail while an upgrade is under way", "[reload]")
{
    Site site;
    {
        const auto saved = site.knowledge();
    }
    site.change([](Database& d) { d.trouble = Error::Kind::Setup; });
    auto knowledge = site.knowledge();
    CHECK(knowledge.policy().get()->tenant_of("inbox.example") == 1);
    const BackgroundThreads background{knowledge, nullptr, nullptr, 1s};
    site.change([](Database& d) {
        d.trouble.reset();
        d.policy.change = 2;
        d.policy.domains.set("second.example", 2);
    });
    CHECK(soon([&] { return knowledge.policy().get()->tenant_of("second.example") == 2; }));
}

TEST_CASE("changes arrive while it runs, and after the database was away", "[reload]")
{
    Site site;
    auto knowledge = site.knowledge();
    {
        const BackgroundThreads background{knowledge, nullptr, nullptr, 1s};
        site.change([](Database& d) {
            d.policy.change = 2;
            d.policy.domains.set("second.example", 2);
        });
        CHECK(soon([&] { return knowledge.policy().get()->tenant_of("second.example") == 2; }));

        site.change([](Database& d) { d.trouble = Error::Kind::Unavailable; });
        std::this_thread::sleep_for(100ms);
        CHECK(knowledge.policy().get()->tenant_of("second.example") == 2);
        site.change([](Database& d) {
            d.trouble.reset();
            d.policy.change = 3;
            d.policy.domains.erase("second.example");
        });
        CHECK(soon([&] { return !knowledge.policy().get()->tenant_of("second.example"); }));
    }
    // The last state is on disk when it stops.
    site.change([](Database& d) { d.trouble = Error::Kind::Unavailable; });
    CHECK(site.knowledge().policy().get()->change == 3);
}

TEST_CASE("a model grows by small steps, and survives a restart", "[reload]")
{
    Site site;
    const auto small = taught(5);
    const auto large = taught(10);
    site.change([&](Database& d) { d.models = {{1, true, small.snapshot()}}; });
    auto knowledge = site.knowledge();
    CHECK(knowledge.model()->get()->snapshot() == small.snapshot());
    {
        const BackgroundThreads background{knowledge, nullptr, nullptr, 1s};
        site.change([&](Database& d) { d.models.push_back({2, false, large.delta_since(small)}); });
        CHECK(soon([&] { return knowledge.model()->get()->snapshot() == large.snapshot(); }));
    }
    site.change([](Database& d) { d.trouble = Error::Kind::Unavailable; });
    CHECK(site.knowledge().model()->get()->snapshot() == large.snapshot());
    site.change([](Database& d) {
        d.trouble.reset();
        d.asked_for.clear();
    });
    const auto restarted = site.knowledge();
    site.change([](Database& d) { CHECK(d.asked_for == std::vector<std::int64_t>{2}); });
}

TEST_CASE("a database that was restored has the last word, though its versions are lower",
          "[reload]")
{
    Site site;
    const auto old = taught(5);
    const auto lost = taught(10);
    site.change([&](Database& d) { d.models = {{57, true, lost.snapshot()}}; });
    {
        const auto before = site.knowledge();
        CHECK(before.model()->get()->snapshot() == lost.snapshot());
    }
    site.change([&](Database& d) { d.models = {{3, true, old.snapshot()}}; });
    auto after = site.knowledge();
    CHECK(after.model()->get()->snapshot() == old.snapshot());
    {
        const BackgroundThreads background{after, nullptr, nullptr, 1s};
        site.change([&](Database& d) { d.models.push_back({4, false, lost.delta_since(old)}); });
        CHECK(soon([&] { return after.model()->get()->snapshot() == lost.snapshot(); }));
    }
}

TEST_CASE("a step that does not fit leaves the model as it was before it", "[reload]")
{
    Site site;
    const auto good = taught(5);
    site.change([&](Database& d) {
        d.models = {{1, true, good.snapshot()}, {2, false, "damaged"}};
    });
    auto knowledge = site.knowledge();
    CHECK(knowledge.policy().get()->tenant_of("inbox.example") == 1);
    CHECK(knowledge.model()->get()->snapshot() == good.snapshot());
    const BackgroundThreads background{knowledge, nullptr, nullptr, 1s};
    const auto refreshes = [&] {
        return site.database.with([](Database& d) { return d.refreshes; });
    };
    const auto before = refreshes();
    CHECK(soon([&] { return refreshes() > before + 5; }));  // the policy is still asked for
    site.change(
        [](Database& d) { CHECK(d.asked_for.size() == 1); });  // the model is not, for a while
}

TEST_CASE("a message is judged though the DNS takes all its time", "[reload]")
{
    const PrivateFolder folder;
    Configuration config;
    config.link.key_file = folder.at("key");
    std::ofstream{config.link.key_file} << "k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    std::filesystem::permissions(config.link.key_file, std::filesystem::perms::owner_read);
    CHECK(make_conduct(config, {}).dns_budget == 5s);
    config.milter.judgement_budget = 4s;
    CHECK(make_conduct(config, {}).dns_budget == 3s);
}
