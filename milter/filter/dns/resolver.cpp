#include "milter/filter/dns/resolver.hpp"

#include <event2/event.h>
#include <fmt/format.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "base/log.hpp"
#include "milter/filter/dns/cache.hpp"
#include "milter/filter/dns/channel.hpp"
#include "milter/filter/dns/client_shares.hpp"
#include "milter/filter/dns/guarded.hpp"
#include "milter/filter/dns/outage.hpp"

namespace lazaret::filter::dns {
namespace {

using EventBase = CHandle<event_base, event_base_free>;
using Event = CHandle<event, event_free>;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes between_counts{10};
// For what has no reply, and for an outage.
constexpr timeval between_looks{.tv_sec = 0, .tv_usec = 250'000};

// A flood of names whose servers are silent must not take all memory: each costs some 2 kB, and a
// socket for each 64. Ordinary mail has hundreds on their way at most.
constexpr std::size_t most_pending = 2 * ClientShares::most_of_all;
constexpr std::chrono::minutes between_warnings{1};

// Each costs a socket and some 80 kB.
constexpr std::size_t most_connections = 256;

constexpr std::chrono::hours without_edns{1};

constexpr std::size_t cache_bytes = 16'000'000;

// A name that is in no cache and that nobody else chose. Not of one label: systemd-resolved fails
// such names without asking. And of a zone whose denials of one name say nothing of others, so that
// no resolver makes one up from its cache (RFC 8198): com denies by NSEC3 with opt-out.
Question probe()
{
    return {fmt::format("lazaret-{:08x}.com", std::random_device{}()), RecordType::A};
}

using SharedAnswered = std::shared_ptr<const Answered>;
using Channels = std::vector<std::unique_ptr<Channel>>;  // the last one is asked

void tell(const SharedAnswered& answered, const Question& question, const Answer& answer)
{
    // Others wait too.
    guarded([&] { (*answered)(question, answer); });
}

}  // namespace

/// The cache, the channels, and the thread that runs them.
class Resolver::Work {
public:
    explicit Work(const DnsConfig& config);
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    ~Work();

    void hand_in(Questions questions, Answered answered);
    [[nodiscard]] ResolverCounts counts() const;
    [[nodiscard]] bool is_away() const;

private:
    /// A question on its way, once for all who wait for it.
    struct Pending {
        std::vector<SharedAnswered> waiting;
        Clock::time_point since;
    };
    struct Batch {
        std::vector<Question> questions;
        SharedAnswered answered;
    };
    /// What of a batch needs no look-up.
    struct AtOnce {
        std::vector<std::pair<Question, Answer>> answers;
        bool wakes = false;  ///< the thread, for the others
    };

    static void on_wake(evutil_socket_t descriptor, short what, void* self);
    static void on_look(evutil_socket_t descriptor, short what, void* self);
    AtOnce sort_out(Questions questions, const SharedAnswered& answered);
    void take_over();
    std::vector<const Question*> take_cut();
    void look_later();
    void look();
    void give_up();
    Channel& channel(Transport transport);
    void start(Question question, const SharedAnswered& answered);
    void send(const Question& question, Transport transport);
    void pass_over_first();
    void go_without_edns();
    void finish(const Question& question, const Reply& reply);
    void note(const Question& question, const Reply& reply, Clock::duration took);
    void count(const Answer& answer);
    void tell_full(Clock::time_point now);

    // Of the thread alone.
    Servers servers_;
    Clock::time_point edns_again_{};  ///< when servers_ is asked with EDNS, if it is not now
    EventBase base_;
    FileDescriptor wake_;
    Event wake_event_;
    Event look_event_;  ///< pending while something has no answer, or nobody answers
    std::unordered_map<Question, Pending, QuestionHash> pending_;
    std::vector<const Question*> cut_;      ///< pending: to be asked by a connection
    std::vector<const Question*> refused_;  ///< pending: to be asked again without EDNS
    Channels datagrams_;
    Channels connections_;

    mutable std::mutex lock_;  ///< of what follows
    std::vector<Batch> handed_in_;
    std::size_t on_their_way_ = 0;  ///< questions handed in and not answered
    bool stopping_ = false;
    Cache cache_{cache_bytes};
    ResolverCounts counts_;
    Outage outage_;
    Clock::time_point told_ = Clock::now();  ///< when the counts were logged
    std::optional<Clock::time_point> told_full_;

