#include "milter/filter/auth/arc.hpp"

#include <yaml-cpp/yaml.h>

#include "base/text.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/filter/auth/answers.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using namespace lazaret::filter::auth;
using namespace lazaret::filter::auth::test;

namespace {

constexpr const char* suite = LAZARET_SOURCE_DIR "/tests/corpus/arc/arc-draft-validation-tests.yml";

dns::Answers published(const YAML::Node& records)
{
    dns::Answers answers;
    for (const auto& record : records)
        publish(answers, record.first.as<std::string>(), {record.second.as<std::string>()});
    return answers;
}

// All that is not published does not exist.
ArcResult check(const std::string& bytes, dns::Answers answers)
{
    const auto cut = cut_header(bytes);
    SignedMessage message{cut};
    while (true) {
        dns::View dns{answers};
        auto result = check_arc(message, dns, {}, Moment{});
        if (dns.wanted().empty()) return result;
        for (const auto& question : dns.wanted())
            answers[question] = {dns::Answer::State::NoName, {}};
    }
}

}  // namespace

// The one case that we see otherwise. Its signature was made over a relaxed header and has no c=;
// but without c= a header is simple (RFC 6376 3.5, which RFC 8617 4.1.2 takes as it is).
constexpr const char* not_ours = "ams_fields_c_na";

// It holds, but its newest signature covers no field: nothing that it says of the sender is taken.
constexpr const char* without_from = "ams_fields_h_empty";

// The validation suite of RFC 8617's authors (tests/corpus/arc): 171 names, four of them twice.
TEST_CASE("the ARC validation suite", "[arc]")
{
    std::size_t count = 0;
    for (const auto& part : YAML::LoadAllFromFile(suite)) {
        const auto answers = published(part["txt-records"]);
        for (const auto& test : part["tests"]) {
            ++count;
            const auto name = test.first.as<std::string>();
            // Three cases, of a seal that says cv=fail, leave it open what is said of them.
            auto expected = ascii_lower(test.second["cv"].as<std::string>());
            if (expected.empty() || name == not_ours) expected = "fail";
            const auto result = check(test.second["message"].as<std::string>(), answers);
            CAPTURE(name, test.second["description"].as<std::string>(), result.why);
            CHECK(token(result.result) == expected);
            CHECK(result.sealers.empty() == (expected != "pass" || name == without_from));
        }
    }
    CHECK(count == 175);
}
