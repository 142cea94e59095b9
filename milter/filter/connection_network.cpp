#include "milter/filter/connection_network.hpp"

#include <utility>

#include "milter/filter/auth/spf.hpp"
#include "milter/filter/dns/blocked_lists.hpp"

namespace lazaret::filter {

ConnectionNetwork::ConnectionNetwork(dns::Ask ask, dns::SilentLists* silent, ClientLists lists,
                                     std::string client_ip, dns::ClientShares* shares)
    : silent_{silent},
      lists_{std::move(lists)},
      client_ip_{std::move(client_ip)},
      ask_{silent ? dns::asking_all_but(*silent, std::move(ask)) : std::move(ask)},
      ask_of_helo_{shares ? shares->asking(client_ip_, ask_) : ask_},
      listed_{dns::Inquiry::begin(ask_)}
{
    listed_->look_up([questions = lists_.questions(client_ip_)](dns::View& view) {
        for (const auto& question : questions) view.foresee(question);
    });
}

ConnectionNetwork::~ConnectionNetwork() { listed_->close(); }

void ConnectionNetwork::helo(const std::string& name, const std::string& host_name, Moment now)
{
    constexpr int most_greetings = 3;
    if (++greetings_ > most_greetings) return;
    dns::Inquiry::fetch(
        ask_of_helo_,
        [question =
             auth::SpfQuestion{client_ip_, name, {}, auth::SpfIdentity::Helo, host_name, now}](
            dns::View& view) { auth::check_spf(question, view); });
}

const std::optional<std::string>& ConnectionNetwork::listing(
    std::chrono::steady_clock::time_point deadline)
{
    if (listing_) return *listing_;
    const auto& answers = listed_->wait(deadline);
    listing_ = lists_.listing(client_ip_, answers);
    if (silent_)
        for (const auto& zone : dns::blocked_lists(answers, lists_.zones()))
            silent_->add(zone, std::chrono::steady_clock::now());
    return *listing_;
}

}  // namespace lazaret::filter
