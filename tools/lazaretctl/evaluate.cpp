#include "tools/lazaretctl/evaluate.hpp"

#include <fmt/format.h>
#include <sysexits.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "milter/filter/assess.hpp"
#include "milter/filter/checks.hpp"
#include "milter/filter/classify.hpp"
#include "milter/filter/learn/model.hpp"
#include "milter/filter/learn/points.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/judge.hpp"
#include "tools/lazaretctl/message_file.hpp"
#include "tools/lazaretctl/progress.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

CheckSet check_set_of(std::string_view word)
{
    return word == "rules" ? CheckSet::Rules : word == "all" ? CheckSet::All : CheckSet::Learned;
}

/// The checks of an evaluation, and the model that learns meanwhile.
class Judging {
public:
    Judging(CheckSet set, const RulesConfig& rules) : set_{set}
    {
        filter::CheckTools tools;
        if (set != CheckSet::Learned) tools.rules = rules_for(rules);
        if (set == CheckSet::All)
            tools.model = std::make_shared<const Snapshot<filter::Model>>(model_);
        if (set != CheckSet::Learned) checks_ = filter::make_checks(tools, learned_);
    }

    EvaluatedFile judge(const LabelledFile& file, std::string_view bytes) const
    {
        if (set_ == CheckSet::Learned) return judge_by_model(file, bytes);
        const auto message = filter::read_message(bytes);
        const filter::Mail mail{file.envelope, bytes, message};
        const auto assessment = filter::assess(mail, checks_);
        return {file, assessment.score, assessment.score,
                filter::classify(assessment.findings, assessment.score, Settings{}, {})};
    }

    void learn(const LabelledFile& file, std::string_view bytes)
    {
        if (set_ != CheckSet::Rules) model_->learn(bytes, file.label);
    }

private:
    EvaluatedFile judge_by_model(const LabelledFile& file, std::string_view bytes) const
    {
        const auto opinion = model_->opinion_of(bytes);
        const auto points = filter::learned_points(opinion.shared, opinion.experience, learned_);
        return {file, opinion.shared, points,
                filter::classify(filter::Findings{}, points, Settings{}, {})};
    }

    CheckSet set_;
    LearnedConfig learned_;
    // Shared with the check and changed between judgements: copying 4 MB a message would be most
    // of the work. There is one thread.
    std::shared_ptr<filter::Model> model_ = std::make_shared<filter::Model>();
    std::vector<filter::Check> checks_;
};

/// A file of rows, or none; what does not fit on the disk is an error.
class Rows {
public:
    explicit Rows(const std::string& file) : name_{file}
    {
        if (file.empty()) return;
        out_.reset(std::fopen(file.c_str(), "we"));
        check(out_ != nullptr);
    }
    void write(const EvaluatedFile& message)
    {
        if (!out_) return;
        fmt::print(out_.get(), "{}\t{:.6f}\t{}\t{}\n",
                   message.file.label == filter::Label::Spam ? "spam" : "ham", message.score,
                   token(message.verdict), message.file.path);
    }
    void close()
    {
        if (out_) check(std::fclose(out_.release()) == 0);
    }

private:
    void check(bool well) const
    {
        if (!well)
            throw Error{Error::Kind::Unavailable, "cannot write {}: {}", name_,
                        system_error_text(errno)};
    }
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::string name_;
    std::unique_ptr<std::FILE, Close> out_;
};

struct Options {
    std::string index, envelopes, lessons, rows;
    std::vector<std::string> rules;
    std::string checks = "learned";
    bool learn = false, json = false;
};

struct Summary {
    filter::Evaluation scores;
    double hold_at = Settings{}.hold_at;
    std::optional<double> ham_held, spam_held;
    double messages_per_second = 0.0;
    double judging_microseconds = 0.0;
};

Summary summary_of(const EvaluationRun& run)
{
    std::vector<filter::Judged> by_score, by_points;
    for (const auto& message : run.messages) {
        by_score.push_back({message.file.label, message.score});
        by_points.push_back({message.file.label, message.points});
    }
    Summary summary;
    summary.scores = filter::evaluate(by_score);
    summary.ham_held = share_at_least(by_points, filter::Label::Ham, summary.hold_at);
    summary.spam_held = share_at_least(by_points, filter::Label::Spam, summary.hold_at);
    const auto count = static_cast<double>(run.messages.size());
    if (run.seconds > 0) summary.messages_per_second = count / run.seconds;
    if (count > 0) summary.judging_microseconds = run.judging_seconds / count * 1e6;
    return summary;
}

std::string percent(std::optional<double> share, int digits)
{
    return share ? fmt::format("{:.{}f} %", *share * 100.0, digits) : "unknown";
}

