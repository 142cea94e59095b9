#include "portal/account/list_form.hpp"

#include "base/calendar.hpp"
#include "base/text.hpp"
#include "portal/form.hpp"

namespace lazaret::portal {
namespace {

std::string trimmed_field(const std::map<std::string, std::string>& form, const std::string& name)
{
    return std::string{trimmed(field(form, name))};
}

std::string bad_sender(const Words& words)
{
    return words(
        "This is no sender. Write an address such as ada@example.org, a domain such as "
        "example.org, or .example.org for a domain and those below it.");
}

std::string bad_proof(const Words& words)
{
    return words(
        "A table can ask for SPF, DKIM or DMARC. For a sender who proves nothing, use the page of "
        "one of his messages.");
}

}  // namespace

WrittenEntry WrittenEntry::of(const std::map<std::string, std::string>& form)
{
    return {trimmed_field(form, "kind"),
            trimmed_field(form, "sender"),
            trimmed_field(form, "until"),
            trimmed_field(form, "comment"),
            {}};
}

Result<store::NewEntry, std::string> entry_of(const WrittenEntry& written, const Owner& owner,
                                              const Words& words, Moment now)
{
    store::NewEntry entry;
    entry.owner = owner;
    entry.only_address = owner.level == Level::Address;
    entry.origin = store::made_in_account;
    const auto kind = list_kind_of(written.kind);
    if (!kind) return because(words("Choose what is to be done with this sender."));
    entry.kind = *kind;
    auto sender = parse_sender_pattern(written.sender);
    if (!sender) return because(bad_sender(words));
    entry.sender = std::move(*sender);
    if (entry.kind == ListKind::Newsletter)
        entry.list_id = ascii_lower(cut_utf8(valid_utf8(written.list_id), 255));
    if (entry.kind == ListKind::Newsletter && entry.sender.form == SenderPattern::Form::Address)
        entry.sender = parse_sender_pattern(entry.sender.text.substr(entry.sender.text.find('@')))
                           .value_or(entry.sender);
    if (entry.kind == ListKind::Allow && !written.proof.empty()) {
        entry.proof = proof_of(written.proof);
        if (!entry.proof || entry.proof->kind == Proof::Kind::None || entry.is_narrow())
            return because(bad_proof(words));
    }
    if (!written.until.empty()) {
        const auto day = parse_day(written.until);
        if (!day) return because(words("Write the last day as YYYY-MM-DD, or leave it empty."));
        if (end_of(*day) < now) return because(words("The last day is over already."));
        entry.expires = end_of(*day);
    }
    entry.comment = cut_utf8(valid_utf8(written.comment), most_comment);
    return entry;
}

}  // namespace lazaret::portal
