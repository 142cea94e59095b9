#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/records/envelope.hpp"
#include "base/records/verdict.hpp"
#include "milter/filter/learn/opinion.hpp"
#include "milter/filter/learn/taste.hpp"
#include "milter/filter/message/message.hpp"

namespace lazaret::filter {

class Network;

/// One message as the checks see it. Borrowed for the time of the judgement.
struct Mail {
    const Envelope& envelope;
    std::string_view bytes;  ///< headers and body, lines in CRLF; so much of it as is judged
    const Message& message;
    bool too_large = false;  ///< there is more than the site's max_message: only a part was read,
                             ///< and no antivirus is asked
    std::vector<std::string> report_senders{};  ///< who its recipients' reports come from, where
                                                ///< that is not the site's (report.from)
    Network* network = nullptr;  ///< null: offline; what would ask the network is not run
};

/// A message as the checks see it when at most `most` bytes of it are judged: of a larger one whole
/// lines, so that neither its memory nor its time grows any more.
Mail mail_within(std::size_t most, const Envelope& envelope, std::string_view bytes,
                 const Message& message);

/// What the antivirus found out.
enum class Scan {
    Clean,
    Infected,
    Unscanned,  ///< no scanner, a failure, or its budget ran out
    Skipped,    ///< switched off by the site's settings
};

/// `clean`, `infected`, `unscanned`, `skipped`.
std::string_view token(Scan scan);

/// What the checks found in one message: the same for all recipients, but for own_opinion.
struct Findings {
    std::vector<Hit> hits;
    Scan scan = Scan::Skipped;
    bool dangerous = false;  ///< forbidden content that is no virus
    bool bulk = false;       ///< the signs of a newsletter

    /// What the model thinks; null while no check asked it: opinion_in().
    std::shared_ptr<const KnownOpinion> opinion;

    /// What people of one account, and of its tenant, said about such mail, as a hit; none when
    /// they said nothing of weight. Not set when there is no model. Keeps the model's version.
    std::function<std::optional<Hit>(Taste)> own_opinion;

    /// A rule that hit, and how often.
    struct RuleCount {
        std::string name;
        double count;
    };
    std::vector<RuleCount>
        rules;  ///< all that hit, helpers too; only where somebody asked for them
};

/// One test on a message: a name for the log and a function that adds what it found. Checks keep
/// no state between messages and may run on several threads at once. They never throw for what a
/// message contains.
struct Check {
    using Rest = std::function<void(Findings&)>;

    std::string_view name;
    std::function<void(const Mail&, Findings&)> run;  ///< empty where there is `begin`: assess()

    /// Of a check that asks the network: asks it, in place of `run`, and does not wait. What is
    /// left to do, which waits, when the other checks have run; both may add to the findings. The
    /// mail lives until then.
    std::function<Rest(const Mail&, Findings&)> begin{};
};

}  // namespace lazaret::filter
