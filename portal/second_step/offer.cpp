#include "portal/second_step/offer.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/base64.hpp"
#include "portal/qr/qr_code.hpp"
#include "portal/second_step/one_time_code.hpp"
#include "portal/second_step/sealed_text.hpp"

namespace lazaret::portal {
namespace {

constexpr std::chrono::minutes offer_life{15};

std::string purpose_of(const std::string& to) { return "offered to " + to; }

// Our host, by which an app tells one code from the others.
std::string site_name(const Site& site)
{
    const auto slashes = site.origin.find("//");
    return slashes == std::string::npos ? "Lazaret" : site.origin.substr(slashes + 2);
}

std::string in_groups(const std::string& text)
{
    std::string groups;
    for (std::size_t at = 0; at < text.size(); at += 4)
        groups += (at > 0 ? " " : "") + text.substr(at, 4);
    return groups;
}

}  // namespace

std::string seal_offer(const Site& site, const std::string& to, const Offer& offer)
{
    const auto ends =
        std::chrono::floor<std::chrono::seconds>((site.now() + offer_life).time_since_epoch());
    return seal_text(site.keys, purpose_of(to),
                     fmt::format("{} {} {}", ends.count(), base64url(offer.secret),
                                 offer.verified.value_or("")));
}

std::optional<Offer> open_offer(const Site& site, const std::string& to, std::string_view sealed)
{
    const auto opened = open_text(site.keys, purpose_of(to), sealed);
    if (!opened) return std::nullopt;
    const std::string_view text = opened->text;
    const auto first = text.find(' ');
    const auto second = text.find(' ', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
    std::int64_t ends = 0;
    std::from_chars(text.data(), text.data() + first, ends);
    if (Moment{std::chrono::seconds{ends}} < site.now()) return std::nullopt;
    const auto verified = text.substr(second + 1);
    return Offer{from_base64(text.substr(first + 1, second - first - 1)),
                 verified.empty() ? std::nullopt : std::optional<std::string>{verified}};
}

Fill& add_offer(Fill& fill, const Site& site, const Words& words, const std::string& to,
                const Offer& offer, const std::string& address)
{
    const auto name = site_name(site);
    const auto picture = qr_code(code_address(offer.secret, name, address));
    auto& one = fill.add("OFFER");
    one.set("T_SCAN", words("Scan this picture with an app for one-time codes."));
    one.set("L_PICTURE", words("Picture for the camera of your telephone"));
    one.set("BOX", fmt::format("0 0 {0} {0}", picture.width));
    one.set("WIDTH", std::to_string(picture.width));
    one.set("DARK", picture.path);
    one.set("T_SECRET", words("Or type this key into the app:"));
    one.set("SECRET", in_groups(base32(offer.secret)));
    one.set("HOST", name).set("ADDRESS", address);
    one.set("KEY", base32(offer.secret));
    one.set("L_OPEN", words("Open it in an app on this device"));
    one.set("SEALED", seal_offer(site, to, offer));
    one.set("L_CODE", words("Code that the app shows"));
    one.set("L_CONFIRM", words("Switch it on"));
    return one;
}

void add_done(Fill& fill, const Words& words, const std::vector<std::string>& codes)
{
    auto& done = fill.add("DONE");
    done.set("T_DONE", words("It is switched on. Your other sessions have ended."));
    done.set("T_CODES", words("Write down these recovery codes now, and keep them where you find "
                              "them without your telephone: they are not shown again. Each lets "
                              "you in once instead of a code of the app."));
    for (const auto& code : codes) done.add("ONE").set("RECOVERY_CODE", code);
}

Response factor_response(const Site& site, const Fill& fill, int status)
{
    Response response{.status = status, .body = site.templates.text("factor.html", fill)};
    protect(response, Document::Page);
    return response;
}

std::optional<std::int64_t> step_of_typed(const Offer& offer, std::string_view code, Moment now)
{
    std::string digits;
    for (const char one : code)
        if (one != ' ') digits += one;
    return step_of(offer.secret, digits, now);
}

}  // namespace lazaret::portal
