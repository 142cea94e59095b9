#include "tools/lazaretctl/findings.hpp"

#include <fmt/format.h>
#include <sysexits.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

std::string_view token(Health health)
{
    switch (health) {
        case Health::Ok: return "ok";
        case Health::Warning: return "warning";
        case Health::Problem: return "problem";
    }
    return "problem";
}

std::string_view colour(Health health)
{
    switch (health) {
        case Health::Ok: return "\x1b[32m";
        case Health::Warning: return "\x1b[33m";
        case Health::Problem: return "\x1b[31m";
    }
    return "";
}

}  // namespace

int exit_code(std::span<const Finding> findings)
{
    int code = 0;
    for (const auto& finding : findings)
        if (finding.health == Health::Problem)
            code = std::max(code, finding.passing ? EX_TEMPFAIL : EX_CONFIG);
    return code;
}

std::string findings_text(std::span<const Finding> findings, bool colours)
{
    std::string out;
    for (const auto& finding : findings) {
        out += fmt::format("{}{:<8}{} {:<10} {}\n", colours ? colour(finding.health) : "",
                           token(finding.health), colours ? "\x1b[0m" : "", finding.part,
                           harmless_line(finding.what));
        if (!finding.advice.empty())
            out += fmt::format("{:20}{}\n", "", harmless_line(finding.advice));
    }
    return out;
}

nlohmann::ordered_json json_of(std::span<const Finding> findings)
{
    auto list = nlohmann::ordered_json::array();
    for (const auto& finding : findings)
        list.push_back({{"part", finding.part},
                        {"health", token(finding.health)},
                        {"what", finding.what},
                        {"advice", finding.advice}});
    return {{"healthy", exit_code(findings) == 0}, {"findings", std::move(list)}};
}

}  // namespace lazaret::tools
