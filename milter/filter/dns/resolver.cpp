#include "milter/filter/dns/resolver.hpp"

#include <arpa/nameser.h>
#include <event2/event.h>
#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unbound-event.h>
#include <unbound.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <random>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "base/log.hpp"
#include "milter/filter/dns/outage.hpp"
#include "milter/filter/dns/packet.hpp"

namespace lazaret::filter::dns {
namespace {

using Context = CHandle<ub_ctx, ub_ctx_delete>;
using EventBase = CHandle<event_base, event_base_free>;
using Event = CHandle<event, event_free>;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes between_counts{10};
constexpr timeval between_looks{.tv_sec = 0, .tv_usec = 250'000};  // for an outage

// A flood of names whose servers are silent must not take all memory; ordinary mail has hundreds
// on their way at most.
constexpr std::size_t most_pending = 4'000;

// A name that is in no cache and that nobody else chose. Every root server denies it.
Question probe() { return {fmt::format("lazaret-{:08x}", std::random_device{}()), RecordType::A}; }

// Set before the first look-up; an option that this version of libunbound does not know is no
// reason not to start.
void set_options(ub_ctx* context)
{
    using Option = std::array<const char*, 2>;
    constexpr auto options = std::to_array<Option>({
        {"do-not-query-localhost:", "no"},  // the resolver often runs on this very host
        {"msg-cache-size:", "8m"},
        {"rrset-cache-size:", "16m"},
        {"key-cache-size:", "1m"},
        {"neg-cache-size:", "1m"},
        {"cache-max-ttl:", "3600"},
        {"cache-max-negative-ttl:", "600"},
        // After an outage a server is asked again within a minute, not in fifteen.
        {"infra-host-ttl:", "60"},
        {"infra-keep-probing:", "yes"},
        {"outgoing-range:", "512"},
        {"num-queries-per-thread:", "4096"},
    });
    for (const auto& [name, value] : options)
        if (const int failed = ub_ctx_set_option(context, name, value); failed != 0)
            log::warning("resolver option not known",
                         {{"option", name}, {"why", ub_strerror(failed)}});
}

// Runs what a C library called. No exception may cross into C, and one message's trouble must not
// end the thread for all: whoever waits for the answer waits to the end of his budget.
template <class Step>
void guarded(Step&& step) noexcept
try {
    step();
} catch (const std::exception& error) {
    log::error("resolver failed", {{"error", error.what()}});
}

void set_servers(ub_ctx* context, const std::vector<std::string>& servers)
{
    for (const auto& server : servers)
        if (const int failed = ub_ctx_set_fwd(context, server.c_str()); failed != 0)
            throw Error{Error::Kind::Setup, "dns.servers: '{}': {}", server, ub_strerror(failed)}
                .with_hint("write ADDRESS or ADDRESS@PORT");
    if (!servers.empty()) return;
    // No reason not to start: libunbound then asks the root servers itself.
    if (const int failed = ub_ctx_resolvconf(context, nullptr); failed != 0)
        log::warning("no resolvers in /etc/resolv.conf",
                     {{"why", ub_strerror(failed)}, {"hint", "name some in [dns] servers"}});
}

}  // namespace

/// libunbound and all that its thread touches.
class Resolver::Work {
public:
    explicit Work(const DnsConfig& config);
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    ~Work();

    void hand_in(const std::set<Question>& questions, Answered answered);
    [[nodiscard]] ResolverCounts counts() const;
    [[nodiscard]] bool is_away() const;

private:
    /// One question on its way; handed to libunbound as a plain pointer, and owned by `pending_`.
    struct Pending {
        Work* work;
        Question question;
        std::shared_ptr<const Answered> answered;
        Clock::time_point since;
    };

    static Answer read(const Question& question, int rcode, const void* packet, int size,
                       int security);
    static void on_wake(evutil_socket_t descriptor, short what, void* self);
    static void on_look(evutil_socket_t descriptor, short what, void* self);
    static void on_answer(void* pending, int rcode, void* packet, int size, int security,
                          char* why_bogus, int was_limited);
    void take_over();
    void look_later();
    void look_for_outage();
    void give_up();
    void start(const Question& question, const std::shared_ptr<const Answered>& answered);
    void finish(Pending& pending, Answer answer);
    void note(const Answer& answer, std::chrono::milliseconds took);

    EventBase base_;
    Context context_;
    FileDescriptor wake_;
    Event wake_event_;
    Event look_event_;  ///< pending while something has no answer
    std::unordered_map<const Pending*, std::unique_ptr<Pending>> pending_;

    struct Batch {
        std::set<Question> questions;
        std::shared_ptr<const Answered> answered;
    };
    mutable std::mutex lock_;  ///< of what follows
    std::vector<Batch> handed_in_;
    std::size_t on_their_way_ = 0;  ///< questions handed in and not answered
    bool stopping_ = false;
    ResolverCounts counts_;
    Outage outage_;
    Clock::time_point told_ = Clock::now();  ///< when the counts were logged

