#include "tools/lazaretctl/submission_url.hpp"

namespace lazaret::tools {

SubmissionUrl parse_submission_url(std::string_view url)
{
    SubmissionUrl parsed;
    parsed.is_tls = url.starts_with("smtps://");
    parsed.port = parsed.is_tls ? "465" : "25";
    if (const auto slashes = url.find("://"); slashes != std::string_view::npos)
        url.remove_prefix(slashes + 3);
    url = url.substr(0, url.find('/'));
    const auto colon = url.rfind(':');
    // The colons within [2001:db8::1] are no port.
    if (colon != std::string_view::npos && url.find(']', colon) == std::string_view::npos) {
        parsed.port = url.substr(colon + 1);
        url = url.substr(0, colon);
    }
    if (url.starts_with('[') && url.ends_with(']')) url = url.substr(1, url.size() - 2);
    parsed.host = url;
    return parsed;
}

}  // namespace lazaret::tools
