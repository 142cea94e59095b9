#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <future>
#include <thread>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/policy_feed.hpp"
#include "quarantine-store/quarantine.hpp"
#include "quarantine-store/trace.hpp"
#include "tests/store/cluster.hpp"
#include "tests/store/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

namespace {

// Whether it threw Unavailable. Any other error goes on: it is no sign that the database is back.
template <class F>
bool unavailable(F&& call)
{
    try {
        call();
    } catch (const Error& error) {
        if (error.kind() != Error::Kind::Unavailable) throw;
        return true;
    }
    return false;
}

template <class F>
bool comes_back(F&& call)
{
    for (const auto until = Steady::now() + 20s; Steady::now() < until;
         std::this_thread::sleep_for(100ms))
        if (!unavailable(call)) return true;
    return false;
}

}  // namespace

TEST_CASE("with the database stopped all is unavailable quickly, started it works again", "[store]")
{
    const auto config = fresh_database();
    const auto keeper = store::make_keeper(config, 4);
    const auto feed = store::make_policy_feed(config);
    auto notebook = store::make_notebook(config, true);
    store::Database database{config};
    store::Quarantine quarantine{database};
    const SampleMail one{1};
    const SampleMail two{2};
    const auto first = sample_copy("a@example.com");
    const auto second = sample_copy("b@example.com");
    const auto hold_second = [&] { keeper->hold(two.mail, std::vector{second}); };
    keeper->hold(one.mail, std::vector{first});
    Policy policy;
    feed->refresh(policy);
    CHECK(quarantine.list({}).size() == 1);

    ServerStop server;
    const auto began = Steady::now();
    for (int at = 0; at < 200; ++at) CHECK(unavailable(hold_second));
    CHECK(unavailable([&] { feed->refresh(policy); }));
    CHECK(unavailable([&] { feed->wait(10s); }));
    CHECK(unavailable([&] { quarantine.list({}); }));
    notebook->note(store::Passage{.when = system_now(),
                                  .tenant = 1,
                                  .mailbox = "a@example.com",
                                  .queue_id = "Q",
                                  .sender = "",
                                  .client_ip = "",
                                  .reference = "",
                                  .hits = {},
                                  .explanation = {}});
    CHECK(Steady::now() - began < 5s);
    server.start();

    CHECK(comes_back(hold_second));
    CHECK(comes_back([&] { feed->refresh(policy); }));
    CHECK(comes_back([&] { quarantine.list({}); }));
    CHECK(quarantine.list({}).size() == 2);
    // The retry of the one that was answered 451 is held once.
    CHECK(keeper->hold(two.mail, std::vector{sample_copy("b@example.com")}).at(0) ==
          second.reference);
    notebook.reset();
    CHECK(store::Trace{database}.passages("a@example.com", std::nullopt, 10).size() == 1);
}

