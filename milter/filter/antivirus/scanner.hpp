#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/config/configuration.hpp"
#include "milter/filter/check.hpp"

namespace lazaret::filter {

/// The antivirus as the rest sees it; what stands behind it may move into processes of its own.
class Scanner {
public:
    /// What one scan found.
    struct Report {
        Scan scan = Scan::Unscanned;
        bool dangerous = false;  ///< no virus, but an encrypted archive or document, or macros; or
                                 ///< so deep or large that no scan will ever see all of it
        std::string signature;   ///< its name when infected or dangerous
        std::string why;         ///< one line for the log when unscanned
    };

    virtual ~Scanner() = default;

    /// Scans a whole message. Several threads may call at once. Never throws for what the message
    /// contains: what goes wrong is Unscanned.
    virtual Report scan(std::string_view message) = 0;

    /// Whether signatures are loaded, how many, and how old the newest file is.
    struct State {
        bool ready = false;
        unsigned signatures = 0;
        Moment newest{};  ///< time of the newest signature file
        std::string why;  ///< when not ready
    };
    [[nodiscard]] virtual State state() const = 0;

    /// Loads the signatures again when the files changed since; scans go on meanwhile with the
    /// old ones, and keep them when the new ones cannot be loaded.
    /// @return whether new ones are in use.
    virtual bool reload_if_changed() = 0;
};

/// libclamav in this process, parsers on. Loads the signatures, which takes seconds with a full
/// set; when there are none it is made all the same, and every scan is Unscanned until
/// reload_if_changed() finds some. Throws Error{Setup} when it cannot make a folder for temporary
/// files. Replaced signatures are freed at a later reload_if_changed(), when no scan uses them.
std::unique_ptr<Scanner> make_clamav_scanner(const AntivirusConfig& config);

/// Scans by `scanner`: hit VIRUS with the signature's name, DANGEROUS_CONTENT, or NOT_SCANNED. A
/// message that is too large is skipped. Keeps the scanner alive.
Check antivirus_check(std::shared_ptr<Scanner> scanner);

}  // namespace lazaret::filter
