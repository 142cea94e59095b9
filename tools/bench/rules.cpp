// Judges messages by rule files again and again, and prints what that costs, as JSON.
// tools/bench/rules runs it beside SpamAssassin and rspamd.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/program.hpp"
#include "milter/filter/rules/language/rule_files.hpp"
#include "milter/filter/rules/rule_book.hpp"
#include "tools/bench/own_cost.hpp"
#include "tools/lazaretctl/message_file.hpp"

namespace lazaret {
namespace {

struct Options {
    std::vector<std::string> rules;
    std::string cache;
    std::size_t rounds = 3;
    bool slow = false;
    bool everything = false;
    std::string hits;  // file
};

using bench::milliseconds;
using bench::resident;

struct Cost {
    double read = 0;   // by GMime, what all checks share
    double judge = 0;  // by the rules
};

Cost cost_of(const filter::rules::RuleBook& book, const std::string& bytes,
             filter::rules::Wanted wanted, std::size_t& hits)
{
    const Envelope envelope;
    const auto begun = milliseconds(CLOCK_THREAD_CPUTIME_ID);
    const auto message = filter::read_message(bytes);
    const auto read = milliseconds(CLOCK_THREAD_CPUTIME_ID);
    hits += book.judge({envelope, bytes, message}, {}, wanted).size();
    return {read - begun, milliseconds(CLOCK_THREAD_CPUTIME_ID) - read};
}

std::vector<std::string> messages_of(std::istream& list)
{
    std::vector<std::string> all;
    for (std::string file; std::getline(list, file);) {
        auto bytes = tools::read_file(file);
        if (!bytes) throw Error{Error::Kind::Usage, "{}: {}", file, bytes.error()};
        all.push_back(tools::as_received(*std::move(bytes)));
    }
    if (all.empty()) throw Error{Error::Kind::Usage, "standard input names no message"};
    return all;
}

/// Throws if the rules that give points hit otherwise where helpers are only asked as needed.
void check_points(const filter::rules::RuleBook& book, const filter::Mail& mail,
                  std::vector<filter::rules::RuleHit> everything,
                  const std::vector<std::string>& rested)
{
    std::erase_if(everything, [&](const auto& hit) { return book.rule(hit.rule).is_helper(); });
    const auto points = book.judge(mail, {}, filter::rules::Wanted::Points);
    // What begins to rest between the two hits in the first alone.
    if (points != everything && book.given_up() == rested)
        throw Error{Error::Kind::Unavailable, "rules hit otherwise when helpers may wait"};
}

/// A line a message: each rule that hit, and how often.
void write_hits(const filter::rules::RuleBook& book, const std::vector<std::string>& messages,
                const std::string& file)
{
    std::ofstream out{file};
    const Envelope envelope;
    for (const auto& bytes : messages) {
        const auto message = filter::read_message(bytes);
        const auto rested = book.given_up();
        const auto hits = book.judge({envelope, bytes, message}, {});
        check_points(book, {envelope, bytes, message}, hits, rested);
        for (const auto& hit : hits) out << book.rule(hit.rule).name << '=' << hit.value << ' ';
        out << '\n';
    }
    if (!out.flush()) throw Error{Error::Kind::Unavailable, "{} cannot be written", file};
}

int run(const Options& options)
{
    const auto messages = messages_of(std::cin);
    const auto before = resident("VmRSS:");
    const auto begun = milliseconds(CLOCK_MONOTONIC);
    auto source = filter::rules::read_rule_folders(options.rules);
    if (!source) throw Error{Error::Kind::Unavailable, "the rule files are being changed"};
    filter::rules::RuleBook book{*std::move(source), options.slow ? "" : options.cache};
    const auto ready = milliseconds(CLOCK_MONOTONIC);
    if (!options.slow) book.speed_up();
    const auto fast = milliseconds(CLOCK_MONOTONIC);

    if (!options.hits.empty()) write_hits(book, messages, options.hits);

    const auto wanted =
        options.everything ? filter::rules::Wanted::Everything : filter::rules::Wanted::Points;
    // The first round warms up: scratch space, PCRE2's stacks, the processor's caches.
    std::vector<Cost> costs;
    std::vector<Cost> least(messages.size());  // of each message: what a busy machine changes least
    double slowest = 0;
    std::size_t hits = 0;
    for (std::size_t round = 0; round <= options.rounds; ++round) {
        Cost sum;
        for (std::size_t at = 0; at < messages.size(); ++at) {
            const auto one = cost_of(book, messages[at], wanted, hits);
            auto& lowest = least[at];
            lowest.read = round == 0 ? one.read : std::min(lowest.read, one.read);
            lowest.judge = round == 0 ? one.judge : std::min(lowest.judge, one.judge);
            sum.read += one.read;
            sum.judge += one.judge;
            slowest = std::max(slowest, one.read + one.judge);
        }
        if (round > 0) costs.push_back(sum);
    }
    std::sort(costs.begin(), costs.end(),
              [](const Cost& a, const Cost& b) { return a.judge < b.judge; });
    const auto& median = costs[costs.size() / 2];
    const auto count = static_cast<double>(messages.size());
    Cost all_least;
    for (const auto& one : least) {
        all_least.read += one.read;
        all_least.judge += one.judge;
    }
    fmt::print(
        "{{\"messages\": {}, \"rules\": {}, \"hits\": {}, \"start_ms\": {:.0f}, "
        "\"compile_ms\": {:.0f}, \"read_ms\": {:.4f}, \"judge_ms\": {:.4f}, "
        "\"least_read_ms\": {:.4f}, \"least_judge_ms\": {:.4f}, "
        "\"slowest_ms\": {:.1f}, \"rules_kb\": {}, \"peak_kb\": {}}}\n",
        messages.size(), book.size(), hits / (options.rounds + 1), ready - begun, fast - ready,
        median.read / count, median.judge / count, all_least.read / count, all_least.judge / count,
        slowest, resident("VmRSS:") - before, resident("VmHWM:"));
    return 0;
}

}  // namespace
}  // namespace lazaret

int main(int argc, char** argv)
{
    lazaret::Options options;
    CLI::App app{"bench_rules: what it costs to judge messages, named on standard input, by rules",
                 "bench_rules"};
    app.add_option("--rules", options.rules, "A folder of rule files; may be repeated")->required();
    app.add_option("--cache", options.cache, "Where compiled patterns are kept");
    app.add_option("--rounds", options.rounds, "After one to warm up")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
    app.add_flag("--everything", options.everything, "Helpers too that no rule needs");
    app.add_flag("--slow", options.slow, "Without what is compiled: by PCRE2 alone");
    app.add_option("--hits", options.hits, "Write the hits to this file, to compare two builds");
    CLI11_PARSE(app, argc, argv);
    return lazaret::run_program("bench_rules", [&] { return lazaret::run(options); });
}
