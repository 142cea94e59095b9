// Judges messages that were made to be slow, each in a process of its own, and prints what that
// costs, the worst first. tools/bench/hostile runs it.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/program.hpp"
#include "milter/filter/rules/language/rule_files.hpp"
#include "milter/filter/rules/rule_book.hpp"
#include "tools/bench/hostile_messages.hpp"
#include "tools/bench/own_cost.hpp"

namespace lazaret {
namespace {

using filter::rules::RuleBook;

struct Options {
    std::vector<std::string> rules;
    std::string cache;
    std::string only;  ///< a part of the names
    std::string write;
    std::size_t rounds = 3;
    double most_cpu = 500;    ///< ms
    double most_memory = 64;  ///< MB
};

struct Cost {
    double read = 0;        ///< ms, what all checks share
    double judge = 0;       ///< ms, by the rules
    double memory = 0;      ///< MB
    bool is_known = false;  ///< false: the process died

    [[nodiscard]] double cpu() const { return read + judge; }
};

/// Of this process, its threads and the kernel for it.
double cpu() { return bench::milliseconds(CLOCK_PROCESS_CPUTIME_ID); }

void judge(const RuleBook& book, const std::string& bytes)
{
    const Envelope envelope;
    const auto message = filter::read_message(bytes);
    (void)book.judge({envelope, bytes, message}, {}, filter::rules::Wanted::Points);
}

Cost cost_of(const RuleBook& book, const std::string& bytes)
{
    // What the first message costs in any process, and fork(), is not this one's fault.
    judge(book, bench::ordinary_message());
    ::malloc_trim(0);
    std::ofstream{"/proc/self/clear_refs"} << 5;  // the peak begins anew
    const auto before = bench::resident("VmRSS:");
    const Envelope envelope;
    Cost cost;
    const auto begun = cpu();
    const auto message = filter::read_message(bytes);
    const auto read = cpu();
    (void)book.judge({envelope, bytes, message}, {}, filter::rules::Wanted::Points);
    cost.judge = cpu() - read;
    cost.read = read - begun;
    // Its own bytes count, too.
    const auto grown = static_cast<double>(bench::resident("VmHWM:") - before);
    cost.memory = grown / 1024 + static_cast<double>(bytes.size()) / (1 << 20);
    cost.is_known = true;
    return cost;
}

/// In a process of its own: what one message leaves behind does not help or hinder the next.
Cost measured(const RuleBook& book, const std::string& bytes)
{
    int ends[2];
    if (::pipe(ends) != 0) throw Error{Error::Kind::Unavailable, "no pipe"};
    const auto child = ::fork();
    if (child < 0) throw Error{Error::Kind::Unavailable, "no process"};
    if (child == 0) {
        const auto cost = cost_of(book, bytes);
        const auto written = ::write(ends[1], &cost, sizeof cost);
        ::_exit(written == sizeof cost ? 0 : 1);
    }
    ::close(ends[1]);
    Cost cost;
    if (::read(ends[0], &cost, sizeof cost) != sizeof cost) cost = {};
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return cost;
}

/// The one in the middle by processor time; a process that died is the answer.
Cost median(const RuleBook& book, const std::string& bytes, std::size_t rounds)
{
    std::vector<Cost> costs;
    for (std::size_t round = 0; round < rounds; ++round) {
        costs.push_back(measured(book, bytes));
        if (!costs.back().is_known) return costs.back();
    }
    std::ranges::sort(costs, {}, &Cost::cpu);
    return costs[costs.size() / 2];
}

struct Line {
    std::string name;
    Cost cost;
    double size;  ///< MB
};

bool is_broken(const Cost& cost, const Options& options)
{
    return !cost.is_known || cost.cpu() > options.most_cpu || cost.memory > options.most_memory;
}

int run(const Options& options)
{
    auto source = filter::rules::read_rule_folders(options.rules);
    if (!source) throw Error{Error::Kind::Unavailable, "the rule files are being changed"};
    RuleBook book{*std::move(source), options.cache};
    book.speed_up();
    judge(book, bench::ordinary_message());
    std::vector<std::string> patterns;
    for (std::uint32_t index = 0; index < book.size(); ++index)
        patterns.push_back(book.rule(index).text);

    std::vector<Line> lines;
    for (const auto& message : bench::hostile_messages(patterns)) {
        if (message.name.find(options.only) == std::string::npos) continue;
        const auto bytes = message.make();
        if (!options.write.empty()) std::ofstream{options.write, std::ios::binary} << bytes;
        lines.push_back({message.name, median(book, bytes, options.rounds),
                         static_cast<double>(bytes.size()) / (1 << 20)});
    }
    const auto weight = [&](const Line& line) {
        if (!line.cost.is_known) return 1e9;
        return std::max(line.cost.cpu() / options.most_cpu, line.cost.memory / options.most_memory);
    };
    std::ranges::stable_sort(lines, std::ranges::greater{}, weight);
    lines.push_back({"an ordinary one", median(book, bench::ordinary_message(), options.rounds),
                     static_cast<double>(bench::ordinary_message().size()) / (1 << 20)});
    fmt::print("{:44}{:>8}{:>9}{:>9}{:>9}\n", "", "MB", "read ms", "rules ms", "peak MB");
    for (const auto& [name, cost, size] : lines)
        if (cost.is_known)
            fmt::print("{:44}{:8.1f}{:9.1f}{:9.1f}{:9.1f}{}\n", name, size, cost.read, cost.judge,
                       cost.memory, is_broken(cost, options) ? "  too much" : "");
        else fmt::print("{:44}{:8.1f}  the process died\n", name, size);
    const auto broken = std::ranges::count_if(
        lines, [&](const Line& line) { return is_broken(line.cost, options); });
    fmt::print("\n{} of {} messages cost more than {:.0f} ms of CPU or {:.0f} MB\n", broken,
               lines.size(), options.most_cpu, options.most_memory);
    return broken == 0 ? 0 : 1;
}

}  // namespace
}  // namespace lazaret

int main(int argc, char** argv)
{
    lazaret::Options options;
    CLI::App app{"bench_hostile: what messages cost that were made to be slow", "bench_hostile"};
    app.add_option("--rules", options.rules, "A folder of rule files; may be repeated")->required();
    app.add_option("--cache", options.cache, "Where compiled patterns are kept");
    app.add_option("--only", options.only, "Only messages whose name has this in it");
    app.add_option("--write", options.write, "Leave the last message in this file");
    app.add_option("--rounds", options.rounds, "Of which the one in the middle counts")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--cpu", options.most_cpu, "ms that a message may take")->capture_default_str();
    app.add_option("--memory", options.most_memory, "MB")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    return lazaret::run_program("bench_hostile", [&] { return lazaret::run(options); });
}