    std::thread thread_;
};

Resolver::Work::Work(const DnsConfig& config)
    : base_{event_base_new()}, wake_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}
{
    if (base_) context_.reset(ub_ctx_create_event(base_.get()));
    if (!context_ || !wake_) throw Error{Error::Kind::Unavailable, "the resolver does not start"};
    set_options(context_.get());
    set_servers(context_.get(), config.servers);
    wake_event_.reset(
        event_new(base_.get(), wake_.get(), EV_READ | EV_PERSIST, &Work::on_wake, this));
    look_event_.reset(event_new(base_.get(), -1, 0, &Work::on_look, this));
    if (!wake_event_ || !look_event_ || event_add(wake_event_.get(), nullptr) != 0)
        throw Error{Error::Kind::Unavailable, "the resolver does not start"};
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
    // libunbound closes its sockets through the event base, so it goes first. It calls back for all
    // that is on its way, and those who asked may have gone.
    for (const auto& [pending, owned] : pending_) owned->answered = nullptr;
    context_.reset();
}

void Resolver::Work::hand_in(const std::set<Question>& questions, Answered answered)
{
    auto shared = std::make_shared<const Answered>(std::move(answered));
    bool is_sent = false;
    bool wakes = false;
    {
        std::lock_guard hold{lock_};
        counts_.asked += questions.size();
        is_sent = on_their_way_ + questions.size() <= most_pending && outage_.asks(Clock::now());
        if (is_sent) {
            on_their_way_ += questions.size();
            wakes = handed_in_.empty();
            handed_in_.push_back({questions, shared});
        } else {
            counts_.not_asked += questions.size();
        }
    }
    if (wakes) eventfd_write(wake_.get(), 1);
    if (!is_sent)
        for (const auto& question : questions) (*shared)(question, {});
}

void Resolver::Work::on_wake(evutil_socket_t descriptor, short, void* self)
{
    guarded([&] {
        eventfd_t ignored = 0;
        eventfd_read(descriptor, &ignored);
        static_cast<Work*>(self)->take_over();
    });
}

void Resolver::Work::take_over()
{
    std::vector<Batch> batches;
    {
        std::lock_guard hold{lock_};
        if (stopping_) {
            event_base_loopbreak(base_.get());
            return;
        }
        batches.swap(handed_in_);
    }
    for (const auto& batch : batches)
        for (const auto& question : batch.questions) start(question, batch.answered);
    look_later();
}

void Resolver::Work::look_later()
{
    if (!pending_.empty() && !event_pending(look_event_.get(), EV_TIMEOUT, nullptr))
        event_add(look_event_.get(), &between_looks);
}

void Resolver::Work::on_look(evutil_socket_t, short, void* self)
{
    guarded([&] { static_cast<Work*>(self)->look_for_outage(); });
}

void Resolver::Work::look_for_outage()
{
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
    look_later();
}

// Nobody waits for what will not come; what libunbound still finds out goes to its cache.
void Resolver::Work::give_up()
{
    std::vector<std::pair<Question, std::shared_ptr<const Answered>>> waiting;
    for (const auto& [pending, owned] : pending_)
        if (owned->answered) waiting.emplace_back(owned->question, std::move(owned->answered));
    for (const auto& [question, answered] : waiting) (*answered)(question, {});
}

void Resolver::Work::start(const Question& question,
                           const std::shared_ptr<const Answered>& answered)
{
    auto owned = std::make_unique<Pending>(Pending{this, question, answered, Clock::now()});
    auto* pending = owned.get();
    pending_.emplace(pending, std::move(owned));
    // What is in the cache is answered before this returns.
    if (ub_resolve_event(context_.get(), question.name.c_str(), wire_type(question.type), ns_c_in,
                         pending, &Work::on_answer, nullptr) != 0)
        finish(*pending, {Answer::State::Failed, {}});
}

void Resolver::Work::on_answer(void* data, int rcode, void* packet, int size, int security, char*,
                               int)
{
    guarded([&] {
        auto& pending = *static_cast<Pending*>(data);
        pending.work->finish(pending, read(pending.question, rcode, packet, size, security));
    });
}

Answer Resolver::Work::read(const Question& question, int rcode, const void* packet, int size,
                            int security)
{
    constexpr int bogus = 1;
    if (rcode == ns_r_nxdomain) return {Answer::State::NoName, {}};
    if (rcode != ns_r_noerror || !packet || size <= 0 || security == bogus)
        return {Answer::State::Failed, {}};
    return answer_of({static_cast<const unsigned char*>(packet), static_cast<std::size_t>(size)},
                     question.type);
}

void Resolver::Work::finish(Pending& pending, Answer answer)
{
    const auto owned = std::move(pending_.at(&pending));
    pending_.erase(owned.get());
    note(answer,
         std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - owned->since));
    if (owned->answered) (*owned->answered)(owned->question, std::move(answer));
}

void Resolver::Work::note(const Answer& answer, std::chrono::milliseconds took)
{
    std::lock_guard hold{lock_};
    --on_their_way_;
    counts_.milliseconds += static_cast<std::uint64_t>(took.count());
    if (answer.is_found()) ++counts_.found;
    else if (answer.is_void()) ++counts_.nothing;
    else ++counts_.failed;
    if (answer.is_found() || answer.is_void()) outage_.answered();
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

void Resolver::ask(const std::set<Question>& questions, Answered answered)
{
    work_->hand_in(questions, std::move(answered));
}

Ask Resolver::asking()
{
    return [this](const std::set<Question>& questions, Answered answered) {
        ask(questions, std::move(answered));
    };
}

ResolverCounts Resolver::counts() const { return work_->counts(); }

bool Resolver::is_away() const { return work_->is_away(); }

}  // namespace lazaret::filter::dns
