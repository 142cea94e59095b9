#pragma once

/// What the files that begin a release agree on.
namespace lazaret::store {

/// As the problem of the last try, so that it is taken up at once by whoever comes.
inline constexpr auto not_tried_yet = "it waits for its first try";

}  // namespace lazaret::store
