#include "milter/header_edits.hpp"

#include <algorithm>

#include "base/mail/seal.hpp"
#include "base/text.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;
using namespace lazaret::milter;

namespace {

constexpr std::string_view authserv_id = "mx.example.com";

/// The field that a change means, or none.
const HeaderField* named(std::span<const HeaderField> fields, const HeaderChange& change)
{
    int count = 0;
    for (const auto& field : fields)
        if (same_ignoring_case(field.name, change.name) && ++count == change.occurrence)
            return &field;
    return nullptr;
}

/// Whether a value can be handed to an MTA: no line but one that folds.
bool is_one_field(std::string_view value)
{
    for (std::size_t at = 0; at < value.size(); ++at) {
        const bool folds = at + 1 < value.size() && (value[at + 1] == ' ' || value[at + 1] == '\t');
        if (value[at] == '\n' && !folds) return false;
    }
    return true;
}

void check_changes(std::span<const HeaderField> fields, std::span<const HeaderChange> changes)
{
    for (const auto& change : changes) {
        fuzz::promise(named(fields, change) != nullptr, "a change is of a field that is there");
        fuzz::promise(is_one_field(change.value), "a changed field is one field");
    }
}

/// What strangers write in our name goes off, all of it.
void check_forgeries(std::span<const HeaderField> fields)
{
    const auto changes = without_forgeries(fields, authserv_id);
    check_changes(fields, changes);
    for (const auto& field : fields) {
        if (!ascii_lower(field.name).starts_with("x-lazaret-")) continue;
        const auto goes = [&](const HeaderChange& change) {
            return change.value.empty() && named(fields, change) == &field;
        };
        fuzz::promise(std::any_of(changes.begin(), changes.end(), goes), "our names are taken off");
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    const auto header = cut_header(text);
    check_forgeries(header.fields);
    check_changes(header.fields, without_seal(header.fields));
    const auto marked = marked_subject(header.fields, "[spam]");
    check_changes(header.fields, marked.changes);
    fuzz::promise(marked.changes.size() + marked.additions.size() <= 1, "one mark is enough");
    const std::vector<Hit> hits{{std::string{text.substr(0, 40)}, 1.5, ""}, {"PLAIN", 0.5, ""}};
    for (const auto& field : fact_fields(2.0, hits))
        fuzz::promise(is_one_field(field.value), "an added field is one field");
    return 0;
}