void print_for_people(const Options& options, const LabelledMail& mail, const Summary& summary)
{
    const auto& scores = summary.scores;
    fmt::print("{}: {} ham, {} spam", harmless_line(options.index), scores.ham, scores.spam);
    if (mail.left_out > 0) fmt::print(" ({} with other labels left out)", mail.left_out);
    fmt::print("\n1-AUC {}\nmissed at 0.1 % false positives {}\n", percent(scores.one_minus_auc, 4),
               percent(scores.missed, 2));
    fmt::print("at {:.1f} points or more: {} of ham, {} of spam\n", summary.hold_at,
               percent(summary.ham_held, 3), percent(summary.spam_held, 2));
    fmt::print("{:.0f} messages a second; judging one took {:.1f} microseconds\n",
               summary.messages_per_second, summary.judging_microseconds);
}

nlohmann::ordered_json percent_json(std::optional<double> share)
{
    if (!share) return nullptr;
    return rounded(*share * 100.0, 5);
}

void print_as_json(const Options& options, const LabelledMail& mail, const EvaluationRun& run,
                   const Summary& summary)
{
    print_json({{"index", options.index},
                {"checks", options.checks},
                {"learn", options.learn},
                {"taught", options.lessons},
                {"ham", summary.scores.ham},
                {"spam", summary.scores.spam},
                {"left_out", mail.left_out},
                {"unread", run.unread},
                {"one_minus_auc_percent", percent_json(summary.scores.one_minus_auc)},
                {"missed_percent", percent_json(summary.scores.missed)},
                {"hold_at", summary.hold_at},
                {"ham_held_percent", percent_json(summary.ham_held)},
                {"spam_held_percent", percent_json(summary.spam_held)},
                {"messages_per_second", rounded(summary.messages_per_second, 1)},
                {"judging_microseconds", rounded(summary.judging_microseconds, 1)}});
}

int evaluate_command(const Options& options, const Context& context)
{
    Configuration settings;
    if (context.settings_file_given) settings = Configuration::read(context.settings_file);
    log::set_level(std::max(settings.log.level, log::Level::Warning));
    if (!options.rules.empty()) {
        settings.rules.folders = options.rules;
        settings.rules.enabled = true;
    }
    const auto mail = read_labelled_mail(options.index, options.envelopes);
    const auto lessons =
        options.lessons.empty() ? LabelledMail{} : read_labelled_mail(options.lessons, {});
    Rows rows{options.rows};
    const auto run = [&] {
        Progress progress{"judging", mail.files.size()};
        return evaluate_mail(mail, lessons, check_set_of(options.checks), options.learn,
                             settings.rules, [&](std::size_t done) { progress.show(done); });
    }();
    for (const auto& message : run.messages) rows.write(message);
    rows.close();
    for (const auto& problem : run.unread)
        fmt::print(stderr, "lazaretctl: error: cannot read {}\n", harmless_line(problem));
    const auto summary = summary_of(run);
    if (options.json) print_as_json(options, mail, run, summary);
    else print_for_people(options, mail, summary);
    return run.unread.empty() ? 0 : EX_UNAVAILABLE;
}

}  // namespace

EvaluationRun evaluate_mail(const LabelledMail& mail, const LabelledMail& lessons, CheckSet checks,
                            bool learning, const RulesConfig& rules,
                            const std::function<void(std::size_t)>& progress)
{
    Judging judging{checks, rules};
    EvaluationRun run;
    const auto read = [&](const LabelledMail& from, const LabelledFile& file) {
        auto bytes = read_file((std::filesystem::path{from.folder} / file.path).string());
        if (bytes) return std::optional{as_received(*std::move(bytes))};
        run.unread.push_back(file.path + ": " + bytes.error());
        return std::optional<std::string>{};
    };
    for (const auto& file : lessons.files)
        if (const auto message = read(lessons, file)) judging.learn(file, *message);
    const auto start = Clock::now();
    for (const auto& file : mail.files) {
        const auto message = read(mail, file);
        if (!message) continue;
        const auto before = Clock::now();
        run.messages.push_back(judging.judge(file, *message));
        run.judging_seconds += seconds_since(before);
        if (learning) judging.learn(file, *message);
        progress(run.messages.size());
    }
    run.seconds = seconds_since(start);
    return run;
}

Run define_evaluate(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options
        .add_option("INDEX", chosen->index,
                    "a file with a line a message: label (ham, spam, phish), tab, path from the "
                    "index's folder; or a folder with index.tsv")
        .required();
    options.add_flag("--learn", chosen->learn, "learn each message after it was judged");
    options.add_option("--taught", chosen->lessons,
                       "labelled mail, as INDEX, that is learned before, and not judged");
    options.add_option("--rows", chosen->rows,
                       "write a line a message to this file: label, score, class, path");
    options.add_option(
        "--envelopes", chosen->envelopes,
        "a table of clients, HELO names and senders, with tabs: path, client_ip, "
        "rdns, helo, mail_from; without it, envelope.tsv beside the index, where there "
        "is one");
    options.add_option("--rules", chosen->rules,
                       "folders with rule files, instead of those that the milter would take");
    options
        .add_option("--checks", chosen->checks,
                    "learned: the score is the log-odds; rules: all other checks but the "
                    "antivirus, the score is the points; all: both")
        .one_of({"learned", "rules", "all"})
        .called("SET")
        .with_default();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return evaluate_command(*chosen, context); };
}

}  // namespace lazaret::tools
