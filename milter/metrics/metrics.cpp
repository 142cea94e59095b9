#include "milter/metrics/metrics.hpp"

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <exception>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace lazaret::milter {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array<const char*, 3> replies{"accept", "refuse", "later"};

// In seconds: most mail takes some milliseconds and waits for the DNS; judgement_budget is a
// minute, and may be more than four.
const prometheus::Histogram::BucketBoundaries buckets{.001, .0025, .005, .01, .025, .05, .1, .25,
                                                      .5,   1,     2.5,  5,   10,   30,  60, 240};

template <class Id>
constexpr std::size_t place(Id id)
{
    return static_cast<std::size_t>(id);
}

// A family of one's own, of values that somebody else counts.
MetricFamily family(std::string name, std::string help, MetricType type)
{
    MetricFamily made;
    made.name = std::move(name);
    made.help = std::move(help);
    made.type = type;
    return made;
}

void add(MetricFamily& family, double value,
         std::vector<prometheus::ClientMetric::Label> labels = {})
{
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    if (family.type == MetricType::Counter) metric.counter.value = value;
    else metric.gauge.value = value;
    family.metric.push_back(std::move(metric));
}

void add(std::vector<MetricFamily>& all, std::string name, std::string help, double value)
{
    all.push_back(family(std::move(name), std::move(help), MetricType::Gauge));
    add(all.back(), value);
}

void add_gate(std::vector<MetricFamily>& all, const Gate& gate)
{
    add(all, "lazaret_sessions", "Connections of the mail server",
        static_cast<double>(gate.sessions()));
    add(all, "lazaret_messages_in_hand", "Messages that came and are not answered yet",
        static_cast<double>(gate.messages()));
}

void add_resolver(std::vector<MetricFamily>& all, const filter::dns::Resolver& resolver)
{
    const auto counts = resolver.counts();
    all.push_back(family("lazaret_dns_questions_total",
                         "Questions to the DNS, by what came of them; not_asked: since nobody "
                         "answers, or too much is on its way",
                         MetricType::Counter));
    const auto add_result = [&](const char* result, std::uint64_t count) {
        add(all.back(), static_cast<double>(count), {{"result", result}});
    };
    add_result("found", counts.found);
    add_result("nothing", counts.nothing);
    add_result("failed", counts.failed);
    add_result("not_asked", counts.not_asked);
    all.push_back(family("lazaret_dns_seconds_total", "Time that answers took, all together",
                         MetricType::Counter));
    add(all.back(), static_cast<double>(counts.milliseconds) / 1'000);
    add(all, "lazaret_dns_away", "1 while nobody answers questions to the DNS",
        resolver.is_away() ? 1 : 0);
}

}  // namespace

/// The registry, and what is asked when somebody looks.
class Metrics::Collected : public prometheus::Collectable {
public:
    explicit Collected(Sources sources);

    [[nodiscard]] std::vector<MetricFamily> Collect() const override
    {
        auto all = registry_.Collect();
        if (sources_.gate) add_gate(all, *sources_.gate);
        if (sources_.resolver) add_resolver(all, *sources_.resolver);
        return all;
    }

    // Of the registry, which looks for labels under a lock; they live as long as it does.
    std::array<prometheus::Counter*, class_count> judged{};
    std::array<std::array<prometheus::Counter*, action_count>, class_count> decided{};
    std::array<prometheus::Counter*, replies.size()> replied{};
    prometheus::Histogram* seconds = nullptr;

private:
    Sources sources_;
    prometheus::Registry registry_;
};

Metrics::Collected::Collected(Sources sources) : sources_{std::move(sources)}
{
    auto& messages = prometheus::BuildCounter()
                         .Name("lazaret_messages_total")
                         .Help("Messages that were judged, by class")
                         .Register(registry_);
    auto& recipients = prometheus::BuildCounter()
                           .Name("lazaret_recipients_total")
                           .Help("What was done for protected recipients, by class")
                           .Register(registry_);
    for (std::size_t verdict = 0; verdict < class_count; ++verdict) {
        const std::string name{token(static_cast<Class>(verdict))};
        judged[verdict] = &messages.Add({{"class", name}});
        for (std::size_t action = 0; action < action_count; ++action)
            decided[verdict][action] = &recipients.Add(
                {{"class", name}, {"action", std::string{token(static_cast<Action>(action))}}});
    }
    auto& answers = prometheus::BuildCounter()
                        .Name("lazaret_replies_total")
                        .Help("Messages by the reply at their end")
                        .Register(registry_);
    for (std::size_t at = 0; at < replies.size(); ++at)
        replied[at] = &answers.Add({{"reply", replies[at]}});
    seconds = &prometheus::BuildHistogram()
                   .Name("lazaret_judgement_seconds")
                   .Help("Time from the end of a message to its reply")
                   .Register(registry_)
                   .Add({}, buckets);
}

Metrics::Metrics(Sources sources) : collected_{std::make_shared<Collected>(std::move(sources))} {}

Metrics::~Metrics() = default;

void Metrics::judged(Class verdict, std::chrono::duration<double> took)
{
    collected_->judged[place(verdict)]->Increment();
    collected_->seconds->Observe(took.count());
}

void Metrics::decided(Class verdict, Action action)
{
    collected_->decided[place(verdict)][place(action)]->Increment();
}

void Metrics::replied(Answer::Reply reply) { collected_->replied[place(reply)]->Increment(); }

std::string Metrics::text() const
{
    return prometheus::TextSerializer{}.Serialize(collected_->Collect());
}

void Metrics::serve(const std::string& address)
try {
    constexpr std::size_t threads = 1;
    exposer_ = std::make_unique<prometheus::Exposer>(address, threads);
    exposer_->RegisterCollectable(collected_, "/metrics");
} catch (const std::exception& error) {
    throw Error{Error::Kind::Unavailable, "metrics.listen: cannot listen on {}: {}", address,
                error.what()}
        .with_hint("see whether another program does");
}

}  // namespace lazaret::milter
