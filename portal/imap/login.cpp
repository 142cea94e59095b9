#include "portal/imap/login.hpp"

#include <curl/curl.h>

#include <array>
#include <mutex>

#include "base/handle.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace lazaret::portal {
namespace {

using Curl = CHandle<CURL, curl_easy_cleanup>;

// The server's answer to what came last, as far as it is a refusal.
struct Refusal {
    std::string line{};

    // `A002 NO [AUTHENTICATIONFAILED] ...`: a tag, then the word.
    [[nodiscard]] bool is_no() const { return line.starts_with("NO"); }
    [[nodiscard]] bool is_trouble_of_its_own() const
    {
        return starts_ignoring_case(line, "NO [UNAVAILABLE]") ||
               starts_ignoring_case(line, "NO [INUSE]") ||
               starts_ignoring_case(line, "NO [SERVERBUG]") ||
               starts_ignoring_case(line, "NO [LIMIT]");
    }
};

std::size_t keep_answer(char* data, std::size_t size, std::size_t count, void* refusal)
{
    auto line = trimmed({data, size * count});
    const auto blank = line.find(' ');
    const bool is_tagged =
        blank != std::string_view::npos && line.front() != '*' && line.front() != '+';
    if (is_tagged) static_cast<Refusal*>(refusal)->line = line.substr(blank + 1);
    return size * count;
}

struct Outcome {
    CURLcode code = CURLE_FAILED_INIT;
    std::string why{};
    Refusal refusal{};
};

void start_library()
{
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

// `NOOP`, after signing in when there is a name.
Outcome noop(const ConnectorConfig& connector, const std::string& name, const std::string& password)
{
    start_library();
    Outcome outcome;
    std::array<char, CURL_ERROR_SIZE> problem{};
    const Curl curl{curl_easy_init()};
    if (!curl) return {CURLE_OUT_OF_MEMORY, "libcurl has no memory", {}};
    const auto set = [&](auto option, auto value) {
        const auto code = curl_easy_setopt(curl.get(), option, value);
        if (code != CURLE_OK) outcome.why = curl_easy_strerror(code);
    };
    set(CURLOPT_URL, connector.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "imap,imaps");
    set(CURLOPT_USE_SSL, long{CURLUSESSL_ALL});
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    if (!connector.ca_file.empty()) set(CURLOPT_CAINFO, connector.ca_file.c_str());
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_TIMEOUT_MS, long{connector.timeout.count()});
    set(CURLOPT_CUSTOMREQUEST, "NOOP");
    set(CURLOPT_ERRORBUFFER, problem.data());
    set(CURLOPT_HEADERFUNCTION, keep_answer);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&outcome.refusal));
    if (!name.empty()) {
        set(CURLOPT_USERNAME, name.c_str());
        set(CURLOPT_PASSWORD, password.c_str());
        // Both show the password to the server and nobody else; what hashes it needs it in clear
        // on the other side, and few servers have that.
        set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
    }
    // A setting that libcurl does not know would be a check that is not made.
    if (!outcome.why.empty()) return outcome;
    outcome.code = curl_easy_perform(curl.get());
    if (outcome.code != CURLE_OK)
        outcome.why = problem[0] != '\0' ? problem.data() : curl_easy_strerror(outcome.code);
    return outcome;
}

}  // namespace

ConnectorAnswer ask_imap(const ConnectorConfig& connector, const Address& who,
                         const std::string& password)
{
    const bool by_address = connector.login == ConnectorConfig::Login::Address;
    const auto outcome = noop(connector, by_address ? who.key() : ascii_lower(who.local), password);
    if (outcome.code == CURLE_OK) return ConnectorAnswer::Accepted;
    if (outcome.code == CURLE_LOGIN_DENIED && outcome.refusal.is_no() &&
        !outcome.refusal.is_trouble_of_its_own())
        return ConnectorAnswer::Wrong;
    log::warning("sign-in server away", {{"server", connector.url}, {"why", outcome.why}});
    return ConnectorAnswer::Away;
}

std::string imap_trouble(const ConnectorConfig& connector) { return noop(connector, {}, {}).why; }

}  // namespace lazaret::portal
