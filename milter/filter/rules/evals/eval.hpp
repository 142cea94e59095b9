#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/auth/results.hpp"
#include "milter/filter/check.hpp"
#include "milter/filter/rules/evals/argument_patterns.hpp"
#include "milter/filter/rules/evals/content_settings.hpp"
#include "milter/filter/rules/evals/sender_settings.hpp"
#include "milter/filter/rules/rendering/header_query.hpp"
#include "milter/filter/rules/rendering/rendering.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"

namespace lazaret::filter::rules {

/// What the settings of the rule files mean to the eval functions: made once when rules are read.
struct EvalSettings {
    SenderSettings sender;
    ContentSettings content;
    ArgumentPatterns patterns{};  ///< those of the rules' calls
};

/// The values of a header query (`From:addr`, `ToCc`, `EnvelopeFrom`), looked up once a message.
class HeaderLookup {
public:
    virtual ~HeaderLookup() = default;
    /// All values, in order; empty when there is none.
    virtual const std::vector<std::string>& values(std::string_view query) = 0;
    /// The first value, without a line end, for `:addr` and its like and `EnvelopeFrom`; else all
    /// values, one behind the other. This is what eval functions mostly want.
    virtual const std::string& text(std::string_view query) = 0;
    /// As values(), of what nobody else asks for: it is not kept.
    [[nodiscard]] virtual std::vector<std::string> read(const HeaderQuery& query) const = 0;
};

/// What was worked out for one eval function of a message and serves others too.
struct EvalMemory {
    SenderMemory sender;
    ContentMemory content;
};

/// What an eval function looks at. One thread, one message.
struct EvalContext {
    const Mail& mail;
    const Rendering& rendering;
    const EvalSettings& settings;
    const RegistryBoundaries& boundaries;
    HeaderLookup& headers;
    EvalMemory& memory;
    std::optional<double> spam_probability;  ///< of the learned check; none when it is off
    const auth::Authentication* authentication = nullptr;  ///< null: offline, nothing is known
    bool is_raw_body = false;  ///< the rule is a `rawbody` one: its texts are raw_body, not body
};

/// How often it hits: 0 for no. Never throws for what a message contains.
using EvalFunction = unsigned (*)(const EvalContext& context,
                                  std::span<const std::string> arguments);

/// One function that `eval:` can name.
struct EvalEntry {
    std::string_view name;     ///< by its name of version 4
    std::string_view plugin;   ///< that must be loaded for it; empty: none
    EvalFunction run;          ///< null: it cannot be answered by looking at the message
    std::string_view why_not;  ///< then: a sentence; empty: the DNS is asked (NetworkRules)
    std::size_t least_arguments = 0;

    /// The argument that is a pattern, and may be missing.
    struct PatternArgument {
        std::size_t number;
        ArgumentPatterns::Written written = ArgumentPatterns::Written::Bare;
    };
    std::optional<PatternArgument> pattern{};

    /// Takes in the pattern of a call, for run(). @return as ArgumentPatterns::add()
    std::string add_pattern(std::span<const std::string> arguments,
                            ArgumentPatterns& patterns) const
    {
        if (!pattern || pattern->number >= arguments.size()) return {};
        return patterns.add(arguments[pattern->number], pattern->written);
    }
};

/// Those about who sent the message, and by which ways.
std::span<const EvalEntry> sender_evals();
/// Those about what it contains.
std::span<const EvalEntry> content_evals();
/// Those about what the learned check says.
std::span<const EvalEntry> learned_evals();
/// Those about SPF, DKIM, DMARC and ARC: all say no while nothing is known of them.
std::span<const EvalEntry> authentication_evals();
/// Those that ask the network: NetworkRules answers them, or nobody does.
std::span<const EvalEntry> network_evals();

}  // namespace lazaret::filter::rules
