#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/evals/eval.hpp"
#include "milter/filter/rules/evals/globs.hpp"
#include "milter/filter/rules/rendering/header_query.hpp"

namespace lazaret::filter::rules {

/// The answers to header queries about one message, each worked out once.
class MessageHeaders : public HeaderLookup {
public:
    MessageHeaders(const Rendering& rendering, const RegistryBoundaries& boundaries)
        : rendering_{rendering}, boundaries_{boundaries}
    {
    }

    const std::vector<std::string>& values(std::string_view query) override;
    const std::string& text(std::string_view query) override;
    [[nodiscard]] std::vector<std::string> read(const HeaderQuery& query) const override;

private:
    const Rendering& rendering_;
    const RegistryBoundaries& boundaries_;
    TextMap<std::vector<std::string>> values_;
    TextMap<std::string> texts_;
};

}  // namespace lazaret::filter::rules
