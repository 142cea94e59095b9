#include "base/records/verdict.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/enum_table.hpp"
#include "base/translatable.hpp"

namespace lazaret {
namespace {

constexpr auto classes = std::to_array<ClassInfo>({
    {Class::Clean, "clean", Action::Deliver, 14, N_("nothing speaks against it")},
    {Class::Newsletter, "newsletter", Action::Hold, 14,
     N_("bulk mail from a list that the recipient has not accepted")},
    {Class::Spam, "spam", Action::Hold, 14, N_("it looks like spam")},
    {Class::SpamCertain, "spam-certain", Action::Refuse, 14, N_("it is spam beyond doubt")},
    {Class::Denied, "denied", Action::Hold, 14, N_("its sender is on a deny list")},
    {Class::Dangerous, "dangerous", Action::Hold, 14,
     N_("it carries something that could harm the reader's computer")},
    {Class::Virus, "virus", Action::Refuse, 14, N_("it carries a virus")},
    {Class::Unscanned, "unscanned", Action::Later, 14,
     N_("it could not be searched for viruses in time")},
});

static_assert(in_enum_order(classes, class_count), "one row per Class, in the order of the enum");

using Deeds = unsigned;

constexpr Deeds bit(Deed deed) { return 1U << static_cast<unsigned>(deed); }

consteval Deeds deeds(std::initializer_list<Deed> list)
{
    Deeds all = 0;
    for (const Deed deed : list) all |= bit(deed);
    return all;
}

struct RightsRow {
    Class id;
    Deeds recipient;
    Deeds domain_administrator;
    Deeds site_administrator;
};

using enum Deed;
constexpr Deeds everything = deeds({Look, LookText, Release, RequestRelease, AskAdjustment,
                                    AcceptNewsletter, Allow, Block, Delete, Export});
// Nobody accepts as a newsletter what is none.
constexpr Deeds all_of_mail = everything & ~deeds({AcceptNewsletter});
// To allow a sender and to accept a newsletter mean that the message is released, too.
constexpr Deeds all_but_release = all_of_mail & ~deeds({Release, RequestRelease, Allow});
constexpr Deeds spam_recipient =
    deeds({Look, LookText, Release, AskAdjustment, Allow, Block, Delete, Export});
constexpr Deeds danger_recipient = deeds({LookText, RequestRelease, Block, Delete});

// Design of the classes: who may do what. A clean copy is there when a site holds all of its mail.
constexpr auto rights = std::to_array<RightsRow>({
    {Class::Clean, spam_recipient, all_of_mail, all_of_mail},
    {Class::Newsletter,
     deeds({Look, LookText, Release, AskAdjustment, AcceptNewsletter, Block, Delete, Export}),
     everything, everything},
    {Class::Spam, spam_recipient, all_of_mail, all_of_mail},
    {Class::SpamCertain, spam_recipient, all_of_mail, all_of_mail},
    {Class::Denied, deeds({Look, LookText, Release, Delete, Export}), all_of_mail, all_of_mail},
    {Class::Dangerous, danger_recipient, all_of_mail, all_of_mail},
    {Class::Virus, deeds({Delete}), deeds({LookText, Delete}), all_but_release},
    {Class::Unscanned, danger_recipient, all_of_mail, all_of_mail},
});
static_assert(in_enum_order(rights, class_count), "one row per Class, in the order of the enum");

}  // namespace

const ClassInfo& info(Class id) { return classes[static_cast<std::size_t>(id)]; }
std::string_view token(Class id) { return info(id).token; }
const std::array<ClassInfo, class_count>& all_classes() { return classes; }

std::optional<Class> class_of(std::string_view token)
{
    const auto found = std::find_if(classes.begin(), classes.end(),
                                    [&](const auto& row) { return row.token == token; });
    if (found == classes.end()) return std::nullopt;
    return found->id;
}

bool may(Role role, Deed deed, Class id)
{
    const auto& row = rights[static_cast<std::size_t>(id)];
    switch (role) {
        case Role::Recipient: return (row.recipient & bit(deed)) != 0;
        case Role::DomainAdministrator: return (row.domain_administrator & bit(deed)) != 0;
        case Role::SiteAdministrator: return (row.site_administrator & bit(deed)) != 0;
    }
    return false;
}

std::string_view refusal_sentence(Role role, Deed deed, Class id)
{
    if (may(role, deed, id)) return {};
    if (deed == Deed::Release && id == Class::Virus)
        return "a message with a virus is never released";
    if (deed == Deed::Release) return "only an administrator can release this message";
    if (deed == Deed::Look) return "only the text of this message can be shown";
    if (deed == Deed::Export) return "only an administrator can take this message out";
    if (deed == Deed::AcceptNewsletter) return "this message is not a newsletter";
    return "this cannot be done with a message of this class";
}

}  // namespace lazaret
