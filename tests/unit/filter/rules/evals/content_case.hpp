#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/evals/eval.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"

namespace lazaret::filter::rules {

class NoHeaders : public HeaderLookup {
public:
    const std::vector<std::string>& values(std::string_view) override { return none_; }
    const std::string& text(std::string_view) override { return empty_; }
    [[nodiscard]] std::vector<std::string> read(const HeaderQuery&) const override { return {}; }

private:
    std::vector<std::string> none_;
    std::string empty_;
};

/// How often the function about contents hits what was rendered.
inline unsigned hits_of(std::string_view function, const std::vector<std::string>& arguments,
                        const Rendering& rendering, const RegistryBoundaries& boundaries)
{
    const auto entries = content_evals();
    const auto entry = std::find_if(entries.begin(), entries.end(),
                                    [&](const auto& each) { return each.name == function; });
    REQUIRE(entry != entries.end());
    REQUIRE(entry->run);
    const Letter letter{"From: Ann <ann@a.example>\r\n"};
    const auto mail = letter.mail();
    EvalSettings settings;
    static_cast<void>(entry->add_pattern(arguments, settings.patterns));  // may be none
    NoHeaders headers;
    EvalMemory memory;
    const EvalContext context{mail, rendering, settings, boundaries, headers, memory, {}};
    return entry->run(context, arguments);
}

}  // namespace lazaret::filter::rules
