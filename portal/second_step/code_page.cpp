#include "base/html/shown_text.hpp"
#include "base/log.hpp"
#include "portal/entry_pages.hpp"
#include "portal/form.hpp"
#include "portal/in_session.hpp"
#include "portal/notice.hpp"
#include "portal/second_step/code_check.hpp"
#include "portal/second_step/pages.hpp"

namespace lazaret::portal {
namespace {

// No cookie: what was proved so far stands in the form, and is worth nothing without a code.
Response code_form(const Site& site, const Reader& reader, const std::string& token,
                   const Complaint& complaint)
{
    const auto& words = reader.words;
    auto fill = page_fill(site, reader, words("One more step"));
    if (!complaint.text.empty()) fill.add("COMPLAINT").set("COMPLAINT_TEXT", complaint.text);
    fill.set("ACTION", site.prefix + "/account/code");
    fill.set("STEP", token);
    fill.set("L_CODE", words("Code of the app on your telephone"));
    fill.set("T_CODE", words("Six digits. Without your telephone a recovery code does it, too."));
    fill.set("L_SIGN_IN", words("Sign in"));
    Response response{.status = complaint.status, .body = site.templates.text("code.html", fill)};
    protect(response, Document::Page);
    return response;
}

}  // namespace

Response too_late(const Site& site, const Request& request)
{
    const auto reader = stranger(site, request.languages);
    return notice_page(
        site, reader,
        sign_in_notice(site, reader, 403, reader.words("Please sign in"),
                       reader.words("That took too long, or was done before. Begin with your "
                                    "password again.")));
}

std::optional<Response> enter(const Site& site, store::Database& database, const Request& request,
                              const store::SignInAccount& whose,
                              const std::optional<std::string>& verified)
{
    if (const auto step = store::SecondFactors{database}.begin(whose, verified))
        return code_form(site, reader_of(site, database, whose.address), *step, {});
    if (verified)
        if (const auto step = store::SecondFactors{database}.begin_set_up(whose, *verified))
            return demanded_page(site, reader_of(site, database, whose.address), *step,
                                 whose.address, {}, {});
    store::Sessions sessions{database};
    const auto expires = site.now() + site.session_life;
    const auto token = verified
                           ? sessions.begin_full(whose.tenant, whose.account, whose.address,
                                                 *verified, place_of(request), expires)
                           : sessions.begin_connected(whose.tenant, whose.account, whose.address,
                                                      place_of(request), expires);
    if (!token) return std::nullopt;
    log::info("signed in", {{"account", whose.account}, {"client", request.client}});
    return let_in(site, database, request, *token, holder_in_full(whose.tenant, whose.account),
                  site.session_life);
}

Response enter_code(const Site& site, const Request& request)
{
    const auto step = field(request.form, "step");
    return site.databases.with([&](store::Database& database) {
        store::SecondFactors factors{database};
        const auto wanted = factors.wanted(step);
        if (!wanted) return too_late(site, request);
        const auto& whose = wanted->whose;
        const auto reader = reader_of(site, database, whose.address);
        const auto network = store::network_of(request.client);
        if (const auto until = factors.count_try(whose, network))
            return blocked_page(site, reader, *until);
        const auto used = checked_code(site.keys, whose.tenant, whose.account, wanted->secret,
                                       field(request.form, "code"), site.now());
        const auto token =
            used ? factors.finish(step, *used, place_of(request), site.now() + site.session_life)
                 : std::nullopt;
        if (!token) {
            log::info("code refused", {{"account", whose.account}, {"client", request.client}});
            return code_form(site, reader, step, wrong_code(reader));
        }
        factors.forgive(whose, network);
        log::info("signed in", {{"account", whose.account}, {"client", request.client}});
        return let_in(site, database, request, *token, holder_in_full(whose.tenant, whose.account),
                      site.session_life);
    });
}

Complaint wrong_code(const Reader& reader)
{
    return {403, reader.words("This code is not right, or was used before. The app shows a new "
                              "one every 30 seconds; your telephone's clock must be right.")};
}

}  // namespace lazaret::portal
