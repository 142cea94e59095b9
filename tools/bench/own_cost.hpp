#pragma once

#include <ctime>

namespace lazaret::bench {

/// What a clock of clock_gettime(2) shows, in milliseconds.
double milliseconds(clockid_t clock);

/// Memory of this process, in kB, by a field of /proc/self/status: `VmRSS:` now, `VmHWM:` the peak.
/// 0 when there is no such field.
long resident(const char* field);

}  // namespace lazaret::bench
