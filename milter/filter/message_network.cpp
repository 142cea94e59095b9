#include "milter/filter/message_network.hpp"

#include <utility>

#include "base/host_name.hpp"
#include "milter/filter/auth/arc.hpp"
#include "milter/filter/auth/dkim.hpp"
#include "milter/filter/auth/dmarc.hpp"
#include "milter/filter/auth/spf.hpp"

namespace lazaret::filter {
namespace {

using auth::Result;
using auth::SpfIdentity;

// What SPF sees of MAIL FROM: what stands in the brackets, also where we cannot read it.
std::string sender_of(const Envelope& envelope)
{
    return envelope.sender ? envelope.sender->text() : bare_address(envelope.sender_verbatim);
}

// As the client's share allows, until he has sent his message.
dns::Ask asking(dns::Ask ask, dns::SilentLists* silent, dns::ClientShares* shares,
                const std::string& client_ip, std::shared_ptr<std::atomic<bool>> has_message)
{
    if (silent) ask = dns::asking_all_but(*silent, std::move(ask));
    if (!shares) return ask;
    return [before = shares->asking(client_ip, ask), ask, has_message = std::move(has_message)](
               dns::Questions questions, dns::Answered answered) {
        (*has_message ? ask : before)(std::move(questions), std::move(answered));
    };
}

// Of signatures without keys: those that have no fault of their own, as if their keys were good.
std::vector<auth::DkimResult> verified(std::vector<auth::DkimResult> signatures)
{
    for (auto& one : signatures)
        if (one.result == Result::TempError) one.result = Result::Pass;
    return signatures;
}

}  // namespace

AuthenticationSettings AuthenticationSettings::of(const DnsConfig& dns, const MilterConfig& milter)
{
    AuthenticationSettings settings{lazaret::host_name(), {}, Networks::parse(milter.relays)};
    settings.signatures.clock_tolerance =
        std::chrono::duration_cast<std::chrono::seconds>(dns.clock_tolerance);
    return settings;
}

MessageNetwork::MessageNetwork(dns::Ask ask, dns::SilentLists* silent,
                               AuthenticationSettings settings, const Envelope& envelope,
                               Moment now, dns::ClientShares* shares)
    : silent_{silent},
      has_message_{std::make_shared<std::atomic<bool>>(false)},
      inquiry_{dns::Inquiry::begin(
          asking(std::move(ask), silent, shares, envelope.client_ip, has_message_))},
      settings_{std::move(settings)},
      now_{now},
      client_ip_{envelope.client_ip},
      helo_{envelope.helo},
      sender_{sender_of(envelope)}
{
    look_up_sender();
}

void MessageNetwork::look_up_sender()
{
    if (settings_.relays.hold(client_ip_)) return;
    for (const auto identity : {SpfIdentity::Helo, SpfIdentity::MailFrom})
        inquiry_->look_up([question = auth::SpfQuestion{client_ip_, helo_, sender_, identity,
                                                        settings_.host_name, now_}](
                              dns::View& view) { auth::check_spf(question, view); });
}

MessageNetwork::~MessageNetwork() { inquiry_->close(); }

void MessageNetwork::read(const Message& message, std::chrono::milliseconds budget, Resting resting)
{
    *has_message_ = true;
    // What was above the client's share then is not now.
    if (inquiry_->forget_unanswered()) look_up_sender();
    resting_ = std::move(resting);
    message_ = &message;
    signed_message_.emplace(message.header);
    deadline_ = std::chrono::steady_clock::now() + budget;
    // A draft that knows nothing asks for all that does not hang on other answers.
    const dns::Answers nothing;
    dns::View view{nothing};
    expected_.dkim = verified(authenticate(view).dkim);
    look_up([questions = std::move(view).wanted()](dns::View& later) {
        for (const auto& question : questions) later.foresee(question);
    });
}

void MessageNetwork::look_up(std::function<void(dns::View&)> stage)
{
    answers_ = nullptr;
    inquiry_->look_up(std::move(stage));
}

const dns::Answers& MessageNetwork::answers()
{
    if (answers_) return *answers_;
    const auto wait = [this] { answers_ = &inquiry_->wait(deadline_); };
    // Who rests may find his place taken: not for answers that are there, nor for a deadline that
    // is over.
    const bool waits = inquiry_->is_open() && std::chrono::steady_clock::now() < deadline_;
    if (resting_ && waits) resting_(wait);
    else wait();
    return *answers_;
}

const auth::Authentication& MessageNetwork::authentication()
{
    if (authentication_) return *authentication_;
    const auto& all = answers();
    dns::View view{all};
    authentication_ = authenticate(view);
    if (view.wanted().empty()) return *authentication_;
    // What is missing now will not come. Each round says so of what the last one still wanted.
    auto known = all;
    auto wanted = std::move(view).wanted();
    while (!wanted.empty()) {
        for (const auto& question : wanted) known.emplace(question, dns::Answer{});
        dns::View later{known};
        authentication_ = authenticate(later);
        wanted = std::move(later).wanted();
    }
    return *authentication_;
}

void MessageNetwork::does_not_answer_us(const std::string& zone)
{
    if (silent_) silent_->add(zone, std::chrono::steady_clock::now());
}

auth::SpfResult MessageNetwork::check_spf(SpfIdentity identity, dns::View& view) const
{
    // Its owner may well be allowed to send for our own domains; whose mail it passes on is not.
    // For DMARC it may be that SPF would have passed.
    if (settings_.relays.hold(client_ip_)) {
        auth::SpfResult hidden;
        hidden.why = "the client is a relay of this site";
        hidden.is_hidden = true;
        if (identity == SpfIdentity::MailFrom)
            hidden.domain =
                dns::question(sender_.substr(sender_.rfind('@') + 1), dns::RecordType::Txt).name;
        return hidden;
    }
    return auth::check_spf({client_ip_, helo_, sender_, identity, settings_.host_name, now_}, view);
}

auth::Authentication MessageNetwork::authenticate(dns::View& view)
{
    auth::Authentication found;
    found.spf_helo = check_spf(SpfIdentity::Helo, view);
    found.spf_mail_from = check_spf(SpfIdentity::MailFrom, view);
    if (!message_) return found;
    found.dkim = auth::check_dkim(*signed_message_, view, settings_.signatures, now_);
    found.arc = auth::check_arc(*signed_message_, view, settings_.signatures, now_);
    found.dmarc = auth::check_dmarc(*message_, found.spf_mail_from, found.dkim, view);
    return found;
}

}  // namespace lazaret::filter
