#include "portal/imap/login.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "portal/curl/transfer.hpp"

namespace lazaret::portal {
namespace {

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

// `NOOP`, after signing in when there is a name.
Outcome noop(const ConnectorConfig& connector, const std::string& name, const std::string& password)
{
    Outcome outcome;
    Transfer transfer{{connector.url, "imap,imaps", connector.ca_file, connector.timeout}};
    transfer.set(CURLOPT_USE_SSL, long{CURLUSESSL_ALL});
    transfer.set(CURLOPT_CUSTOMREQUEST, "NOOP");
    transfer.set(CURLOPT_HEADERFUNCTION, keep_answer);
    transfer.set(CURLOPT_HEADERDATA, static_cast<void*>(&outcome.refusal));
    if (!name.empty()) {
        transfer.set(CURLOPT_USERNAME, name.c_str());
        transfer.set(CURLOPT_PASSWORD, password.c_str());
        // Both show the password to the server and nobody else; what hashes it needs it in clear
        // on the other side, and few servers have that.
        transfer.set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
    }
    outcome.code = transfer.run();
    outcome.why = transfer.trouble();
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
