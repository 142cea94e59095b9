#include "milter/metrics/metrics.hpp"

#include <fmt/format.h>

#include <string>

#include "base/error.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::milter {
namespace {

// A line of Prometheus's text, name and labels as they stand there.
bool says(const Metrics& metrics, const std::string& what, const std::string& value)
{
    return ("\n" + metrics.text()).find(fmt::format("\n{} {}\n", what, value)) != std::string::npos;
}

TEST_CASE("metrics are there from the beginning, and count", "[metrics]")
{
    using namespace std::chrono_literals;
    const auto gate = std::make_shared<Gate>(2);
    Metrics metrics{{.gate = gate}};
    CHECK(says(metrics, R"(lazaret_messages_total{class="spam"})", "0"));
    CHECK(says(metrics, R"(lazaret_replies_total{reply="later"})", "0"));
    CHECK(metrics.text().find("lazaret_dns") == std::string::npos);

    const auto place = Gate::enter_session(gate);
    metrics.judged(Class::Spam, 30ms);
    metrics.judged(Class::Spam, 2s);
    metrics.decided(Class::Spam, Action::Hold);
    metrics.replied(Answer::Reply::Accept);
    CHECK(says(metrics, R"(lazaret_messages_total{class="spam"})", "2"));
    CHECK(says(metrics, R"(lazaret_messages_total{class="clean"})", "0"));
    CHECK(says(metrics, R"(lazaret_recipients_total{action="hold",class="spam"})", "1"));
    CHECK(says(metrics, R"(lazaret_replies_total{reply="accept"})", "1"));
    CHECK(says(metrics, R"(lazaret_judgement_seconds_bucket{le="0.05"})", "1"));
    CHECK(says(metrics, R"(lazaret_judgement_seconds_count)", "2"));
    CHECK(says(metrics, "lazaret_sessions", "1"));
    CHECK(says(metrics, "lazaret_messages_in_hand", "0"));
}

TEST_CASE("metrics know the resolver", "[metrics]")
{
    DnsConfig config;
    config.servers = {"127.0.0.1@9"};
    const filter::dns::Resolver resolver{config};
    const Metrics metrics{{.resolver = &resolver}};
    CHECK(says(metrics, R"(lazaret_dns_questions_total{result="found"})", "0"));
    CHECK(says(metrics, R"(lazaret_dns_questions_total{result="not_asked"})", "0"));
    CHECK(says(metrics, "lazaret_dns_away", "0"));
    CHECK(metrics.text().find("lazaret_sessions") == std::string::npos);
}

TEST_CASE("an address that cannot be listened on is an error", "[metrics]")
{
    Metrics metrics{{}};
    CHECK_THROWS_AS(metrics.serve("192.0.2.1:9146"), Error);
}

}  // namespace
}  // namespace lazaret::milter
