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

Json json_of(const filter::auth::SpfResult& spf)
{
    return {{"result", token(spf.result)}, {"domain", spf.domain}, {"why", spf.why}};
}

Json json_of(const filter::auth::DkimResult& dkim)
{
    return {{"result", token(dkim.result)}, {"domain", dkim.domain},
            {"selector", dkim.selector},    {"identity", dkim.identity},
            {"algorithm", dkim.algorithm},  {"why", dkim.why},
            {"testing", dkim.is_testing},   {"key_bits", dkim.key_bits}};
}

Json json_of(const filter::auth::DmarcResult& dmarc)
{
    Json json{{"result", token(dmarc.result)},
              {"from_domain", dmarc.from_domain},
              {"record_domain", dmarc.record_domain},
              {"policy", nullptr},
              {"percent", nullptr},
              {"spf_aligned", dmarc.spf_aligned},
              {"dkim_aligned", dmarc.dkim_aligned},
              {"why", dmarc.why}};
    if (dmarc.record_domain.empty()) return json;  // then nobody said so
    json["policy"] = token(dmarc.policy);
    json["percent"] = dmarc.percent;
    return json;
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
    Json json{{"list_entry", nullptr},    {"unproven", Json::array()}, {"settings", Json::array()},
              {"note", explanation.note}, {"proved", nullptr},         {"warned", nullptr}};
    if (explanation.decided) json["list_entry"] = json_of(*explanation.decided);
    for (const auto& match : explanation.unproven) json["unproven"].push_back(json_of(match));
    for (const auto& winner : explanation.settings)
        json["settings"].push_back({{"name", winner.name}, {"owner", winner.owner.text()}});
    if (const auto& proved = explanation.proved)
        json["proved"] = {{"from", json_of(proved->from)},
                          {"mail_from", json_of(proved->mail_from)}};
    if (explanation.warned) json["warned"] = json_of(*explanation.warned);
    return json;
}

Json json_of(const filter::auth::Authentication& found)
{
    Json json{{"spf_helo", json_of(found.spf_helo)},
              {"spf", json_of(found.spf_mail_from)},
              {"dkim", Json::array()},
              {"dmarc", json_of(found.dmarc)},
              {"arc",
               {{"result", token(found.arc.result)},
                {"sealers", found.arc.sealers},
                {"why", found.arc.why}}}};
    for (const auto& signature : found.dkim) json["dkim"].push_back(json_of(signature));
    return json;
}

double rounded(double value, int digits)
{
    const double scale = std::pow(10.0, digits);
    const double scaled = std::round(value * scale) / scale;
    return std::isfinite(scaled) ? scaled + 0.0 : 0.0;
}

}  // namespace lazaret::tools
