#pragma once

#include <chrono>
#include <string>

#include "base/clock.hpp"
#include "base/config/configuration.hpp"
#include "tools/lazaretctl/findings.hpp"

/// What doctor looks at on this host. Each function looks, changes nothing and does not throw for
/// what it finds.
namespace lazaret::tools {

/// The settings file may hold a password: nobody else may read it.
Findings settings_file_findings(const std::string& file);

/// The key file: its rights, and whether it can be read and understood.
Findings key_findings(const LinkConfig& config);

/// Ways to say that delivered mail was spam: nothing where there is none, else the key file, and
/// whether what people say can be believed.
Findings vote_findings(const VotesConfig& config, const MilterConfig& milter);

/// The age of the newest signature file; what is old, and whether there is one at all.
Findings signature_findings(const AntivirusConfig& config, Moment now);

/// The state directory, and the room on its disk.
Findings disk_findings(const MilterConfig& config);

/// Whether somebody listens on the milter's socket.
Findings milter_findings(const MilterConfig& config);

/// Whether the submission host answers with an SMTP greeting within a few seconds.
Findings submission_findings(const SubmissionConfig& config);

}  // namespace lazaret::tools
