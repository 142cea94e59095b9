// Drives held mail through the store's own interface and prints how many a second are committed.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "base/error.hpp"
#include "base/mail/digest.hpp"
#include "base/program.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/doctor.hpp"
#include "quarantine-store/keeper.hpp"
#include "quarantine-store/upkeep.hpp"

namespace lazaret {
namespace {

using Steady = std::chrono::steady_clock;

// Text that compresses as mail does: words, no two messages alike.
std::string message_of(std::uint64_t number, std::size_t size)
{
    static constexpr std::array words = {"invoice", "the", "meeting", "of", "tomorrow", "please",
                                         "account", "and", "we",      "to", "offer",    "your"};
    auto text = fmt::format(
        "From: Sender {0} <sender{0}@example.org>\r\nTo: r{0}@example.com\r\n"
        "Subject: message {0}\r\nMessage-Id: <{0}@bench.example>\r\n\r\n",
        number);
    auto random = number * 2654435761U + 1;
    while (text.size() < size) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        text += words[(random >> 33) % words.size()];
        text += (random >> 40) % 9 == 0 ? fmt::format(" {:x}\r\n", random >> 44) : " ";
    }
    text.resize(size);
    return text;
}

// With all that a real judgement records.
HeldMail mail_of(const std::string& bytes, std::uint64_t number)
{
    HeldMail mail;
    mail.digest = digest_of(bytes, "");
    mail.bytes = bytes;
    mail.received = system_now();
    mail.queue_id = fmt::format("4Xb{:08x}", number);
    mail.client_ip = "192.0.2.1";
    mail.helo = "mail.example.org";
    mail.sender = fmt::format("sender{}@example.org", number);
    mail.from = fmt::format("Sender {0} <sender{0}@example.org>", number);
    mail.from_address = mail.sender;
    mail.subject = fmt::format("message {}", number);
    mail.hits = {{"LEARNED_SPAM", 4.2, "it looks like mail that people reported as spam"},
                 {"FROM_DIFFERS", 1.0, "the sender's address is not the one it shows"},
                 {"MANY_LINKS", 0.5, "there are many links in it"}};
    mail.preview.sanitiser = sanitiser_version;
    mail.preview.text = bytes.substr(0, 2000);
    mail.preview.html = fmt::format("<p>{}</p>", bytes.substr(0, 2500));
    mail.preview.parts = {{"terms.pdf", "application/pdf", 48'213, std::string(64, 'c')}};
    mail.preview.link_hosts = {"example.net", "www.example.com"};
    return mail;
}

HeldCopy copy_of(std::uint64_t number, Day expires)
{
    HeldCopy copy{.reference = Reference::random(),
                  .tenant = 1,
                  .recipient = fmt::format("r{}@example.com", number),
                  .mailbox = fmt::format("r{}@example.com", number),
                  .verdict = Class::Spam,
                  .score = 5.7,
                  .expires = expires,
                  .explanation = {}};
    copy.explanation.settings = {{"hold_at", Owner::domain("example.com")}};
    copy.explanation.note = "nothing else";
    return copy;
}

struct Measured {
    double per_second = 0;
    double p50_ms = 0;
    double p99_ms = 0;
};

Measured measure(const DatabaseConfig& config, std::size_t sessions, std::size_t size,
                 std::chrono::seconds length, std::uint64_t first, Day expires)
{
    const auto keeper = store::make_keeper(config, sessions);
    std::atomic<std::uint64_t> next = first;
    std::vector<std::vector<double>> times(sessions);
    const auto began = Steady::now();
    const auto until = began + length;
    {
        std::vector<std::jthread> threads;
        for (auto& own : times)
            threads.emplace_back([&] {
                for (auto now = Steady::now(); now < until;) {
                    const auto number = next++;
                    const auto bytes = message_of(number, size);
                    const auto mail = mail_of(bytes, number);
                    const std::vector copies = {copy_of(number, expires)};
                    keeper->hold(mail, copies);
                    const auto then = Steady::now();
                    own.push_back(std::chrono::duration<double, std::milli>(then - now).count());
                    now = then;
                }
            });
    }
    const std::chrono::duration<double> took = Steady::now() - began;
    std::vector<double> all;
    for (const auto& own : times) all.insert(all.end(), own.begin(), own.end());
    std::sort(all.begin(), all.end());
    if (all.empty()) return {};
    const auto at = [&](double part) {
        return all[static_cast<std::size_t>(part * static_cast<double>(all.size() - 1))];
    };
    return {static_cast<double>(all.size()) / took.count(), at(0.5), at(0.99)};
}

// Makes the days that a site needs which keeps its mail for so long.
void keep_for(const DatabaseConfig& config, int days)
{
    store::Database database{config};
    if (const auto problem = store::Directory{database}.set(
            Owner::site(), "retention.spam", std::to_string(days), {"bench_holds", "local"}))
        throw Error{Error::Kind::Usage, "--retention: {}", *problem};
    store::UpkeepReport report;
    store::Upkeep{database}.make_partitions(report);
}

int bench(const DatabaseConfig& config, const std::vector<std::size_t>& sessions, std::size_t size,
          std::chrono::seconds length, int retention)
{
    store::upgrade_schema(config);
    keep_for(config, retention);
    const auto facts = store::examine_database(config);
    fmt::print("PostgreSQL {}, fsync = {}\n", facts.server_version, facts.fsync ? "on" : "off");
    fmt::print("mail of {} bytes, each to somebody new, kept for {} days, {} s a row\n", size,
               retention, length.count());
    const auto expires =
        std::chrono::floor<std::chrono::days>(system_now()) + std::chrono::days{retention};
    fmt::print("{:>8}  {:>10}  {:>8}  {:>8}\n", "sessions", "holds/s", "p50 ms", "p99 ms");
    // Numbers of another run of this program stay apart, so that nothing is found as a retry.
    auto first = static_cast<std::uint64_t>(system_now().time_since_epoch().count());
    for (const auto count : sessions) {
        const auto row = measure(config, count, size, length, first, expires);
        fmt::print("{:>8}  {:>10.0f}  {:>8.2f}  {:>8.2f}\n", count, row.per_second, row.p50_ms,
                   row.p99_ms);
        first += 1'000'000'000;
    }
    return 0;
}

}  // namespace
}  // namespace lazaret

int main(int argc, char** argv)
{
    CLI::App app{"bench_holds: how many messages a second the quarantine takes"};
    lazaret::DatabaseConfig config;
    std::vector<std::size_t> sessions = {1, 8};
    std::size_t size = 8 * 1024;
    int seconds = 10;
    int retention = 14;
    app.add_option("connection", config.connection, "libpq connection text of an empty database")
        ->required();
    app.add_option("--sessions", sessions, "one row for each")->capture_default_str();
    app.add_option("--size", size, "bytes a message")->capture_default_str();
    app.add_option("--seconds", seconds, "a row")->capture_default_str();
    app.add_option("--retention", retention, "days; as many partitions are there")
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    return lazaret::run_program("bench_holds", [&] {
        return lazaret::bench(config, sessions, size, std::chrono::seconds{seconds}, retention);
    });
}
