#include "milter/filter/dns/outage.hpp"

#include "base/log.hpp"

namespace lazaret::filter::dns {
namespace {

using namespace std::chrono_literals;

constexpr auto suspicion = 1s;
constexpr int least_unanswered = 3;  // one bad domain is no suspicion
constexpr auto patience = 2s;        // a look-up from cold caches may well take one
constexpr auto between_probes = 1s;
constexpr auto between_trials = 1s;
constexpr auto memory = 10s;
constexpr auto between_lines = 1min;

}  // namespace

bool Outage::asks(Moment now)
{
    // What happened long ago says nothing: one bad domain at a quiet site is no outage.
    if (unanswered_ != 0 && now - last_sent_ > memory) {
        unanswered_ = 0;
        first_probe_.reset();
        is_on_ = false;
    }
    if (is_on_ && now - last_sent_ < between_trials) return false;
    if (unanswered_++ == 0) first_unanswered_ = now;
    last_sent_ = now;
    return true;
}

bool Outage::probes(Moment now)
{
    if (unanswered_ < least_unanswered || now - first_unanswered_ < suspicion) return false;
    if (first_probe_ && now - *first_probe_ >= patience) {
        if (!is_on_ || now - last_told_ >= between_lines) {
            log::warning("nobody answers DNS questions", {{"unanswered", unanswered_}});
            last_told_ = now;
        }
        is_on_ = true;
    }
    if (first_probe_ && now - last_probe_ < between_probes) return false;
    if (!first_probe_) first_probe_ = now;
    last_probe_ = now;
    return true;
}

void Outage::answered()
{
    if (is_on_) log::info("DNS questions are answered again", {});
    is_on_ = false;
    unanswered_ = 0;
    first_probe_.reset();
}

}  // namespace lazaret::filter::dns
