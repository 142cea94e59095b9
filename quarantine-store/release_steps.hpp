#pragma once

/// What the files that begin a release agree on.
namespace lazaret::store {

/// As the problem of the last try, so that it is taken up at once by whoever comes.
inline constexpr auto not_tried_yet = "it waits for its first try";

/// Of lazaret.held_copy: no other tenant has its recipient's domain now.
inline constexpr auto is_still_his =
    " not lazaret.is_elsewhere(held_copy.tenant_id, held_copy.mailbox)";

}  // namespace lazaret::store
