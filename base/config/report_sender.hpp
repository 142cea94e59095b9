#pragma once

#include <string>

#include "base/config/configuration.hpp"
#include "base/records/settings.hpp"

namespace lazaret {

/// Who reports come from.
struct ReportSender {
    std::string name;      ///< as people see it; may be empty
    std::string address;   ///< of From
    std::string envelope;  ///< MAIL FROM: where bounces go
};

/// Reads `Name <address>` or an address from the settings; without them quarantine@ and the name
/// of this host. Throws Error{Setup} when what stands there is no address.
ReportSender report_sender(const ReportConfig& config);

/// The same for a recipient with these settings (report.from); bounces go where all do.
ReportSender report_sender(const ReportConfig& config, const Settings& settings);

}  // namespace lazaret
