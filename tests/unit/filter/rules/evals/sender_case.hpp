#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "milter/filter/rules/evals/eval.hpp"

namespace lazaret::filter::rules {

/// A message of made-up facts, of which one function is asked.
class SenderCase {
public:
    using Headers = std::map<std::string, std::vector<std::string>, std::less<>>;

    /// @param headers  values by query; those of whole fields end in LF, as HeaderLookup has them.
    explicit SenderCase(Headers headers,
                        const std::vector<std::pair<std::string, std::string>>& settings = {})
        : lookup_{std::move(headers)}
    {
        RuleSettings lines;
        for (const auto& [key, value] : settings) lines.add(key, {value, {}});
        settings_.sender = SenderSettings::from(lines);
        rendering.parts.emplace_back();
    }

    unsigned ask(std::string_view name, const std::vector<std::string>& arguments = {})
    {
        EvalMemory memory;
        const Envelope envelope;
        const Message message;
        const Mail mail{envelope, {}, message};
        const EvalContext context{mail, rendering, settings_, boundaries_, lookup_, memory, {}};
        for (const auto& entry : sender_evals())
            if (entry.name == name) {
                static_cast<void>(entry.add_pattern(arguments, settings_.patterns));  // may be none
                return entry.run(context, arguments);
            }
        return 999;
    }

    Rendering rendering;

private:
    struct Lookup : HeaderLookup {
        explicit Lookup(Headers headers) : all{std::move(headers)} {}
        const std::vector<std::string>& values(std::string_view query) override
        {
            const auto found = all.find(query);
            return found == all.end() ? none : found->second;
        }
        const std::string& text(std::string_view query) override
        {
            const auto& list = values(query);
            const bool is_first = query.find(':') != std::string_view::npos &&
                                  query.find(":raw") == std::string_view::npos;
            auto& text = texts[std::string{query}];
            text.clear();
            for (const auto& value : list)
                if (text.empty() || !(is_first || query == "EnvelopeFrom")) text += value;
            return text;
        }
        [[nodiscard]] std::vector<std::string> read(const HeaderQuery& query) const override
        {
            for (const auto& [name, list] : all)
                if (HeaderQuery::parse(name) == query) return list;
            return {};
        }
        Headers all;
        std::map<std::string, std::string> texts;
        const std::vector<std::string> none;
    };

    Lookup lookup_;
    EvalSettings settings_;
    const std::vector<std::string> top_{"org", "com", "test", "example", "uk"};
    const std::vector<std::string> second_{"co.uk"};
    RegistryBoundaries boundaries_{top_, second_, {}};
};

}  // namespace lazaret::filter::rules
