#include "report-mailer/letter.hpp"

#include "base/config/report_sender.hpp"

namespace lazaret::report {

Words words_of(const Settings& settings)
{
    return Words{settings.language, settings.time_zone.empty() ? "UTC" : settings.time_zone};
}

std::string link_to(const ReportConfig& config, const SealKeys& keys, const store::Claim& claim,
                    Moment expires)
{
    const char* place = std::holds_alternative<store::CopyClaim>(claim)      ? "/m/"
                        : std::holds_alternative<store::AccountClaim>(claim) ? "/a/"
                                                                             : "/u/";
    return config.portal_url + place + store::seal_claim(keys, claim, expires);
}

void fill_frame(Fill& all, const Words& words, const Look& look, const OutgoingMail& mail)
{
    all.set("LANG", std::string{words.language().code});
    all.set("DIR", words.language().right_to_left ? "rtl" : "ltr");
    all.set("NAME", look.name.empty() ? "Lazaret" : look.name);
    all.set("COLON", words.colon());
    all.set("COLOUR", look.colour);
    for (const auto& picture : mail.pictures) all.add("LOGO").set("LOGO_ID", picture.content_id);
    all.set("INK", std::string{ink_on(look.colour)});
    if (!look.help_url.empty())
        all.add("HELP").set("HELP_URL", look.help_url).set("T_HELP", words("Help"));
    if (!look.footer.empty()) all.add("FOOTER").set("FOOTER_TEXT", look.footer);
}

OutgoingMail begin_letter(const ReportConfig& config, const Logos& logos, const Settings& settings,
                          const std::string& to_address, const std::string& message_id, Moment now)
{
    const auto sender = report_sender(config, settings);
    OutgoingMail mail;
    mail.from_name = sender.name;
    mail.from_address = sender.address;
    mail.to_address = to_address;
    mail.date = now;
    mail.message_id = message_id;
    mail.fields = {{"Auto-Submitted", "auto-generated"},
                   {"X-Auto-Response-Suppress", "All"},
                   {"Precedence", "bulk"},
                   {"Content-Language", settings.language}};
    if (const auto* logo = logos.find(look_of(config.look, settings).logo))
        mail.pictures.push_back({"logo@lazaret.invalid", logo->type, logo->bytes});
    return mail;
}

}  // namespace lazaret::report
