#include "milter/filter/rules/relays/received_forms.hpp"

#include <array>

namespace lazaret::filter::rules {

namespace {

using enum Means;

Form form(std::string_view shape, Means means = Nothing)
{
    return {{}, ReceivedShape{shape}, means};
}
Form form_with(std::string_view needs, std::string_view shape, Means means = Nothing)
{
    return {needs, ReceivedShape{shape}, means};
}

const auto microsoft = std::to_array<Form>({
    form("{helo?} ([{ip}]{note?}) by {by} with Microsoft SMTPSVC"),
    form("mail pickup service by {word} with Microsoft SMTPSVC{end}", Skip),
});

const auto exchange = std::to_array<Form>({
    form("{helo} ({[}{ip}{]}) by {by} ", NoId),
    form("{helo} ({[}{ip}%{word}) by {by} ", NoId),
});

const auto xmail = std::to_array<Form>({
    form("{helo} ({[}{ip}{]}:{digits}) by {by} with [XMail", XMail),
    form("{helo} ({[}{ip}{]}:{digits}) by {by} ({word}) with [XMail", XMail),
});

const auto ecelerity = std::to_array<Form>({
    form("([{ip}:{digits}] helo={helo}) by {by} "),
    form("{word} ([{ip}:{digits}]) by {by} "),
});

const auto exim = std::to_array<Form>({
    form("{any}with local ", Skip),
    form("{any}with local-{word} ", Skip),
    form("[{ip}] ({extra}) by {by} ", ExtraWords),
    form("{rdns} ([{ip}]{extra}) by {by} ", ExtraWords | HeloIsRdns),
    form("{rdns} [{ip}] by {by} ", HeloIsRdns),
    form("{rdns} [{ip}]:{digits} by {by} ", HeloIsRdns),
});

const auto postfix = std::to_array<Form>({
    form("{helo} ({rdns} [{ip}]) by {by} ", LookedUp | UnknownIsNone),
    form("{helo} ({rdns}[{ip}]) by {by} ", LookedUp | UnknownIsNone),
});

const auto scalix = std::to_array<Form>({
    form("{helo} ({ip}) by {by}"),
    form("{helo} ( {ip}) by {by}"),
});

const auto domino = std::to_array<Form>({
    form("{helo} ([{ip}]) by {by} (Lotus"),
});

const auto marked = std::to_array<MtaForms>({
    {" SMTPSVC", microsoft},
    {"[XMail ", xmail},
    {"(ecelerity", ecelerity},
    {"Exim", exim},
    {" (Postfix) with", postfix},
    {"(Scalix SMTP Relay", scalix},
    {" (Lotus Domino ", domino},
});

const auto webmail = std::to_array<Form>({
    form_with(" (SquirrelMail authenticated user ", "{any}{ip}{extra}by {by} with HTTP",
              SomeBetween),
    form_with(" (NaSMail authenticated user ", "{any}{ip}{extra}by {by} with HTTP", SomeBetween),
    form_with("with HTTP (WebMailUI)", "{any}{ip} by {by} ({address}) with HTTP (WebMailUI)"),
});

// The order decides: what stands further down is more general, or a form that would read one of
// those above wrongly.
const auto common = std::to_array<Form>({
    form_with("with HTTP", "{ip} ([{address}]) by {by}"),
    // sendmail
    form("{helo} ({rdns} [{ip}]{most}) by {by} (", LookedUp | IdentInRdns | NotQmailLdap),
    // Exchange 5.5
    form("{helo} ({rdns} [{ip}]) by {by} with {word} (", LookedUp),
    form("{rdns} ([{ip}] helo={helo}) by {by} with "),
    form("{helo} (<unknown{word?}>[{ip}]) by {by} "),
    form("{helo} ({rdns}[{ip}]) by {by} ", LookedUp | DottedRdns),
    form("{helo} ({ident?}@[{ip}]{most}) by {by} (", LookedUp),
    form_with(".hotmail.msn.com ", "{ip} {any}by {by} ", ByHotmail),
    form_with(".hotmail.msn.com ", "{any}by {by} ", ByHotmail),
    // qpsmtpd, Zimbra, GMX
    form("{rdns} ({ehlo} {helo?}) ({ip}) by {by} (qpsmtpd/{word}) with {smtp}"),
    form("{rdns} (LHLO {helo?}) ({ip}) by {by} with LMTP"),
    form("{rdns} ({ehlo} {helo?}) [{ip}] by {by} ({note}) with {smtp}"),
    form("{helo} ([{ip}]) by {by} via smtpd (for {word}) with SMTP("),
    // qmail: the HELO stands there only when it differs from the name
    form("{rdns} ({ehlo} {helo?}) ({ident?}@{[}{ip}{]}) by {by}", Qmail),
    form("{rdns} ({ehlo} {helo?}) ({ident?}@{[}{ip}{]}) (envelope-sender <{word}>) by {by}", Qmail),
    form("{rdns} ({ehlo} {helo?}) ({[}{ip}{]}) by {by}", Qmail),
    form("{rdns} ({ehlo} {helo?}) ({[}{ip}{]}) (envelope-sender <{word}>) by {by}", Qmail),
    form("{rdns} ({ident?}@{[}{ip}{]}) by {by}", Qmail | HeloIsRdns),
    form("{rdns} ({ident?}@{[}{ip}{]}) (envelope-sender <{word}>) by {by}", Qmail | HeloIsRdns),
    form("{rdns} ({[}{ip}{]}) by {by}", Qmail | HeloIsRdns),
    form("{rdns} ({[}{ip}{]}) (envelope-sender <{word}>) by {by}", Qmail | HeloIsRdns),
    form("[{ip}] by {by} via HTTP{end}"),
    form("{word} ( [{ip}]){any} by {by} "),
    form("({helo} [{ip}]) by {by} "),
    form("[{ip}] by {by} "),
    form("({[}{ip}{]}) by {by} "),
    // MDaemon
    form("{helo} [{ip}] by {by} [{address}] with ", LookedUp),
    form("{helo} [({ip})] by {by} ({address}) "),
    // sendmail, Courier
    form("{helo} ([{ip}]) by {by} (", LookedUp),
    form("{helo} (softdnserr [{ip}]){any} by {by}", ByIsName),
    form("{helo} ({rdns} [{ip}]){any} by {by}", LookedUp | ByIsName),
    form("{helo} ([{ip}]){any} by {by} ", LookedUp),
    form("{helo} ([{ip}.{digits}]){any} by {by} ", LookedUp),
    form("{helo} ([{ip}:{digits}]){any} by {by} ", LookedUp),
    form_with("with POP3", "", Fetched),
    form_with("with IMAP", "", Fetched),
    // like qmail
    form("{rdns} ({ehlo} {greeting?}) ({ident?}@{[}{ip}{]}){most} by {by} ", LookedUp),
    form("{rdns} ({ehlo} {greeting?}) ({[}{ip}{]}){most} by {by} ", LookedUp),
    form("{rdns} ({ident?}@{[}{ip}{]}){most} by {by} ", LookedUp | HeloIsRdns),
    form("{rdns} ({[}{ip}{]}){most} by {by} ", LookedUp | HeloIsRdns),
    // smap
    form("{rdns}({ip}) by {by} via smap ", LookedUp),
    form("{rdns}({ip}, {ehlo} {helo?}) by {by} via smap ", LookedUp),
    form("{ip} by {by} (SMTPL"),
    form("{ip} by {by} (InterScan"),
    form("{word} by {word} with BSMTP", Skip),
    // Yahoo
    form("{rdns} ({ehlo} {helo?}) ({ident}@{ip}{any}) by {by} with ", LookedUp),
    form("{rdns} ({ehlo} {helo?}) ({ip}{any}) by {by} with ", LookedUp),
    // CommuniGate Pro
    form("[{ip}] (account {word} {ehlo} {helo?}) by {by} ("),
    form("[{ip}] ({ehlo} {helo?}) by {by} ("),
    form_with(" (CommuniGate Pro", "{rdns} ([{ip}] verified) by {by} (", LookedUp | HeloIsRdns),
    form("{word} ({word}) by {word} (Content Technologies ", Skip),
    form("{helo} ([{ip}] [{word}]) by {by} with "),
    form("{ip} by {by} with "),
    form("{helo} ({rdns}[{ip}]) by {by} ", LookedUp),
    form("[{ip}]{word} ({ehlo} {helo?}) by {by} "),
    form("{ip} ({ehlo} {helo?}) by {by} "),
    form("{helo} [{ip}] by {by} "),
    form("{rdns}({ip}) by {by} "),
    form("{ip} ({note}) by {by} with "),
    form("[{ip}] ({remark}) by {by} ", ExtraWords),
    // Obtuse smtpd
    form("UNKNOWN({ip}) via {word} by {by},"),
    form("UNKNOWN({ip}), claiming to be \"{helo}\" via {word} by {by},"),
    form("{rdns}({ip}) via {word} by {by},", LookedUp),
    form("{rdns}({ip}), claiming to be \"{helo}\" via {word} by {by},", LookedUp),
    form("{helo} ({word}@{ip} with login) by {by} with SMTP"),
    // one that stands for a field like X-Originating-IP
    form("X-Originating-IP: {ip}{end}"),

    // Handovers inside one host
    form("{word} ({word}@{local}) by {word} (", Skip),
    form("{word} {word} by {word} with local-smtp ", Skip),
    form("{word} {word} by {word} with local-esmtp ", Skip),
    form("127.0.0.1 (AVG SMTP {word} [{word}])", Skip),
    form("{word}@{word} by {word} ", Skip),
    form("Unknown/Local (", Skip),
    form("{local} ({local})", Skip),
    form("{local} ({local}[", Skip),
    form("{local} ({word}@{local})", Skip),
    form("{local} ({word}@{local}[", Skip),
    form("{word} ({local}) ", Skip),
    form("{word} ({word}@{local}) ", Skip),
    form("{word} ({word}@{word} [{local}]) ", Skip),
    form("(AUTH: {word}) by {word} with ", Skip),
    form("localhost (localhost [[UNIX: localhost]]) by ", Skip),
    form("{word} by {word} ({any}) with qmail-scanner", Skip | ScannerSender),
    form("{word} ([unix socket]) by {word} (Cyrus v{any}) with LMTPA", Skip),
    // Handovers over TCP whose MTA says too little
    form("{word} by {word} with", Skip),
    form("{word} by {word} via", Skip),
    form("{word} by {word} for", Skip),
    form("{word} by {word} (", Skip),
    form("{word} with {word} by", Skip),
    form("{word} via {word} by", Skip),
    form("{word} for {word} by", Skip),
    form("{word} (unverified) by", Skip),
    form("{word} (unknown) by {word} (SG) with ", Skip),
    form("{word} ({word} [local]) by {word} (OpenSMTPD) with ", Skip),
    form_with("(LSMTP for", "", Skip),
    form("([{local}]) with MailEnable ", Skip),
    form("facebook.com ({note}) by facebook.com with Thrift id {word}{end}", Skip),
    form("{word} named {word} by gmailapi.google.com with HTTPREST{end}", Skip),
    form("{word} id {word}{end}", Skip),
    form("[<{any} (Jetsend", Skip),
});

const auto capital = std::to_array<Form>({
    form("{helo} ({rdns} [{ip}]) BY {by} ID {token}{end}", LookedUp | SimtaId),
    form("{helo} ({rdns} [{ip}]) BY {by} ID {token} FOR <{word}>{end}", LookedUp | SimtaId),
    form("{helo} ({rdns} [{ip}]) BY {by} ({note}) WITH SMTP ID {token}{end}", LookedUp | SimtaId),
    form("{helo} ({rdns} [{ip}]) BY {by} ({note}) WITH SMTP ID {token} FOR <{word}>{end}",
         LookedUp | SimtaId),
});

const auto bracketed = std::to_array<Form>({
    form("{helo?} [{ip}]) by {by} (NAVGW {any}) with "),
    form("{word}@localhost) by {word} ", Skip),
    form("{word}@{any}) by {word}(jqueuemail) id ", Skip),
});

}  // namespace

std::span<const Form> webmail_forms() { return webmail; }
std::span<const MtaForms> marked_forms() { return marked; }
std::span<const Form> exchange_forms() { return exchange; }
std::span<const Form> common_forms() { return common; }
std::span<const Form> capital_forms() { return capital; }
std::span<const Form> bracketed_forms() { return bracketed; }

}  // namespace lazaret::filter::rules
