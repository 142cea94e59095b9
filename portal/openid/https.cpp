#include "portal/openid/https.hpp"

#include "portal/curl/transfer.hpp"

namespace lazaret::portal {
namespace {

constexpr std::size_t longest_body = 256 * 1024;

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
    HttpsAnswer answer;
    Transfer transfer{{question.url, "https", question.ca_file, question.timeout}};
    transfer.set(CURLOPT_WRITEFUNCTION, keep_body);
    transfer.set(CURLOPT_WRITEDATA, static_cast<void*>(&answer.body));
    if (!question.form.empty()) {
        transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(question.form.size()));
        transfer.set(CURLOPT_POSTFIELDS, question.form.c_str());
    }
    if (!question.user.empty()) {
        transfer.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        transfer.set(CURLOPT_USERNAME, question.user.c_str());
        transfer.set(CURLOPT_PASSWORD, question.password.c_str());
    } else if (!question.bearer.empty()) {
        transfer.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
        transfer.set(CURLOPT_XOAUTH2_BEARER, question.bearer.c_str());
    }
    if (transfer.run() != CURLE_OK) return {.trouble = transfer.trouble()};
    answer.status = transfer.status();
    return answer;
}

}  // namespace lazaret::portal
