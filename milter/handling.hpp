#pragma once

#include <functional>
#include <memory>

#include "milter/answer.hpp"
#include "milter/session.hpp"

namespace lazaret::milter {

/// What happens to one message at its end: the stages of design section 3, in order. Held copies
/// are committed before this returns; the MTA is told by the caller.
/// Throws Error when it must be answered 451.
Answer handle(const std::shared_ptr<Incoming>& incoming, const Parts& parts,
              const std::function<void()>& progress);

}  // namespace lazaret::milter
