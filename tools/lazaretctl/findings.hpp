#pragma once

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>
#include <vector>

namespace lazaret::tools {

enum class Health { Ok, Warning, Problem };

/// One thing that `lazaretctl doctor` looked at.
struct Finding {
    Health health = Health::Ok;
    std::string part;      ///< `postfix`, `database`, ...
    std::string what;      ///< what is the case, one sentence without a full stop
    std::string advice;    ///< what to do; empty when all is well
    bool passing = false;  ///< a problem that may go away by itself: something does not answer

    bool operator==(const Finding&) const = default;
};
using Findings = std::vector<Finding>;

/// 0; 75 when all problems may go away by themselves; else 78. Warnings count for nothing.
int exit_code(std::span<const Finding> findings);

/// A line each, with the advice on the next one; a colour only where `colours` says so.
std::string findings_text(std::span<const Finding> findings, bool colours);

/// `{"healthy", "findings": [{"part", "health", "what", "advice"}]}`
nlohmann::ordered_json json_of(std::span<const Finding> findings);

}  // namespace lazaret::tools
