#include "portal/curl/transfer.hpp"

#include <mutex>

namespace lazaret::portal {
namespace {

CURL* new_handle()
{
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    return curl_easy_init();
}

}  // namespace

Transfer::Transfer(const Server& server) : curl_{new_handle()}
{
    if (!curl_) code_ = CURLE_OUT_OF_MEMORY;
    set(CURLOPT_URL, server.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, server.protocols);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    if (!server.ca_file.empty()) set(CURLOPT_CAINFO, server.ca_file.c_str());
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_TIMEOUT_MS, long{server.timeout.count()});
    set(CURLOPT_ERRORBUFFER, problem_.data());
}

CURLcode Transfer::run()
{
    if (code_ == CURLE_OK) code_ = curl_easy_perform(curl_.get());
    if (code_ != CURLE_OK)
        trouble_ = problem_[0] != '\0' ? problem_.data() : curl_easy_strerror(code_);
    return code_;
}

long Transfer::status() const
{
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
}

}  // namespace lazaret::portal
