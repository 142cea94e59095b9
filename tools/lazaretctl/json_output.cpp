#include "tools/lazaretctl/json_output.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;
constexpr auto mend = Json::error_handler_t::replace;

Json json_of(const Explanation::Match& match)
{
    return {{"entry", match.entry},   {"kind", token(match.kind)}, {"owner", match.owner.text()},
            {"sender", match.sender}, {"proof", match.proof},      {"needs", match.needs}};
}

Json json_of(const std::vector<Proof>& proofs)
{
    auto list = Json::array();
    for (const auto& proof : proofs) list.push_back(proof.text());
    return list;
}

}  // namespace

// All but ASCII is escaped: a terminal would obey C1 controls, and turn with U+202E.
void print_json(const Json& value) { fmt::print("{}\n", value.dump(2, ' ', true, mend)); }

void print_json_line(const Json& value) { fmt::print("{}\n", value.dump(-1, ' ', true, mend)); }

Json json_of(std::span<const Hit> hits)
{
    auto list = Json::array();
    for (const auto& hit : hits)
        list.push_back({{"name", hit.name}, {"points", rounded(hit.points, 3)}, {"why", hit.why}});
    return list;
}

Json json_of(const Explanation& explanation)
{
    Json json{{"list_entry", nullptr},
              {"unproven", Json::array()},
              {"settings", Json::array()},
              {"note", explanation.note},
              {"proved", nullptr}};
    if (explanation.decided) json["list_entry"] = json_of(*explanation.decided);
    for (const auto& match : explanation.unproven) json["unproven"].push_back(json_of(match));
    for (const auto& winner : explanation.settings)
        json["settings"].push_back({{"name", winner.name}, {"owner", winner.owner.text()}});
    if (const auto& proved = explanation.proved)
        json["proved"] = {{"from", json_of(proved->from)},
                          {"mail_from", json_of(proved->mail_from)}};
    return json;
}

double rounded(double value, int digits)
{
    const double scale = std::pow(10.0, digits);
    const double scaled = std::round(value * scale) / scale;
    return std::isfinite(scaled) ? scaled + 0.0 : 0.0;
}

}  // namespace lazaret::tools
