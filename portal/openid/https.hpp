#pragma once

#include <chrono>
#include <string>

namespace lazaret::portal {

/// One question to a provider, and what may be spent on its answer.
struct HttpsQuestion {
    std::string url{};   ///< https
    std::string form{};  ///< the body of a POST; empty: a GET
    std::string user{};  ///< with `password`, for Basic; empty: there is none
    std::string password{};
    std::string bearer{};   ///< an access token; empty: there is none
    std::string ca_file{};  ///< whose certificates are good; empty: the system's
    std::chrono::milliseconds timeout{10'000};  ///< of everything
};

struct HttpsAnswer {
    long status = 0;        ///< 0: there is no answer
    std::string body{};     ///< at most 256 kB; what is longer is no answer
    std::string trouble{};  ///< why there is none
};

/// Asks over TLS 1.2 or newer (libcurl) with a certificate that is good for the host; follows no
/// redirect, uses no proxy and keeps no cookie. Never throws.
HttpsAnswer ask_https(const HttpsQuestion& question);

}  // namespace lazaret::portal
