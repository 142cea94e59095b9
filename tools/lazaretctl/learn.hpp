#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "milter/filter/learn/model.hpp"
#include "quarantine-store/models.hpp"
#include "tools/lazaretctl/stored_model.hpp"

namespace lazaret::tools {

/// What teaching did.
struct Taught {
    std::size_t learned = 0;
    std::size_t known = 0;     ///< were taught with this label before
    std::int64_t version = 0;  ///< the newest version of the model
    Taught& operator+=(const Taught& more);
};

/// Teaches the site's model and stores what it learned, so that milters fetch it.
///
/// Several may teach at once: who finds that somebody was quicker fetches his version and learns
/// again. Throws Error{Unavailable} when the database is away, Error{Setup} when the stored model
/// is not one of this program's.
class Teacher {
public:
    explicit Teacher(store::Database& database) : models_{database}, stored_{database} {}

    /// Teaches messages of one label, as one version of the model. Those that were last taught
    /// with the same label, or that stand twice in `messages`, are left out.
    Taught teach(std::span<const std::string> messages, filter::Label label);

private:
    store::Models models_;
    StoredModel stored_;
};

}  // namespace lazaret::tools
