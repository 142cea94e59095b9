#include "tools/lazaretctl/learn.hpp"

#include <fmt/format.h>
#include <sysexits.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/error.hpp"
#include "base/mail/digest.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/mail_sources.hpp"
#include "tools/lazaretctl/message_file.hpp"
#include "tools/lazaretctl/progress.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

// One version of the model a batch; a batch is held in memory.
constexpr std::size_t batch_messages = 500;
constexpr std::size_t batch_bytes = 32 << 20;
// How often somebody else may be quicker before we give up.
constexpr int most_attempts = 50;

std::string_view word(filter::Label label) { return label == filter::Label::Spam ? "spam" : "ham"; }

/// The messages that are new, with what will be recorded about them.
struct Lesson {
    std::vector<const std::string*> messages;
    std::vector<store::Told> told;
};

Lesson lesson_of(std::span<const std::string> messages, std::span<const Digest> digests,
                 const std::vector<store::Told>& told, filter::Label label)
{
    std::set<Digest> known;
    for (const auto& one : told)
        if (one.label == word(label)) known.insert(one.digest);
    Lesson lesson;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (!known.insert(digests[i]).second) continue;
        lesson.messages.push_back(&messages[i]);
        lesson.told.push_back({digests[i], std::string{word(label)}});
    }
    return lesson;
}

}  // namespace

Taught& Taught::operator+=(const Taught& more)
{
    learned += more.learned;
    known += more.known;
    version = more.version;
    return *this;
}

Taught Teacher::teach(std::span<const std::string> messages, filter::Label label)
{
    std::vector<Digest> digests;
    for (const auto& message : messages) digests.push_back(digest_of(message, ""));
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        stored_.fetch();
        const auto lesson = lesson_of(messages, digests, models_.told(digests), label);
        const Taught taught{lesson.messages.size(), messages.size() - lesson.messages.size(),
                            stored_.version()};
        if (lesson.messages.empty()) return taught;

        auto next = stored_.model();
        for (const auto* message : lesson.messages) next.learn(*message, label);
        const auto packed = stored_.packed(next);
        const auto note =
            fmt::format("lazaretctl learn {}, {} messages", word(label), taught.learned);
        const auto added =
            models_.add(stored_.version(), packed.is_snapshot, packed.bytes, note, lesson.told);
        if (!added) continue;  // somebody else was quicker

        stored_.advance(std::move(next), *added, packed);
        return {taught.learned, taught.known, *added};
    }
    throw Error{Error::Kind::Unavailable, "others teach the model all the time"};
}

namespace {

struct Options {
    filter::Label label = filter::Label::Ham;
    std::vector<std::string> paths;
    bool recursive = false;
    bool json = false;
};

Taught teach_all(Teacher& teacher, MailSources& sources, filter::Label label)
{
    Taught all;
    std::vector<std::string> batch;
    std::size_t size = 0;
    const auto teach = [&] {
        all += teacher.teach(batch, label);
        batch.clear();
        size = 0;
    };
    Progress progress{"teaching, kB", sources.total_size() >> 10};
    while (const auto found = sources.next()) {
        batch.push_back(as_received(std::string{found->bytes}));
        size += batch.back().size();
        if (batch.size() >= batch_messages || size >= batch_bytes) teach();
        progress.show(sources.done_size() >> 10);
    }
    teach();
    return all;
}

constexpr std::size_t most_lines = 20;

/// A line each for the folders that nobody named, until they get many.
void report_taken(const MailSources& sources)
{
    const auto& all = sources.taken();
    for (const auto& folder : std::span{all}.first(std::min(all.size(), most_lines)))
        fmt::print(stderr, "lazaretctl: takes {}\n", harmless_line(folder));
    if (all.size() > most_lines)
        fmt::print(stderr, "lazaretctl: takes {} more folders\n", all.size() - most_lines);
}

/// A line each for what was left out on purpose, until they get many.
void report_passed_over(const MailSources& sources)
{
    const auto& all = sources.passed_over();
    for (const auto& [path, why] : std::span{all}.first(std::min(all.size(), most_lines)))
        fmt::print(stderr, "lazaretctl: passed over {}: {}\n", harmless_line(path), why);
    if (all.size() > most_lines)
        fmt::print(stderr, "lazaretctl: passed over {} more\n", all.size() - most_lines);
}

int learn(const Options& options, const Context& context)
{
    MailSources sources{options.paths,
                        {.recursive = options.recursive,
                         .largest = static_cast<std::size_t>(context.settings.milter.max_message)}};
    Teacher teacher{*context.database};
    const auto label = options.label;
    report_taken(sources);
    const auto taught = teach_all(teacher, sources, label);
    report_passed_over(sources);
    for (const auto& [path, why] : sources.unread())
        fmt::print(stderr, "lazaretctl: error: cannot read {}: {}\n", harmless_line(path), why);
    if (options.json)
        print_json({{"label", word(label)},
                    {"learned", taught.learned},
                    {"known", taught.known},
                    {"unread", sources.unread().size()},
                    {"passed_over", sources.passed_over().size()},
                    {"version", taught.version}});
    else
        fmt::print("Learned {} message{} as {}{}; the model's version is {}.\n", taught.learned,
                   taught.learned == 1 ? "" : "s", word(label),
                   taught.known > 0 ? fmt::format(" ({} were known)", taught.known) : "",
                   taught.version);
    if (!sources.unread().empty()) return EX_UNAVAILABLE;
    const bool has_found_none =
        taught.learned + taught.known == 0 && !sources.passed_over().empty();
    return has_found_none ? EX_DATAERR : EX_OK;
}

}  // namespace

namespace {

Run define(CommandOptions& options, filter::Label label)
{
    const auto chosen = std::make_shared<Options>();
    chosen->label = label;
    options
        .add_option("PATH", chosen->paths,
                    "messages: files, mbox files, Maildirs without the folders below them, other "
                    "folders with all below them; - is standard input. What cannot be read is "
                    "named and skipped, and the exit code is then 69")
        .required();
    options.add_flag("--recursive", chosen->recursive,
                     "the folders of a Maildir too, but for junk, spam, trash and drafts, which "
                     "you may name");
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return learn(*chosen, context); };
}

}  // namespace

Run define_learn_spam(CommandOptions& options) { return define(options, filter::Label::Spam); }

Run define_learn_ham(CommandOptions& options) { return define(options, filter::Label::Ham); }

// Who wants a newsletter is for each recipient to say.
Run define_learn_newsletter(CommandOptions& options) { return define(options, filter::Label::Ham); }

}  // namespace lazaret::tools
