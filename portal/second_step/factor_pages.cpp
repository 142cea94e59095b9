#include <vector>

#include "base/html/shown_text.hpp"
#include "base/log.hpp"
#include "portal/entry_pages.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/password_proof.hpp"
#include "portal/second_step/code_check.hpp"
#include "portal/second_step/offer.hpp"
#include "portal/second_step/one_time_code.hpp"
#include "portal/second_step/pages.hpp"

namespace lazaret::portal {
namespace {

constexpr auto path = "/account/factor";

// Who is in, and asks.
struct Visit {
    const Site& site;
    const Request& request;
    store::Database& database;
    const store::Session& session;
    const std::string& token;
    const Reader reader;
};

Fill begin_page(const Visit& visit, const Complaint& complaint)
{
    const auto& words = visit.reader.words;
    auto fill = page_fill(visit.site, visit.reader, words("A second step when you sign in"));
    if (!complaint.text.empty()) fill.add("COMPLAINT").set("COMPLAINT_TEXT", complaint.text);
    fill.set("ACTION", visit.site.prefix + path);
    fill.set("ACCOUNT", account_field(visit.session.tenant, visit.session.account));
    fill.set("BACK", visit.site.prefix + "/account/sessions");
    fill.set("L_BACK", words("Where you are signed in"));
    return fill;
}

Response off_page(const Visit& visit, const Complaint& complaint)
{
    const auto& words = visit.reader.words;
    auto fill = begin_page(visit, complaint);
    auto& off = fill.add("OFF");
    off.set("T_OFF", words("Besides your password, a code of an app on your telephone is asked "
                           "for. Who learns your password does not get in with it alone."));
    off.set("L_PASSWORD", words("Your password"));
    off.set("L_BEGIN", words("Set it up"));
    return factor_response(visit.site, fill, complaint.status);
}

// Of whoever has his password here; what another server does with those it knows is its business.
bool is_demanded(const Visit& visit, const store::StandingFactor& factor)
{
    return factor.is_demanded && !visit.site.connectors.server_of(visit.session.address);
}

Response on_page(const Visit& visit, const store::StandingFactor& factor,
                 const Complaint& complaint)
{
    const auto& words = visit.reader.words;
    auto fill = begin_page(visit, complaint);
    auto& on = fill.add("ON");
    on.set("T_ON", words("It has been on since {date}.", {{"date", words.date(factor.made)}}));
    on.set("T_LEFT", words.plural("You have {count} recovery code left.",
                                  "You have {count} recovery codes left.",
                                  static_cast<long>(factor.codes_left)));
    if (is_demanded(visit, factor)) {
        on.add("STAYS").set("TEXT", words("Your administrator demands it, so it stays on. If you "
                                          "lose or change your telephone, ask him."));
        return factor_response(visit.site, fill, complaint.status);
    }
    auto& removal = on.add("REMOVAL");
    removal.set("T_REMOVE",
                words("To have new recovery codes, or another telephone, switch it off and "
                      "set it up again."));
    removal.set("REMOVE", visit.site.prefix + path + "/remove");
    removal.set("L_PASSWORD", words("Your password"));
    removal.set("L_CODE", words("Code of the app, or a recovery code"));
    removal.set("L_REMOVE", words("Switch it off"));
    return factor_response(visit.site, fill, complaint.status);
}

Response offer_page(const Visit& visit, const Offer& offer, const Complaint& complaint)
{
    const auto& words = visit.reader.words;
    auto fill = begin_page(visit, complaint);
    add_offer(fill, visit.site, words, visit.token, offer, visit.session.address);
    return factor_response(visit.site, fill, complaint.status);
}

Response done_page(const Visit& visit, const std::vector<std::string>& codes)
{
    auto fill = begin_page(visit, {});
    add_done(fill, visit.reader.words, codes);
    return factor_response(visit.site, fill, 200);
}

Response begin_set_up(const Visit& visit)
{
    const auto proof = prove_password(visit.site, visit.database, visit.request,
                                      visit.session.address, field(visit.request.form, "password"));
    if (auto page = unproven_page(visit.site, visit.reader, proof)) return *page;
    if (proof.outcome != PasswordProof::Outcome::Right)
        return off_page(visit, {403, visit.reader.words("That is not your password.")});
    return offer_page(visit, {new_code_secret(), proof.verified}, {});
}

Response confirm_set_up(const Visit& visit, std::string_view sealed)
{
    const auto offer = open_offer(visit.site, visit.token, sealed);
    if (!offer)
        return off_page(visit, {403, visit.reader.words("That took too long. Begin again.")});
    const auto step = step_of_typed(*offer, field(visit.request.form, "code"), visit.site.now());
    if (!step) return offer_page(visit, *offer, wrong_code(visit.reader));
    const auto codes = new_recovery_codes();
    const auto& session = visit.session;
    const auto factor =
        new_factor(visit.site.keys, session.tenant, session.account, offer->secret, *step, codes);
    const bool is_set = store::SecondFactors{visit.database}.set(visit.token, offer->verified,
                                                                 factor, visit.request.client);
    if (!is_set) return see_other(visit.site.prefix + path);
    log::info("second factor set up",
              {{"account", session.account}, {"client", visit.request.client}});
    return done_page(visit, codes);
}

Response answer(const Visit& visit)
{
    const auto factor = store::SecondFactors{visit.database}.of_session(visit.token);
    if (visit.request.method != Method::Post || factor)
        return factor ? on_page(visit, *factor, {}) : off_page(visit, {});
    const auto sealed = field(visit.request.form, "offer");
    return sealed.empty() ? begin_set_up(visit) : confirm_set_up(visit, sealed);
}

// Right, and not used before; counted as at signing in.
Response removed(const Visit& visit, const store::StandingFactor& factor)
{
    if (is_demanded(visit, factor)) return on_page(visit, factor, {403, {}});
    const auto& session = visit.session;
    const auto& words = visit.reader.words;
    const auto proof = prove_password(visit.site, visit.database, visit.request, session.address,
                                      field(visit.request.form, "password"));
    if (auto page = unproven_page(visit.site, visit.reader, proof)) return *page;
    if (proof.outcome != PasswordProof::Outcome::Right)
        return on_page(visit, factor, {403, words("That is not your password.")});
    store::SecondFactors factors{visit.database};
    const auto network = store::network_of(visit.request.client);
    if (const auto until = factors.count_try(proof.whose, network))
        return blocked_page(visit.site, visit.reader, *until);
    const auto used = checked_code(visit.site.keys, session.tenant, session.account, factor.secret,
                                   field(visit.request.form, "code"), visit.site.now());
    if (!used || !factors.remove(visit.token, proof.verified, *used, visit.request.client))
        return on_page(visit, factor, wrong_code(visit.reader));
    factors.forgive(proof.whose, network);
    log::info("second factor removed",
              {{"account", session.account}, {"client", visit.request.client}});
    Notice notice{200, words("It is switched off"),
                  words("From now on your password alone opens your quarantine.")};
    notice.link = visit.site.prefix + path;
    notice.link_text = words("A second step when you sign in");
    return notice_page(visit.site, visit.reader, notice);
}

template <class F>
Response in_visit(const Site& site, const Request& request, F&& work)
{
    return in_full_session(
        site, request,
        [&](store::Database& database, const store::Session& session, const std::string& token) {
            return work(Visit{site, request, database, session, token,
                              reader_of(site, database, session.address)});
        });
}

}  // namespace

Response factor_page(const Site& site, const Request& request)
{
    return in_visit(site, request, [](const Visit& visit) {
        // Nothing that is typed here could prove who it is.
        const auto* server = visit.site.connectors.server_of(visit.session.address);
        if (server && server->kind == ConnectorConfig::Kind::OpenId)
            return *kept_elsewhere(visit.site, visit.reader, visit.session.address);
        return answer(visit);
    });
}

Response remove_factor(const Site& site, const Request& request)
{
    return in_visit(site, request, [](const Visit& visit) {
        const auto factor = store::SecondFactors{visit.database}.of_session(visit.token);
        return factor ? removed(visit, *factor) : see_other(visit.site.prefix + path);
    });
}

}  // namespace lazaret::portal
