#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "milter/filter/rules/relays/received_shape.hpp"

namespace lazaret::filter::rules {

/// What a form means besides what its shape finds. One bit each.
enum class Means : std::uint32_t {
    Nothing = 0,
    Skip = 1 << 0,            ///< no handover over TCP, or one that is of no matter
    Fetched = 1 << 1,         ///< fetched from a mailbox (POP3, IMAP): the chain begins anew here
    LookedUp = 1 << 2,        ///< this MTA always asks for the client's name
    HeloIsRdns = 1 << 3,      ///< the first name is both, unless a HELO is given
    ExtraWords = 1 << 4,      ///< `helo=` and `ident=` stand in the extra text
    IdentInRdns = 1 << 5,     ///< `IDENT:user@name`, `user@name`
    UnknownIsNone = 1 << 6,   ///< the name `unknown` is none
    Qmail = 1 << 7,           ///< qmail's: the tail must be its own, too; no name is `unknown`
    NotQmailLdap = 1 << 8,    ///< not when qmail-ldap wrote the line
    DottedRdns = 1 << 9,      ///< only when the name has a dot inside
    ByIsName = 1 << 10,       ///< the receiver's name ends where a name does
    NoId = 1 << 11,           ///< what looked like the id is the MTA's version
    XMail = 1 << 12,          ///< `id <...>`, `from <...>`
    SimtaId = 1 << 13,        ///< the extra word is the id
    ScannerSender = 1 << 14,  ///< qmail-scanner: the sender belongs to the next field
    ByHotmail = 1 << 15,      ///< only when Hotmail's web servers received it
    SomeBetween = 1 << 16,    ///< only with 10 to 80 characters of extra text
};

constexpr Means operator|(Means left, Means right)
{
    return static_cast<Means>(static_cast<std::uint32_t>(left) | static_cast<std::uint32_t>(right));
}
constexpr bool is_in(Means one, Means all)
{
    return (static_cast<std::uint32_t>(one) & static_cast<std::uint32_t>(all)) != 0;
}

/// How some MTA writes its Received lines.
struct Form {
    std::string_view needs;  ///< text the line must have somewhere; empty: none
    ReceivedShape shape;
    Means means = Means::Nothing;
};

/// The forms of one MTA, tried only for lines with its mark.
struct MtaForms {
    std::string_view mark;
    std::span<const Form> forms;
};

/// Web mail, which is asked for first. Shapes begin behind `from `.
std::span<const Form> webmail_forms();
/// MTAs that are known by their mark: the first one whose mark is in the line is the only one.
std::span<const MtaForms> marked_forms();
/// Exchange's form, for lines that exchange_wrote.
std::span<const Form> exchange_forms();
/// All others, the first that fits counts. Then those that are of no matter.
std::span<const Form> common_forms();
/// Lines that begin with `FROM ` (simta), and `(from `.
std::span<const Form> capital_forms();
std::span<const Form> bracketed_forms();

}  // namespace lazaret::filter::rules
