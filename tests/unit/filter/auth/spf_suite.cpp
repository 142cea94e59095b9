// The test suite of RFC 7208 (tests/corpus/spf), release 2014.04: each case has a session, the
// zones of its scenario and the results that are allowed.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/spf_run.hpp"

using namespace lazaret::filter;
using namespace lazaret::filter::auth;

namespace {

constexpr int longest_alias_chain = 8;

struct ZoneRecord {
    std::string type;  // `A`, `TXT`, ...; `TIMEOUT` for no answer to what nothing is said of
    std::string data;
};
using Zones = std::map<std::string, std::vector<ZoneRecord>>;

std::string name_of(const std::string& text)
{
    return dns::question(text, dns::RecordType::A).name;
}

// `"\xEF"` is a character to YAML, and a byte to the suite.
std::string bytes_of(const std::string& utf8)
{
    std::string bytes;
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        const auto byte = static_cast<unsigned char>(utf8[at]);
        if ((byte & 0xfcU) == 0xc0U && at + 1 < utf8.size()) {
            const auto next = static_cast<unsigned char>(utf8[++at]);
            bytes += static_cast<char>((byte & 3U) << 6U | (next & 0x3fU));
        } else {
            bytes += utf8[at];
        }
    }
    return bytes;
}

std::string data_of(const std::string& type, const YAML::Node& node)
{
    if (type == "MX") return name_of(node[1].as<std::string>());
    if (type == "PTR" || type == "CNAME") return name_of(node.as<std::string>());
    std::string strings;
    if (node.IsSequence())
        for (const auto& one : node) strings += bytes_of(one.as<std::string>());
    else strings = bytes_of(node.as<std::string>());
    return strings;
}

// Records of the old type SPF stand for TXT as well, where the zone has no TXT of its own; `NONE`
// says that it is to have none.
std::vector<ZoneRecord> records_of(const YAML::Node& list)
{
    std::vector<ZoneRecord> records;
    std::vector<ZoneRecord> spf_as_txt;
    bool has_txt = false;
    for (const auto& entry : list) {
        if (!entry.IsMap()) {
            records.push_back({entry.as<std::string>(), ""});
            continue;
        }
        for (const auto& pair : entry) {
            const auto type = pair.first.as<std::string>();
            has_txt = has_txt || type == "TXT";
            const bool is_none = pair.second.IsScalar() && pair.second.as<std::string>() == "NONE";
            if (is_none) continue;
            const auto data = data_of(type, pair.second);
            if (type == "SPF") spf_as_txt.push_back({"TXT", data});
            else records.push_back({type, data});
        }
    }
    if (!has_txt) records.insert(records.begin(), spf_as_txt.begin(), spf_as_txt.end());
    return records;
}

Zones zones_of(const YAML::Node& scenario)
{
    Zones zones;
    for (const auto& zone : scenario["zonedata"])
        zones[name_of(zone.first.as<std::string>())] = records_of(zone.second);
    return zones;
}

dns::Answer answer_from(const Zones& zones, const dns::Question& question)
{
    using enum dns::Answer::State;
    auto name = question.name;
    for (int alias = 0; alias < longest_alias_chain; ++alias) {
        const auto zone = zones.find(name);
        if (zone == zones.end()) return {NoName, {}};
        dns::Answer answer{NoData, {}};
        std::string other_name;
        for (const auto& record : zone->second) {
            if (record.type == "CNAME") other_name = record.data;
            if (record.type == "TIMEOUT" && answer.records.empty()) return {NoAnswer, {}};
            if (record.type == dns::token(question.type)) answer.records.push_back(record.data);
        }
        if (!answer.records.empty()) answer.state = Found;
        if (other_name.empty()) return answer;
        name = other_name;
    }
    return {Failed, {}};
}

std::vector<std::string> allowed_results(const YAML::Node& node)
{
    if (!node.IsSequence()) return {node.as<std::string>()};
    return node.as<std::vector<std::string>>();
}

SpfQuestion question_of(const YAML::Node& test)
{
    return {test["host"].as<std::string>(),
            test["helo"].as<std::string>(),
            test["mailfrom"].as<std::string>(),
            SpfIdentity::MailFrom,
            "mx.receiver.example",
            lazaret::Moment{}};
}

struct Case {
    std::string name;
    SpfQuestion question;
    std::shared_ptr<const Zones> zones;
    std::vector<std::string> allowed;
    std::optional<std::string> explanation;  // nothing where it does not matter

    SpfRun run() const
    {
        return run_spf(question,
                       [&](const dns::Question& one) { return answer_from(*zones, one); });
    }
};

std::vector<Case> read_suite()
{
    std::vector<Case> cases;
    for (const auto& scenario :
         YAML::LoadAllFromFile(LAZARET_SOURCE_DIR "/tests/corpus/spf/rfc7208-tests.yml")) {
        if (!scenario.IsMap()) continue;
        const auto title = scenario["description"].as<std::string>();
        const auto zones = std::make_shared<const Zones>(zones_of(scenario));
        for (const auto& entry : scenario["tests"]) {
            const auto& test = entry.second;
            Case one{title + ": " + entry.first.as<std::string>(),
                     question_of(test),
                     zones,
                     allowed_results(test["result"]),
                     {}};
            if (const auto words = test["explanation"]) {
                one.explanation = words.as<std::string>();
                if (*one.explanation == "DEFAULT") one.explanation = "";  // ours, and we have none
            }
            cases.push_back(std::move(one));
        }
    }
    return cases;
}

const std::vector<Case>& suite()
{
    static const auto cases = read_suite();
    return cases;
}

}  // namespace

TEST_CASE("the test suite of RFC 7208 passes", "[spf]")
{
    for (const auto& one : suite()) {
        DYNAMIC_SECTION(one.name)
        {
            const auto run = one.run();
            CAPTURE(one.allowed, token(run.result.result), run.result.why);
            const bool is_allowed =
                std::ranges::find(one.allowed, token(run.result.result)) != one.allowed.end();
            CHECK(is_allowed);
            if (one.explanation) CHECK(run.result.explanation == *one.explanation);
        }
    }
}

TEST_CASE("the test suite of RFC 7208 is whole, and each case ends soon", "[spf]")
{
    CHECK(suite().size() == 203);
    for (const auto& one : suite()) {
        const auto run = one.run();
        INFO(one.name);
        CHECK(run.runs <= 6);
        CHECK(run.questions <= 22);
    }
}
