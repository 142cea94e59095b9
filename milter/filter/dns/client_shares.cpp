#include "milter/filter/dns/client_shares.hpp"

#include <atomic>
#include <chrono>
#include <utility>

#include "base/log.hpp"
#include "base/records/networks.hpp"

namespace lazaret::filter::dns {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes between_lines{1};

}  // namespace

struct ClientShares::Share {
    explicit Share(std::size_t questions) : most{questions} {}

    const std::size_t most;
    std::atomic<std::size_t> taken = 0;
    std::atomic<Clock::time_point> told{};
};

ClientShares::ClientShares() : all_{std::make_shared<Share>(most_of_all)} {}

// Given back when what is returned goes; null when there is not so much left.
std::shared_ptr<const void> ClientShares::take(const std::shared_ptr<Share>& share,
                                               std::size_t count)
{
    if (share->taken.fetch_add(count) + count > share->most) {
        share->taken -= count;
        return nullptr;
    }
    return {share.get(), [share, count](const void*) { share->taken -= count; }};
}

void ClientShares::tell(Share& all, const std::string& network)
{
    const auto now = Clock::now();
    auto last = all.told.load();
    if (now - last < between_lines || !all.told.compare_exchange_strong(last, now)) return;
    log::warning("clients without a message ask too much of the DNS",
                 {{"client", network}, {"on_their_way", all.taken.load()}});
}

std::shared_ptr<ClientShares::Share> ClientShares::share_of(const std::string& network)
{
    return shares_.with([&](Shares& shares) {
        auto& known = shares.of_clients[network];
        auto share = known.lock();
        if (share) return share;
        known = share = std::make_shared<Share>(most_of_client);
        if (shares.of_clients.size() >= shares.sweep_at) {
            std::erase_if(shares.of_clients, [](const auto& one) { return one.second.expired(); });
            shares.sweep_at = 2 * shares.of_clients.size() + 64;
        }
        return share;
    });
}

Ask ClientShares::asking(std::string_view client_ip, Ask ask)
{
    auto network = Networks::neighbourhood_of(client_ip);
    auto own = share_of(network);
    return [all = all_, own = std::move(own), network = std::move(network), ask = std::move(ask)](
               Questions questions, Answered answered) {
        auto of_own = take(own, questions.size());
        auto of_all = of_own ? take(all, questions.size()) : nullptr;
        if (!of_all) {
            tell(*all, network);
            for (const auto& question : questions) answered(question, {});
            return;
        }
        // They go with the last answer.
        ask(std::move(questions),
            [of_own = std::move(of_own), of_all = std::move(of_all),
             answered = std::move(answered)](const Question& question, Answer answer) {
                answered(question, std::move(answer));
            });
    };
}

}  // namespace lazaret::filter::dns
