#include "base/log.hpp"
#include "portal/entry_pages.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/second_step/code_check.hpp"
#include "portal/second_step/offer.hpp"
#include "portal/second_step/one_time_code.hpp"
#include "portal/second_step/pages.hpp"
#include "quarantine-store/second_factors.hpp"

// A second step that a site demands of somebody who has none: he sets it up before he is in.
namespace lazaret::portal {
namespace {

Fill begin_page(const Site& site, const Reader& reader)
{
    auto fill = page_fill(site, reader, reader.words("A second step when you sign in"));
    fill.set("ACTION", site.prefix + "/account/code/new");
    return fill;
}

}  // namespace

Response demanded_page(const Site& site, const Reader& reader, const std::string& step,
                       const std::string& address, const std::optional<Offer>& offer,
                       const Complaint& complaint)
{
    const auto& words = reader.words;
    auto fill = begin_page(site, reader);
    if (!complaint.text.empty()) fill.add("COMPLAINT").set("COMPLAINT_TEXT", complaint.text);
    fill.add("WHY").set("TEXT", words("Everybody here signs in with a second step: besides the "
                                      "password, a code of an app on the telephone. Set it up now; "
                                      "nothing opens before that."));
    add_offer(fill, site, words, step, offer.value_or(Offer{new_code_secret()}), address)
        .add("STEP")
        .set("VALUE", step);
    fill.set("BACK", site.prefix + "/account/sign-in").set("L_BACK", words("Sign in"));
    return factor_response(site, fill, complaint.status);
}

Response set_up_demanded(const Site& site, const Request& request)
{
    const auto step = field(request.form, "step");
    return site.databases.with([&](store::Database& database) {
        store::SecondFactors factors{database};
        const auto whose = factors.to_set_up(step);
        if (!whose) return too_late(site, request);
        const auto reader = reader_of(site, database, whose->address);
        const auto offer = open_offer(site, step, field(request.form, "offer"));
        if (!offer) return demanded_page(site, reader, step, whose->address, {}, {});
        const auto used = step_of_typed(*offer, field(request.form, "code"), site.now());
        if (!used)
            return demanded_page(site, reader, step, whose->address, offer, wrong_code(reader));
        const auto codes = new_recovery_codes();
        const auto factor =
            new_factor(site.keys, whose->tenant, whose->account, offer->secret, *used, codes);
        const auto token =
            factors.finish_set_up(step, factor, place_of(request), site.now() + site.session_life);
        if (!token) return too_late(site, request);
        log::info("second factor set up",
                  {{"account", whose->account}, {"client", request.client}});
        log::info("signed in", {{"account", whose->account}, {"client", request.client}});
        auto fill = begin_page(site, reader);
        add_done(fill, reader.words, codes);
        fill.set("BACK", site.prefix + "/account").set("L_BACK", reader.words("Quarantine"));
        auto response = factor_response(site, fill, 200);
        const auto in = let_in(site, database, request, *token,
                               holder_in_full(whose->tenant, whose->account), site.session_life);
        response.headers.emplace_back("Set-Cookie", in.header("Set-Cookie"));
        return response;
    });
}

}  // namespace lazaret::portal
