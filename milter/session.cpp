#include "milter/session.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "milter/early_refusal.hpp"
#include "milter/handling.hpp"

namespace lazaret::milter {
namespace {

/// Counts one reply when it goes: later, unless something else is known by then; that is what the
/// MTA is told when something throws.
struct CountedReply {
    explicit CountedReply(Metrics* to) : metrics{to} {}
    CountedReply(const CountedReply&) = delete;
    CountedReply& operator=(const CountedReply&) = delete;
    ~CountedReply()
    {
        if (metrics) metrics->replied(reply);
    }

    Metrics* metrics;
    Answer::Reply reply = Answer::Reply::Later;
};

}  // namespace

Session::Session(std::shared_ptr<Gate> gate, const Parts* parts)
    : gate_{std::move(gate)}, parts_{parts}, place_{Gate::enter_session(gate_)}
{
}

void Session::connect(std::string_view name, std::string_view ip)
{
    envelope_.client_name = name;
    envelope_.client_ip = ip;
    ask_about_connection();
}

// Early, so that the answers are there when they are needed.
void Session::ask_about_connection()
{
    connection_network_.reset();
    connected_ = std::chrono::steady_clock::now();
    const auto place = Gate::enter_message(gate_);
    if (!place || !parts_->ask) return;
    const auto conduct = parts_->conduct.get();
    const auto& ip = envelope_.client_ip;
    if (conduct->outbound.hold(ip) || conduct->authentication.relays.hold(ip)) return;
    connection_network_ = std::make_unique<filter::ConnectionNetwork>(
        parts_->ask, parts_->silent_lists, conduct->client_lists, envelope_.client_ip,
        parts_->client_shares);
}

void Session::helo(std::string_view name)
{
    envelope_.helo = name;
    const auto place = Gate::enter_message(gate_);
    if (!place || !connection_network_) return;
    const auto host = parts_->conduct.get()->authentication.host_name;
    connection_network_->helo(envelope_.helo, host, parts_->now());
}

void Session::mail(std::string_view sender, std::vector<std::string> parameters)
{
    abort();
    envelope_.sender_verbatim = sender;
    if (auto address = parse_address(sender)) envelope_.sender = std::move(*address);
    envelope_.sender_parameters = std::move(parameters);
    ask_network();
}

void Session::ask_network()
{
    const auto place = Gate::enter_message(gate_);
    if (!place || !parts_->ask) return;
    const auto conduct = parts_->conduct.get();
    if (conduct->outbound.hold(envelope_.client_ip)) return;
    network_ = std::make_unique<filter::MessageNetwork>(parts_->ask, parts_->silent_lists,
                                                        conduct->authentication, envelope_,
                                                        parts_->now(), parts_->client_shares);
}

std::optional<Answer> Session::refuse_recipient(const Recipient& recipient, std::string_view user)
{
    const auto place = Gate::enter_message(gate_);
    if (!place || !connection_network_ || !user.empty()) return std::nullopt;
    const auto& list = connection_network_->listing(connected_ + parts_->conduct.get()->dns_budget);
    if (!list) return std::nullopt;
    auto passage = refuse_early(*parts_->policy.get(), envelope_, recipient, *list, parts_->now());
    if (!passage) return std::nullopt;
    const auto [told, is_new] = refused_.emplace(passage->mailbox, passage->reference);
    if (is_new) {
        log::info("refused", {{"client", envelope_.client_ip},
                              {"list", *list},
                              {"rcpt", passage->mailbox},
                              {"reference", passage->reference}});
        parts_->notebook.note(std::move(*passage));
    }
    return Answer::refuse(listed_client, told->second, *list);
}

bool Session::protects(const std::string& domain) const
{
    const auto place = Gate::enter_message(gate_);
    return place && parts_->policy.get()->tenant_of(domain).has_value();
}

void Session::recipient(Recipient recipient)
{
    auto& all = envelope_.recipients;
    const bool again = std::any_of(all.begin(), all.end(), [&](const auto& one) {
        return one.verbatim == recipient.verbatim;
    });
    if (!again) all.push_back(std::move(recipient));  // taking one off takes off both
}

void Session::lose() noexcept
{
    lost_ = true;
    incoming_.reset();
}

void Session::begin_message()
{
    if (incoming_ || lost_) return;
    message_place_ = Gate::enter_message(gate_);
    if (!message_place_) {
        lost_ = true;
        return;
    }
    const auto memory = parts_->conduct.get()->config.memory_per_message;
    incoming_ = std::make_shared<Incoming>(envelope_, static_cast<std::size_t>(memory),
                                           parts_->spool_folder);
    incoming_->network = std::move(network_);
    header_ended_ = false;
}

// Not an edge, and yet a `try`: the MTA may have been promised that this step has no reply, so the
// trouble is remembered until one can be given.
template <class Step>
void Session::keep(Step&& step)
{
    try {
        begin_message();
        if (!lost_) step(incoming_->spool);
    } catch (const std::exception& error) {
        lose();
        log::error("message not stored", {{"error", error.what()}});
    }
}

void Session::field(std::string_view name, std::string_view value)
{
    keep([&](Spool& spool) { spool.add_field(name, value); });
}

void Session::end_of_header()
{
    keep([&](Spool& spool) {
        if (!header_ended_) spool.end_header();
        header_ended_ = true;
    });
}

void Session::body(std::string_view bytes)
{
    if (!header_ended_) end_of_header();
    keep([&](Spool& spool) { spool.add_body(bytes); });
}

Answer Session::finish(std::string_view queue_id, std::string_view user,
                       const std::function<void()>& progress)
{
    if (!header_ended_) end_of_header();
    const auto incoming = std::move(incoming_);
    const auto place = std::move(message_place_);  // given back when the answer is known
    const bool lost = lost_;
    abort();
    // Without a place main() may have returned, and taken the metrics along.
    CountedReply counted{place ? parts_->metrics : nullptr};
    if (lost || !incoming) return Answer::later(trouble_here);

    incoming->envelope.queue_id = queue_id;
    incoming->envelope.authenticated_user = user;
    auto answer = handle(incoming, *parts_, progress);
    counted.reply = answer.reply;
    return answer;
}

void Session::abort() noexcept
{
    incoming_.reset();
    network_.reset();
    message_place_ = {};
    envelope_.sender_verbatim.clear();
    envelope_.sender.reset();
    envelope_.sender_parameters.clear();
    envelope_.recipients.clear();
    refused_.clear();
    header_ended_ = false;
    lost_ = false;
}

}  // namespace lazaret::milter
