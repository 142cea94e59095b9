// Sends a list of messages over several SMTP sessions at once, as fast as the server takes them,
// and says how long that took: one line of JSON. Part of tools/bench/run.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/program.hpp"
#include "base/shared_state.hpp"
#include "tools/bench/smtp_client.hpp"

using namespace lazaret;
using namespace lazaret::bench;
using Clock = std::chrono::steady_clock;

namespace {

struct Options {
    int port = 25;
    int sessions = 8;
    int per_session = 20;  ///< messages in one connection; then a new one is made
    std::string source = "127.0.0.2";
    std::string recipient = "anna@inbox.example";
    std::string list;
};

struct Outcome {
    std::vector<double> milliseconds;  ///< each message, from MAIL to the last answer
    std::map<int, int> answers;        ///< code to how many
};

std::vector<Letter> read_letters(const Options& options)
{
    std::ifstream in{options.list};
    if (!in) throw Error{Error::Kind::Usage, "{}: cannot be read", options.list};
    std::vector<Letter> letters;
    std::string line;
    while (std::getline(in, line))
        if (!line.empty())
            letters.push_back(read_letter(line.substr(line.rfind('\t') + 1), options.recipient));
    if (letters.empty()) throw Error{Error::Kind::Usage, "{}: names no message", options.list};
    return letters;
}

/// One session after the other, each message taken from those that are left.
Outcome send_from(const std::vector<Letter>& letters, std::atomic<std::size_t>& next,
                  const Options& options)
{
    Outcome outcome;
    std::optional<SmtpClient> client;
    int sent = 0;
    for (std::size_t i = next++; i < letters.size(); i = next++) {
        const auto start = Clock::now();
        if (!client) client.emplace(options.port, options.source);
        const int code = client->send(letters[i]);
        const std::chrono::duration<double, std::milli> took = Clock::now() - start;
        outcome.milliseconds.push_back(took.count());
        ++outcome.answers[code];
        if (code != 0 && ++sent < options.per_session) continue;
        if (code != 0) client->quit();
        client.reset();
        sent = 0;
    }
    if (client) client->quit();
    return outcome;
}

double at_share(const std::vector<double>& sorted, double share)
{
    const auto index = std::ceil(share * static_cast<double>(sorted.size())) - 1;
    return sorted[static_cast<std::size_t>(std::max(0.0, index))];
}

void print(const Outcome& total, double seconds)
{
    auto sorted = total.milliseconds;
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::string> answers;
    for (const auto& [code, count] : total.answers)
        answers.push_back(fmt::format(R"("{}": {})", code, count));
    fmt::print(R"({{"messages": {}, "seconds": {:.4f}, "p50": {:.3f}, "p99": {:.3f}, )"
               R"("answers": {{{}}}}})"
               "\n",
               sorted.size(), seconds, at_share(sorted, 0.5), at_share(sorted, 0.99),
               fmt::join(answers, ", "));
}

int send_all(const Options& options)
{
    const auto letters = read_letters(options);
    std::atomic<std::size_t> next = 0;
    Locked<Outcome> total;
    Locked<std::string> trouble;
    const auto start = Clock::now();
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < options.sessions; ++i)
            threads.emplace_back([&] {
                // A thread's exception would end the program without a word.
                try {
                    auto own = send_from(letters, next, options);
                    total.with([&](Outcome& all) {
                        all.milliseconds.insert(all.milliseconds.end(), own.milliseconds.begin(),
                                                own.milliseconds.end());
                        for (const auto& [code, count] : own.answers) all.answers[code] += count;
                    });
                } catch (const std::exception& error) {
                    trouble.with([&](std::string& text) { text = error.what(); });
                }
            });
    }
    const std::chrono::duration<double> took = Clock::now() - start;
    trouble.with([](const std::string& text) {
        if (!text.empty()) throw Error{Error::Kind::Unavailable, "{}", text};
    });
    total.with([&](const Outcome& all) { print(all, took.count()); });
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{"smtp_load: sends a list of messages to an SMTP server on 127.0.0.1"};
    Options options;
    app.add_option("--port", options.port, "port of the server")->required();
    app.add_option("--sessions", options.sessions, "sessions at the same time")
        ->check(CLI::Range(1, 1000));
    app.add_option("--per-session", options.per_session, "messages in one session")
        ->check(CLI::Range(1, 100'000));
    app.add_option("--source", options.source, "address to connect from; 127.0.0.1 is 'us'");
    app.add_option("--recipient", options.recipient, "who gets them all");
    app.add_option("LIST", options.list, "file that names a message a line, after the last tab")
        ->required();
    CLI11_PARSE(app, argc, argv);
    return run_program("smtp_load", [&] { return send_all(options); });
}
