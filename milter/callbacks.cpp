#include "milter/callbacks.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <atomic>

#include "base/error.hpp"
#include "base/log.hpp"
#include "milter/apply.hpp"
#include "milter/recipient.hpp"
#include "milter/session.hpp"

namespace lazaret::milter {
namespace {

const Parts* the_parts = nullptr;
// Never freed: a thread of libmilter's may ask it for a place while main() returns.
const std::shared_ptr<Gate>* the_gate = nullptr;
Speech the_speech;
// What the last MTA negotiated. A connection that is used again (SMFIC_QUIT_NC) is closed for us
// and does not negotiate again; it is the same MTA.
std::atomic<bool> leading_space_negotiated{false};

/// One connection: our session, and what was agreed on with the MTA.
struct Connection {
    Session session{*the_gate, the_parts};
    bool leading_space = leading_space_negotiated;
    bool may_skip = false;  ///< the rest of a body, when it is of no use
};

// xxfi_close may come alone, and after SMFIC_QUIT_NC another connection follows: made on first use.
Connection& connection(SMFICTX* context)
{
    if (auto* known = static_cast<Connection*>(smfi_getpriv(context))) return *known;
    auto made = std::make_unique<Connection>();
    if (smfi_setpriv(context, made.get()) != MI_SUCCESS)
        throw Error{Error::Kind::Bug, "libmilter does not keep our pointer"};
    return *made.release();
}

std::string_view macro(SMFICTX* context, const char* name)
{
    const char* value = smfi_getsymval(context, const_cast<char*>(name));
    return value ? value : "";
}

// Without memory for the log line we go on without it.
void log_failure(SMFICTX* context, const char* stage, const char* error) noexcept
try {
    log::error("callback failed",
               {{"queue", macro(context, "i")}, {"stage", stage}, {"error", error}});
} catch (...) {
}

sfsistat try_later(SMFICTX* context) noexcept
{
    try {
        set_reply(context, trouble_here);
    } catch (...) {  // libmilter's own words will do
    }
    return SMFIS_TEMPFAIL;
}

/// Runs one libmilter callback that is answered. No exception may cross into C: whatever escapes
/// becomes a 451, so the sender's server keeps the message and tries again. We never lose mail and
/// never accept it unseen because *we* broke.
template <class Step>
sfsistat guarded(SMFICTX* context, const char* stage, Step&& step) noexcept
try {
    return step(connection(context));
} catch (const std::exception& error) {
    log_failure(context, stage, error.what());
    return try_later(context);
} catch (...) {
    log_failure(context, stage, "unknown exception");
    return try_later(context);
}

sfsistat go_on() { return the_speech.without_replies ? SMFIS_NOREPLY : SMFIS_CONTINUE; }

/// The same for a step that the MTA may not listen to: an answer there would be dropped by
/// libmilter, and the end of the message with it. So the message is lost, and its end says 451.
template <class Step>
sfsistat guarded_unanswered(SMFICTX* context, const char* stage, Step&& step) noexcept
{
    Connection* c = nullptr;
    const auto failed = [&](const char* error) {
        log_failure(context, stage, error);
        if (c) c->session.lose();  // else there is no session, and its next one has no message
        return go_on();
    };
    try {
        c = &connection(context);
        step(*c);
        return go_on();
    } catch (const std::exception& error) {
        return failed(error.what());
    } catch (...) {
        return failed("unknown exception");
    }
}

// The steps that go unanswered when we said so. The answer to connect stays: it is the one place
// where a connection too many can be turned away.
constexpr unsigned long unanswered =
    SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY;
constexpr unsigned long needed_actions = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_DELRCPT;

void ask_for_macros(SMFICTX* context)
{
    // Only what we read; for the other steps one name, since an empty list means "the usual ones".
    std::array<char, 2> queue_id{"i"};
    std::array<char, 2> host{"j"};
    std::array<char, 16> sender{"i {auth_authen}"};
    std::array<char, 12> recipient{"{rcpt_addr}"};
    for (const int step : {SMFIM_HELO, SMFIM_DATA, SMFIM_EOH, SMFIM_EOM})
        smfi_setsymlist(context, step, queue_id.data());
    smfi_setsymlist(context, SMFIM_CONNECT, host.data());
    smfi_setsymlist(context, SMFIM_ENVFROM, sender.data());
    smfi_setsymlist(context, SMFIM_ENVRCPT, recipient.data());
}

sfsistat on_negotiate(SMFICTX* context, unsigned long actions, unsigned long steps, unsigned long,
                      unsigned long, unsigned long* our_actions, unsigned long* our_steps,
                      unsigned long* more, unsigned long* still_more)
{
    return guarded(context, "negotiate", [&](Connection& c) {
        if ((actions & needed_actions) != needed_actions) {
            log::error("the MTA does not let us change headers and recipients",
                       {{"actions", actions}});
            return SMFIS_REJECT;
        }
        *our_actions = needed_actions;
        *our_steps = steps & (SMFIP_HDR_LEADSPC | SMFIP_SKIP | SMFIP_NODATA | SMFIP_NOUNKNOWN);
        if (the_speech.without_replies) *our_steps |= unanswered;
        if (the_speech.refuses_recipients) *our_steps &= ~static_cast<unsigned long>(SMFIP_NR_RCPT);
        if ((actions & SMFIF_SETSYMLIST) != 0) {
            *our_actions |= SMFIF_SETSYMLIST;
            ask_for_macros(context);
        }
        *more = *still_more = 0;
        c.leading_space = (*our_steps & SMFIP_HDR_LEADSPC) != 0;
        leading_space_negotiated = c.leading_space;
        c.may_skip = (*our_steps & SMFIP_SKIP) != 0;
        return SMFIS_CONTINUE;
    });
}

std::string text_of(const sockaddr* address, std::string_view name)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address && address->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
        return ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size()) ? text.data() : "";
    }
    if (address && address->sa_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
        return ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size()) ? text.data() : "";
    }
    // Mail of this host: from a unix socket, or Sendmail's standard input. A client whose address
    // the MTA does not know is no such thing.
    const bool local = address ? address->sa_family == AF_UNIX : name == "localhost";
    return local ? "127.0.0.1" : "";
}

