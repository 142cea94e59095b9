#include "milter/filter/dns/outage.hpp"

#include "base/log.hpp"

namespace lazaret::filter::dns {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 2s;        // a look-up from cold caches may well take one
constexpr int least_unanswered = 3;  // messages; one bad domain is no outage
constexpr auto between_tries = 1s;
constexpr auto memory = 10s;
constexpr auto between_lines = 1min;

}  // namespace

Outage::Send Outage::send(Moment now)
{
    // What happened long ago says nothing: one bad domain at a quiet site is no outage.
    if (unanswered_ != 0 && now - last_sent_ > memory) {
        is_on_ = false;
        unanswered_ = 0;
    }
    if (unanswered_++ == 0) first_unanswered_ = now;
    if (!is_on_ && (unanswered_ <= least_unanswered || now - first_unanswered_ < patience)) {
        last_sent_ = now;
        return Send::AndWait;
    }
    if (!is_on_ || now - last_told_ >= between_lines) {
        log::warning("nobody answers DNS questions", {{"messages", unanswered_ - 1}});
        last_told_ = now;
    }
    is_on_ = true;
    if (now - last_sent_ < between_tries) return Send::Not;
    last_sent_ = now;
    return Send::Only;
}

void Outage::answered()
{
    if (is_on_) log::info("DNS questions are answered again", {});
    is_on_ = false;
    unanswered_ = 0;
}

}  // namespace lazaret::filter::dns
