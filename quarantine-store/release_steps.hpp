#pragma once

/// What the files that begin a release agree on.
namespace lazaret::store {

/// As the problem of the last try, so that it is taken up at once by whoever comes.
inline constexpr auto not_tried_yet = "it waits for its first try";

/// Of lazaret.held_copy: no other tenant has its recipient's domain now. What one customer was sent
/// is not delivered to the next one's people.
inline constexpr auto is_still_his =
    " not exists (select from lazaret.domain d where not d.gone "
    "and d.tenant_id <> held_copy.tenant_id and d.name = split_part(held_copy.mailbox, '@', -1))";

}  // namespace lazaret::store
