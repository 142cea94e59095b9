#include "milter/filter/classify.hpp"

namespace lazaret::filter {

Class classify(const Findings& findings, double score, const Settings& settings,
               const ListAnswer& lists)
{
    if (findings.scan == Scan::Infected) return Class::Virus;
    if (findings.dangerous) return Class::Dangerous;
    if (findings.scan == Scan::Unscanned) return Class::Unscanned;
    if (lists.decided && lists.decided->kind == ListKind::Deny) return Class::Denied;
    if (!lists.decided) {
        // A site may set refuse_at below hold_at, to refuse all spam.
        if (score >= settings.refuse_at) return Class::SpamCertain;
        if (score >= settings.hold_at) return Class::Spam;
    }
    if (findings.bulk && !lists.newsletter) return Class::Newsletter;
    return Class::Clean;
}

}  // namespace lazaret::filter
