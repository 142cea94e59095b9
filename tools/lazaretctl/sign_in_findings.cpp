#include "tools/lazaretctl/sign_in_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace lazaret::tools {

Findings sign_in_findings(const std::optional<std::string>& said)
{
    if (!said)
        return {
            {Health::Warning, "sign-in",
             "the servers of [[sign_in.connector]] were not tried: lazaret-portal is not here, or "
             "failed",
             "lazaretctl doctor, on the host of the portal", false}};
    constexpr std::string_view well = "ok: ";
    constexpr std::string_view trouble = "trouble: ";
    Findings all;
    std::string_view rest = *said;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.starts_with(well))
            all.push_back({Health::Ok,
                           "sign-in",
                           fmt::format("{} answers", line.substr(well.size())),
                           {},
                           false});
        else if (line.starts_with(trouble))
            all.push_back({Health::Problem, "sign-in", std::string{line.substr(trouble.size())},
                           "nobody of its domains can sign in until it does; is "
                           "[[sign_in.connector]] right?",
                           true});
    }
    return all;
}

}  // namespace lazaret::tools
