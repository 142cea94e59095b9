#include "tools/bench/own_cost.hpp"

#include <fstream>
#include <string>

namespace lazaret::bench {

double milliseconds(clockid_t clock)
{
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

long resident(const char* field)
{
    std::ifstream status{"/proc/self/status"};
    for (std::string name; status >> name; status.ignore(1'000, '\n'))
        if (name == field) {
            long kilobytes = 0;
            status >> kilobytes;
            return kilobytes;
        }
    return 0;
}

}  // namespace lazaret::bench
