#include "portal/account/list_csv.hpp"

#include "tests/fuzz/input.hpp"

using namespace lazaret;

namespace {

/// What we write for others is read again as it was.
void check_own_table(const portal::WrittenEntry& written)
{
    const auto sender = parse_sender_pattern(written.sender);
    if (!sender || written.comment.starts_with('\'')) return;  // that hides what may be a formula
    store::ListedEntry listed;
    listed.entry.sender = *sender;
    listed.comment = written.comment;
    const auto again = portal::read_csv(portal::csv_of({listed}), "deny", 10);
    fuzz::promise(again.size() == 1, "an entry is a line");
    fuzz::promise(again.front().kind == token(listed.entry.kind), "a kind is read again");
    const auto read = parse_sender_pattern(again.front().sender);
    fuzz::promise(read && *read == *sender, "a sender is read again");
    fuzz::promise(again.front().comment == listed.comment, "a comment is read again");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t most = 20;
    const auto entries = portal::read_csv(fuzz::text_of(data, size), "deny", most);
    fuzz::promise(entries.size() <= most, "no more lines than may be");
    for (const auto& one : entries) check_own_table(one);
    return 0;
}
