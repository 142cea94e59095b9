#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/translations.hpp"

namespace lazaret {

/// What a message is, for one recipient. From harmless to worst only by accident; compare by name.
enum class Class {
    Clean,
    Newsletter,
    Spam,
    SpamCertain,
    Denied,
    Dangerous,
    Virus,
    Unscanned,
};
inline constexpr std::size_t class_count = 8;

/// What is done with a message of a class, for one recipient.
enum class Action {
    Deliver,
    Tag,         ///< deliver with a mark in the subject
    Hold,        ///< keep in the quarantine
    Refuse,      ///< 550; only counted
    RefuseKeep,  ///< 550, and keep a copy for the administrator
    Discard,     ///< accept and drop; only ever by an administrator's explicit setting
    Later,       ///< 451 for an hour from first sight, then hold as dangerous; for Unscanned
};
inline constexpr std::size_t action_count = 7;

/// Everything known about a class, once.
struct ClassInfo {
    Class id;
    std::string_view token;     ///< as in headers, logs, settings and the database
    Action action;              ///< unless a setting says otherwise
    int retention_days;         ///< how long a held copy is kept, unless a setting says otherwise
    std::string_view sentence;  ///< what it means, for a person
};

const ClassInfo& info(Class id);
std::string_view token(Class id);
std::string_view token(Action id);
std::optional<Class> class_of(std::string_view token);
std::optional<Action> action_of(std::string_view token);
const std::array<ClassInfo, class_count>& all_classes();

/// One thing that a check found.
struct Hit {
    std::string name;       ///< RULE_LIKE_THIS; in headers, logs and the database
    double points = 0.0;    ///< added to the score; may be negative or 0
    std::string why;        ///< a sentence for people; valid UTF-8
    Translations why_in{};  ///< the same in other languages, where somebody wrote it

    bool operator==(const Hit&) const = default;
};

/// Who asks to do something with a held copy.
enum class Role { Recipient, DomainAdministrator, SiteAdministrator };

/// What can be done with a held copy.
enum class Deed {
    Look,      ///< see the preview as it is
    LookText,  ///< see its text only
    Release,
    RequestRelease,  ///< ask an administrator to release
    AskAdjustment,   ///< ask for the filter to be adjusted
    AcceptNewsletter,
    Allow,  ///< allow the sender
    Block,  ///< deny the sender
    Delete,
    Export,  ///< get the bytes
};

/// Whether `role` may do `deed` to a copy of class `id`: the one table that the command line, the
/// links and the pages ask (class x role x action).
bool may(Role role, Deed deed, Class id);

/// Why not, for a person: "a message with a virus is never released".
std::string_view refusal_sentence(Role role, Deed deed, Class id);

}  // namespace lazaret