sfsistat on_connect(SMFICTX* context, char* name, sockaddr* address)
{
    return guarded(context, "connect", [&](Connection& c) {
        if (!c.session.has_place()) {
            log::warning("too many sessions");
            set_reply(context, too_busy);
            return SMFIS_TEMPFAIL;
        }
        const std::string_view host = name ? name : "";
        c.session.connect(host, text_of(address, host));
        return SMFIS_CONTINUE;
    });
}

sfsistat on_helo(SMFICTX* context, char* name)
{
    return guarded_unanswered(context, "helo",
                              [&](Connection& c) { c.session.helo(name ? name : ""); });
}

sfsistat on_mail(SMFICTX* context, char** words)
{
    return guarded_unanswered(context, "mail", [&](Connection& c) {
        std::vector<std::string> parameters;
        const char* sender = words && *words ? *words : "";
        if (words && *words)
            for (char** word = words + 1; *word; ++word) parameters.emplace_back(*word);
        c.session.mail(sender, std::move(parameters));
    });
}

sfsistat on_recipient(SMFICTX* context, char** words)
{
    bool is_refused = false;
    const auto reply = guarded_unanswered(context, "rcpt", [&](Connection& c) {
        const auto recipient = read_recipient(
            words && *words ? *words : "", macro(context, "{rcpt_addr}"), macro(context, "j"),
            [&](const std::string& domain) { return c.session.protects(domain); });
        if (the_speech.refuses_recipients)
            if (const auto refusal =
                    c.session.refuse_recipient(recipient, macro(context, "{auth_authen}"))) {
                set_reply(context, *refusal->words, refusal->about, refusal->reference);
                is_refused = true;
                return;
            }
        c.session.recipient(recipient);
    });
    if (is_refused) return SMFIS_REJECT;
    return the_speech.refuses_recipients ? SMFIS_CONTINUE : reply;
}

// Without HDR_LEADSPC the MTA has taken off the one space that nearly every field has.
sfsistat on_field(SMFICTX* context, char* name, char* value)
{
    return guarded_unanswered(context, "header", [&](Connection& c) {
        const std::string_view text = value ? value : "";
        if (c.leading_space) c.session.field(name ? name : "", text);
        else c.session.field(name ? name : "", " " + std::string{text});
    });
}

sfsistat on_end_of_header(SMFICTX* context)
{
    return guarded_unanswered(context, "eoh", [](Connection& c) { c.session.end_of_header(); });
}

sfsistat on_body(SMFICTX* context, unsigned char* bytes, std::size_t size)
{
    bool skip = false;
    const auto reply = guarded_unanswered(context, "body", [&](Connection& c) {
        c.session.body({reinterpret_cast<const char*>(bytes), size});
        skip = c.session.is_lost() && c.may_skip && !the_speech.without_replies;
    });
    return skip ? SMFIS_SKIP : reply;
}

sfsistat on_end_of_message(SMFICTX* context)
{
    return guarded(context, "eom", [&](Connection& c) {
        const auto answer = c.session.finish(macro(context, "i"), macro(context, "{auth_authen}"),
                                             [context] { smfi_progress(context); });
        return apply(context, answer, c.leading_space);
    });
}

sfsistat on_abort(SMFICTX* context)
{
    return guarded(context, "abort", [](Connection& c) {
        c.session.abort();
        return SMFIS_CONTINUE;
    });
}

sfsistat on_close(SMFICTX* context)
{
    const std::unique_ptr<Connection> gone{static_cast<Connection*>(smfi_getpriv(context))};
    smfi_setpriv(context, nullptr);
    return SMFIS_CONTINUE;
}

}  // namespace

smfiDesc describe_callbacks(const Parts& parts, const Speech& speech)
{
    the_parts = &parts;
    the_gate = new std::shared_ptr<Gate>{parts.gate};
    the_speech = speech;
    static std::array<char, 8> name{"lazaret"};
    smfiDesc description{};
    description.xxfi_name = name.data();
    description.xxfi_version = SMFI_VERSION;
    description.xxfi_flags = needed_actions | SMFIF_SETSYMLIST;
    description.xxfi_negotiate = on_negotiate;
    description.xxfi_connect = on_connect;
    description.xxfi_helo = on_helo;
    description.xxfi_envfrom = on_mail;
    description.xxfi_envrcpt = on_recipient;
    description.xxfi_header = on_field;
    description.xxfi_eoh = on_end_of_header;
    description.xxfi_body = on_body;
    description.xxfi_eom = on_end_of_message;
    description.xxfi_abort = on_abort;
    description.xxfi_close = on_close;
    return description;
}

}  // namespace lazaret::milter