    std::thread thread_;
};

Resolver::Work::Work(const DnsConfig& config)
    : servers_{servers_from(config.servers)},
      base_{event_base_new()},
      wake_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}
{
    const auto make = [&](int descriptor, short what, event_callback_fn call) {
        return Event{base_ ? event_new(base_.get(), descriptor, what, call, this) : nullptr};
    };
    wake_event_ = make(wake_.get(), EV_READ | EV_PERSIST, &Work::on_wake);
    look_event_ = make(-1, 0, &Work::on_look);
    if (!wake_ || !wake_event_ || !look_event_ || event_add(wake_event_.get(), nullptr) != 0)
        throw Error{Error::Kind::Unavailable, "the resolver does not start"};
    channel(Transport::Datagrams);
    thread_ = std::thread{[this] { event_base_dispatch(base_.get()); }};
}

Resolver::Work::~Work()
{
    {
        std::lock_guard hold{lock_};
        stopping_ = true;
    }
    eventfd_write(wake_.get(), 1);
    thread_.join();
    // Channels tell what is on its way that no reply comes, and those who asked may have gone.
    for (auto& [question, pending] : pending_) pending.waiting.clear();
    datagrams_.clear();
    connections_.clear();
}

void Resolver::Work::hand_in(Questions questions, Answered answered)
{
    const auto shared = std::make_shared<const Answered>(std::move(answered));
    auto at_once = sort_out(std::move(questions), shared);
    if (at_once.wakes) eventfd_write(wake_.get(), 1);
    for (auto& [question, answer] : at_once.answers) (*shared)(question, std::move(answer));
}

Resolver::Work::AtOnce Resolver::Work::sort_out(Questions questions, const SharedAnswered& answered)
{
    AtOnce at_once;
    Batch batch{{}, answered};
    const auto now = Clock::now();
    std::lock_guard hold{lock_};
    counts_.asked += questions.size();
    for (auto& question : std::move(questions).take()) {
        if (const auto* const known = cache_.find(question, now)) {
            count(*known);
            at_once.answers.emplace_back(std::move(question), *known);
        } else {
            batch.questions.push_back(std::move(question));
        }
    }
    if (batch.questions.empty()) return at_once;
    const bool is_full = on_their_way_ + batch.questions.size() > most_pending;
    if (is_full) tell_full(now);
    if (is_full || !outage_.asks(now)) {
        counts_.not_asked += batch.questions.size();
        for (auto& question : batch.questions)
            at_once.answers.emplace_back(std::move(question), Answer{});
        return at_once;
    }
    on_their_way_ += batch.questions.size();
    // The thread looks for more when it has brought an answer.
    at_once.wakes = handed_in_.empty() && std::this_thread::get_id() != thread_.get_id();
    handed_in_.push_back(std::move(batch));
    return at_once;
}

// Under the lock.
void Resolver::Work::tell_full(Clock::time_point now)
{
    if (told_full_ && now - *told_full_ < between_warnings) return;
    told_full_ = now;
    log::warning("too many DNS questions are on their way", {{"most", most_pending}});
}

void Resolver::Work::on_wake(evutil_socket_t descriptor, short, void* self)
{
    guarded([&] {
        eventfd_t ignored = 0;
        eventfd_read(descriptor, &ignored);
        static_cast<Work*>(self)->take_over();
    });
}

// Answers may bring new questions, at once from the cache even while these are sent. What was cut
// or refused is asked again here, outside of c-ares.
void Resolver::Work::take_over()
{
    for (;;) {
        std::vector<Batch> batches;
        {
            std::lock_guard hold{lock_};
            if (stopping_) {
                event_base_loopbreak(base_.get());
                return;
            }
            batches.swap(handed_in_);
        }
        const auto cut = take_cut();
        const auto refused = std::exchange(refused_, {});
        if (batches.empty() && cut.empty() && refused.empty()) break;
        for (const auto* question : cut) send(*question, Transport::Connection);
        for (const auto* question : refused) send(*question, Transport::Datagrams);
        for (auto& batch : batches)
            for (auto& question : batch.questions) start(std::move(question), batch.answered);
    }
    look_later();
}

// As many as there is room for; the others have their turn when look() has ended some.
std::vector<const Question*> Resolver::Work::take_cut()
{
    const auto room = most_connections - std::min(connections_.size(), most_connections);
    const auto end = cut_.begin() + static_cast<std::ptrdiff_t>(std::min(room, cut_.size()));
    std::vector<const Question*> taken{cut_.begin(), end};
    cut_.erase(cut_.begin(), end);
    return taken;
}

// A probe may fail at once, and while nobody answers nothing else is sent that would wake us.
void Resolver::Work::look_later()
{
    if ((!pending_.empty() || is_away()) && !event_pending(look_event_.get(), EV_TIMEOUT, nullptr))
        event_add(look_event_.get(), &between_looks);
}

void Resolver::Work::on_look(evutil_socket_t, short, void* self)
{
    guarded([&] { static_cast<Work*>(self)->look(); });
}

void Resolver::Work::look()
{
    for (const auto* all : {&datagrams_, &connections_})
        for (const auto& channel : *all) channel->tick();
    bool probes = false;
    bool is_on = false;
    {
        std::lock_guard hold{lock_};
        probes = outage_.probes(Clock::now());
        is_on = outage_.is_on();
        if (probes) ++on_their_way_;
    }
    if (probes) start(probe(), nullptr);
    if (is_on) give_up();
    for (auto* all : {&datagrams_, &connections_})
        std::erase_if(*all,
                      [](const auto& channel) { return channel->is_full() && channel->is_idle(); });
    take_over();
}

// Nobody waits for what will not come; what still comes goes to the cache.
void Resolver::Work::give_up()
{
    std::vector<std::pair<Question, SharedAnswered>> waiting;
    for (auto& [question, pending] : pending_)
        for (auto& answered : std::exchange(pending.waiting, {}))
            waiting.emplace_back(question, std::move(answered));
    for (const auto& [question, answered] : waiting) tell(answered, question, {});
}

// The channel to ask. None may end here, where one of them may be calling.
Channel& Resolver::Work::channel(Transport transport)
{
    auto& all = transport == Transport::Datagrams ? datagrams_ : connections_;
    if (!all.empty() && !all.back()->is_full()) return *all.back();
    if (!servers_.with_edns) servers_.with_edns = Clock::now() >= edns_again_;
    all.push_back(
        std::make_unique<Channel>(base_.get(), servers_, transport, [this] { take_over(); }));
    return *all.back();
}

void Resolver::Work::start(Question question, const SharedAnswered& answered)
{
    const auto [place, is_first] =
        pending_.try_emplace(std::move(question), Pending{{}, Clock::now()});
    if (answered) place->second.waiting.push_back(answered);
    if (!is_first) {
        std::lock_guard hold{lock_};
        --on_their_way_;
        return;
    }
    send(place->first, Transport::Datagrams);
}

// `question` stays where it is, in pending_, until it is finished.
void Resolver::Work::send(const Question& question, Transport transport)
{
    const bool is_sent = guarded([&] {
        channel(transport).ask(
            question, [this, &question, transport, first = servers_.first,
                       with_edns = servers_.with_edns](const Channel::Received& received) {
                const auto& packet = received.packet;
                if (received.is_late && !packet.empty() && first == servers_.first)
                    pass_over_first();
                if (received.is_cut && transport == Transport::Datagrams) {
                    cut_.push_back(&question);
                } else if (with_edns && refuses_edns(packet)) {
                    go_without_edns();
                    refused_.push_back(&question);
                } else {
                    const bool is_none = packet.empty() && !received.has_failed;
                    finish(question, is_none ? Reply{} : reply_of(packet, question.type));
                }
            });
    });
    if (!is_sent) finish(question, {});
}

// Else each question would wait for it.
void Resolver::Work::pass_over_first()
{
    if (!servers_.has_several) return;
    ++servers_.first;
    for (const auto& channel : datagrams_) channel->close();
}

// Debian 12's c-ares asks one question again without EDNS, and no more of the channel's.
void Resolver::Work::go_without_edns()
{
    if (!servers_.with_edns) return;
    log::info("DNS server knows no EDNS: it is asked without for an hour", {});
    servers_.with_edns = false;
    edns_again_ = Clock::now() + without_edns;
    for (const auto& channel : datagrams_) channel->close();
}

void Resolver::Work::finish(const Question& question, const Reply& reply)
{
    const auto pending = pending_.extract(question);
    if (!pending) return;
    note(question, reply, Clock::now() - pending.mapped().since);
    for (const auto& answered : pending.mapped().waiting) tell(answered, question, reply.answer);
}

void Resolver::Work::note(const Question& question, const Reply& reply, Clock::duration took)
{
    using std::chrono::duration_cast, std::chrono::milliseconds;
    std::lock_guard hold{lock_};
    --on_their_way_;
    cache_.put(question, reply.answer, reply.lives, Clock::now());
    counts_.milliseconds += static_cast<std::uint64_t>(duration_cast<milliseconds>(took).count());
    count(reply.answer);
    if (reply.answer.is_found() || reply.answer.is_void()) outage_.answered();
}

// Under the lock.
void Resolver::Work::count(const Answer& answer)
{
    if (answer.is_found()) ++counts_.found;
    else if (answer.is_void()) ++counts_.nothing;
    else ++counts_.failed;
    if (const auto now = Clock::now(); now - told_ >= between_counts) {
        told_ = now;
        log::info("dns", {{"asked", counts_.asked},
                          {"found", counts_.found},
                          {"nothing", counts_.nothing},
                          {"failed", counts_.failed},
                          {"not_asked", counts_.not_asked},
                          {"ms", counts_.milliseconds}});
    }
}

ResolverCounts Resolver::Work::counts() const
{
    std::lock_guard hold{lock_};
    return counts_;
}

bool Resolver::Work::is_away() const
{
    std::lock_guard hold{lock_};
    return outage_.is_on();
}

Resolver::Resolver(const DnsConfig& config) : work_{std::make_shared<Work>(config)} {}

Resolver::~Resolver() = default;

void Resolver::ask(Questions questions, Answered answered)
{
    work_->hand_in(std::move(questions), std::move(answered));
}

Ask Resolver::asking()
{
    return [this](Questions questions, Answered answered) {
        ask(std::move(questions), std::move(answered));
    };
}

ResolverCounts Resolver::counts() const { return work_->counts(); }

bool Resolver::is_away() const { return work_->is_away(); }

}  // namespace lazaret::filter::dns
