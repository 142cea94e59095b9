#include "portal/openid/https.hpp"

#include <curl/curl.h>

#include <array>
#include <mutex>

#include "base/handle.hpp"

namespace lazaret::portal {
namespace {

using Curl = CHandle<CURL, curl_easy_cleanup>;

constexpr std::size_t longest_body = 256 * 1024;

void start_library()
{
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

// What is not taken whole ends the transfer.
std::size_t keep_body(char* data, std::size_t size, std::size_t count, void* body)
{
    auto& whole = *static_cast<std::string*>(body);
    if (whole.size() + size * count > longest_body) return 0;
    whole.append(data, size * count);
    return size * count;
}

}  // namespace

HttpsAnswer ask_https(const HttpsQuestion& question)
{
    start_library();
    HttpsAnswer answer;
    std::array<char, CURL_ERROR_SIZE> problem{};
    const Curl curl{curl_easy_init()};
    if (!curl) return {.trouble = "libcurl has no memory"};
    const auto set = [&](auto option, auto value) {
        const auto code = curl_easy_setopt(curl.get(), option, value);
        if (code != CURLE_OK) answer.trouble = curl_easy_strerror(code);
    };
    set(CURLOPT_URL, question.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "https");
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    if (!question.ca_file.empty()) set(CURLOPT_CAINFO, question.ca_file.c_str());
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_TIMEOUT_MS, long{question.timeout.count()});
    set(CURLOPT_ERRORBUFFER, problem.data());
    set(CURLOPT_WRITEFUNCTION, keep_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&answer.body));
    if (!question.form.empty()) {
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(question.form.size()));
        set(CURLOPT_POSTFIELDS, question.form.c_str());
    }
    if (!question.user.empty()) {
        set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        set(CURLOPT_USERNAME, question.user.c_str());
        set(CURLOPT_PASSWORD, question.password.c_str());
    } else if (!question.bearer.empty()) {
        set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
        set(CURLOPT_XOAUTH2_BEARER, question.bearer.c_str());
    }
    // A setting that libcurl does not know would be a check that is not made.
    if (!answer.trouble.empty()) return answer;
    const auto code = curl_easy_perform(curl.get());
    if (code != CURLE_OK)
        return {.trouble = problem[0] != '\0' ? problem.data() : curl_easy_strerror(code)};
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    return answer;
}

}  // namespace lazaret::portal
