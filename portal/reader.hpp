#pragma once

#include <string>
#include <string_view>

#include "base/words/words.hpp"
#include "portal/site.hpp"
#include "quarantine-store/database.hpp"

namespace lazaret::portal {

/// Whom a page is for: how to speak to him, and what he set.
struct Reader {
    Words words;
    Look look;                ///< of his tenant, else the site's
    double refuse_at = 15.0;  ///< the score from which mail is certain spam, for him
    std::string reports{};    ///< how often he gets one: token(ReportFrequency)
};

/// The owner of a mailbox, by his settings.
Reader reader_of(const Site& site, store::Database& database, const std::string& mailbox);

/// Somebody of whom we know nothing but his browser's Accept-Language: the best of our languages
/// that it names, English when it names none.
Reader stranger(const Site& site, std::string_view accept_language);

}  // namespace lazaret::portal