TEST_CASE("sessions that were cut are replaced without a failure", "[store]")
{
    const auto config = fresh_database();
    const auto keeper = store::make_keeper(config, 4);
    const SampleMail sample{1};
    const auto copy = sample_copy("a@example.com");
    keeper->hold(sample.mail, std::vector{copy});
    store::Database database{config};
    store::Quarantine quarantine{database};
    Sql sql{config.connection};
    sql.run(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()");
    CHECK(keeper->hold(sample.mail, std::vector{sample_copy("a@example.com")}).at(0) ==
          copy.reference);
    CHECK(quarantine.list({}).size() == 1);
}

namespace {

/// Stops the server's processes of a database's sessions, as a frozen host or a hanging disk does.
class FrozenSessions {
public:
    explicit FrozenSessions(const DatabaseConfig& config)
    {
        for (const auto& row :
             Sql{config.connection}.rows("select pid from pg_stat_activity where datname = "
                                         "current_database() and pid <> pg_backend_pid()"))
            pids_.push_back(std::stoi(row[0]));
        for (const auto pid : pids_) REQUIRE(::kill(pid, SIGSTOP) == 0);
    }
    ~FrozenSessions()
    {
        for (const auto pid : pids_) ::kill(pid, SIGCONT);
    }
    FrozenSessions(const FrozenSessions&) = delete;
    FrozenSessions& operator=(const FrozenSessions&) = delete;

private:
    std::vector<pid_t> pids_;
};

/// Passes bytes between a client and the server, until it is told to keep the next answer to
/// itself and to hang up.
class Proxy {
public:
    Proxy() : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* plain = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(listener_.get(), plain, size) == 0);
        REQUIRE(::listen(listener_.get(), 4) == 0);
        REQUIRE(::getsockname(listener_.get(), plain, &size) == 0);
        port = ntohs(address.sin_port);
        thread_ = std::jthread{[this](const std::stop_token& stop) { serve(stop); }};
    }

    int port = 0;
    std::atomic<bool> cut_next_answer = false;

private:
    void serve(const std::stop_token& stop)
    {
        while (!stop.stop_requested()) {
            pollfd one{listener_.get(), POLLIN, 0};
            if (::poll(&one, 1, 50) <= 0) continue;
            const FileDescriptor client{::accept(listener_.get(), nullptr, nullptr)};
            const FileDescriptor server{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            const auto* port_text = std::getenv("PGPORT");
            address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port_text)));
            if (::connect(server.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
                pass(stop, client.get(), server.get());
        }
    }

    void pass(const std::stop_token& stop, int client, int server)
    {
        std::array<char, 65536> block{};
        while (!stop.stop_requested()) {
            std::array<pollfd, 2> both{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
            if (::poll(both.data(), both.size(), 50) <= 0) continue;
            for (const bool from_server : {false, true}) {
                if (both[from_server ? 1 : 0].revents == 0) continue;
                const auto got = ::read(from_server ? server : client, block.data(), block.size());
                if (got <= 0 || (from_server && cut_next_answer.exchange(false))) return;
                if (::send(from_server ? client : server, block.data(),
                           static_cast<std::size_t>(got), MSG_NOSIGNAL) != got)
                    return;
            }
        }
    }

    FileDescriptor listener_;
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace

TEST_CASE("a server that says nothing keeps nobody for long", "[store]")
{
    auto config = fresh_database();
    config.statement_timeout = 1s;
    const auto keeper = store::make_keeper(config, 2);
    const auto feed = store::make_policy_feed(config);
    Policy policy;
    const SampleMail sample{1};
    const auto copy = sample_copy("a@example.com");
    keeper->hold(sample.mail, std::vector{copy});
    feed->refresh(policy);

    const auto retry = [&] {
        keeper->hold(sample.mail, std::vector{sample_copy("a@example.com")});
    };
    {
        const FrozenSessions frozen{config};
        const auto began = Steady::now();
        CHECK(unavailable(retry));
        CHECK(Steady::now() - began < 10s);
        // A new session is served; the old one is not waited for again.
        CHECK_FALSE(unavailable(retry));
        CHECK_FALSE(unavailable([&] { feed->refresh(policy); }));
        CHECK(Steady::now() - began < 20s);
    }
    CHECK(Sql{config.connection}.one("select count(*) from lazaret.held_copy") == "1");
}

TEST_CASE("a frozen server keeps no transaction of a session for ever", "[store]")
{
    auto config = fresh_database();
    config.statement_timeout = 1s;
    store::Database database{config};
    store::Quarantine quarantine{database};
    quarantine.list({});
    std::future<bool> asked;  // its destructor waits: it is to be after the thaw
    {
        const FrozenSessions frozen{config};
        asked = std::async(std::launch::async,
                           [&] { return unavailable([&] { quarantine.list({}); }); });
        CHECK(asked.wait_for(2min) == std::future_status::ready);
    }
    CHECK(asked.get());
    // The next one is asked on a new session.
    CHECK_FALSE(unavailable([&] { quarantine.list({}); }));
}

TEST_CASE("an answer that is lost after the commit is asked for again, and held once", "[store]")
{
    Proxy proxy;
    auto config = fresh_database();
    const auto direct = config;
    config.connection += fmt::format(" host=127.0.0.1 port={} sslmode=disable", proxy.port);
    const auto keeper = store::make_keeper(config, 1);
    const SampleMail one{1};
    const SampleMail two{2};
    keeper->hold(one.mail, std::vector{sample_copy("a@example.com")});
    proxy.cut_next_answer = true;
    const auto copy = sample_copy("a@example.com");
    CHECK(keeper->hold(two.mail, std::vector{copy}).at(0) == copy.reference);
    CHECK_FALSE(proxy.cut_next_answer);
    CHECK(Sql{direct.connection}.one("select count(*) from lazaret.held_copy") == "2");
}

TEST_CASE("a note that the database refuses costs no other, and no milter", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    sql.run(
        "alter table lazaret.passage add constraint no_eve check (sender <> "
        "'eve@example.org')");
    {
        const auto notebook = store::make_notebook(config, true);
        for (int at = 0; at < 100; ++at) {
            store::Passage note;
            note.when = system_now();
            note.mailbox = "bob@example.com";
            note.sender = at == 50 ? "eve@example.org" : "ada@example.org";
            notebook->note(note);
        }
    }
    CHECK(sql.one("select count(*) from lazaret.passage") == "99");
    CHECK(sql.one("select sum(messages) from lazaret.counter") == "99");
}

TEST_CASE("notes take no more memory than they may, the latest stay", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    {
        const auto notebook = store::make_notebook(config, true, 100'000, 1'000'000);
        for (int at = 0; at < 100; ++at) {
            store::Passage note;
            note.when = system_now();
            note.mailbox = "bob@example.com";
            note.queue_id = std::to_string(at);
            note.hits = {{"LONG", 0, std::string(100'000, 'x')}};
            notebook->note(note);
        }
    }
    const auto written = std::stoi(sql.one("select count(*) from lazaret.passage"));
    CHECK(written >= 1);
    CHECK(written <= 9);
    CHECK(sql.one("select max(queue_id::int) from lazaret.passage") == "99");
}

TEST_CASE("notes are written in batches, each once, with refusals and counters", "[store]")
{
    const auto config = fresh_database();
    Sql sql{config.connection};
    sql.run(
        "insert into lazaret.list_entry (tenant_id, owner, kind, sender, proof) values (0, 'site', "
        "'allow', '.example.org', 'none')");
    const auto reference = Reference::random();
    const auto change = sql.one("select last_value from lazaret.change_number");
    {
        const auto notebook = store::make_notebook(as_role(config, "lazaret_milter"), true);
        for (int at = 0; at < 1200; ++at) {
            store::Passage note;
            note.when = system_now();
            note.tenant = 1;
            note.mailbox = "bob@example.com";
            note.queue_id = "Q" + std::to_string(at);
            note.sender = "Eve@example.org";
            note.entry = at < 3 ? 1 : 0;
            if (at == 7) {
                note.verdict = Class::Virus;
                note.action = Action::Refuse;
                note.reference = reference.text();
                note.hits = {{"VIRUS", 0, "it carries a virus"}};
            }
            notebook->note(note);
        }
    }
    store::Database database{as_role(config, "lazaret_admin")};
    store::Trace trace{database};
    CHECK(trace.passages("bob+tag@example.com", std::nullopt, 5000).size() == 1200);
    CHECK(trace.passages("eve@example.org", std::nullopt, 5).size() == 5);
    CHECK(trace.passages("bob@example.com", system_now() + 1h, 5).empty());
    const auto refused = trace.refusals(reference);
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].verdict == Class::Virus);
    CHECK(refused[0].hits.at(0).name == "VIRUS");
    const auto counters = trace.counters(today() - std::chrono::days{1}, "bob@example.com");
    REQUIRE(counters.size() == 2);
    CHECK(counters[0].messages + counters[1].messages == 1200);
    CHECK(sql.one("select hits from lazaret.list_entry") == "3");
    CHECK(sql.one("select last_value from lazaret.change_number") == change);

    // A batch whose commit was in doubt is sent again, and counts once.
    const auto note = "select lazaret.note('same', true, '[]')";
    CHECK(sql.one(note) == "t");
    CHECK(sql.one(note) == "f");
}
