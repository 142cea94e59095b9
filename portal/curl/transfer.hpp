#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <string>

#include "base/handle.hpp"

namespace lazaret::portal {

/// One exchange with a server over TLS 1.2 or newer (libcurl), with a certificate that is good for
/// the host; it follows no redirect and uses no proxy. One thread.
///
/// A setting that libcurl does not know would be a check that is not made: then nothing is sent,
/// and run() says so. Throws nothing.
class Transfer {
public:
    struct Server {
        const std::string& url;
        const char* protocols;              ///< `https`, `imap,imaps`
        const std::string& ca_file;         ///< whose certificates are good; empty: the system's
        std::chrono::milliseconds timeout;  ///< of everything
    };
    explicit Transfer(const Server& server);

    template <class Value>
    void set(CURLoption option, Value value)
    {
        if (!curl_ || code_ != CURLE_OK) return;
        code_ = curl_easy_setopt(curl_.get(), option, value);
    }
    /// @return CURLE_OK, or why there is no answer; trouble() has it in words.
    CURLcode run();
    [[nodiscard]] const std::string& trouble() const { return trouble_; }
    /// The server's status: of HTTP 200 and its like.
    [[nodiscard]] long status() const;

private:
    CHandle<CURL, curl_easy_cleanup> curl_;
    CURLcode code_ = CURLE_OK;
    std::array<char, CURL_ERROR_SIZE> problem_{};
    std::string trouble_;
};

}  // namespace lazaret::portal
