#pragma once

#include <string>
#include <string_view>

namespace lazaret::tools {

/// Where released mail is handed in, as [submission] url says it.
struct SubmissionUrl {
    std::string host;  ///< without the brackets of an IPv6 address
    std::string port;  ///< that of the protocol when the URL names none
    bool is_tls = false;

    bool operator==(const SubmissionUrl&) const = default;
};

/// Takes `smtp://` and `smtps://` URLs apart; the settings were checked before, so it takes any
/// text.
SubmissionUrl parse_submission_url(std::string_view url);

}  // namespace lazaret::tools
