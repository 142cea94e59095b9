#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/records/verdict.hpp"
#include "milter/answer.hpp"
#include "milter/filter/dns/resolver.hpp"
#include "milter/gate.hpp"

namespace prometheus {
class Exposer;
}

namespace lazaret::milter {

/// What the milter has done since it began, in Prometheus's words (prometheus-cpp). From any
/// thread.
class Metrics {
public:
    /// What is asked when somebody looks. Empty or nullptr: there is no such part.
    struct Sources {
        std::shared_ptr<const Gate> gate{};
        const filter::dns::Resolver* resolver = nullptr;
    };

    explicit Metrics(Sources sources);
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;
    ~Metrics();

    /// A message was judged, as clean where none of its recipients is protected; `took`: in the
    /// milter, waiting included.
    void judged(Class verdict, std::chrono::duration<double> took);

    /// What was done for one protected recipient.
    void decided(Class verdict, Action action);

    /// How a message was answered at its end, judged or not.
    void replied(Answer::Reply reply);

    /// All of it in Prometheus's text format.
    [[nodiscard]] std::string text() const;

    /// Serves text() as `/metrics` at ADDRESS:PORT, by HTTP without TLS and to whoever asks, while
    /// this lives. Throws Error{Unavailable} where it cannot listen.
    void serve(const std::string& address);

private:
    class Collected;
    std::shared_ptr<Collected> collected_;
    std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace lazaret::milter
