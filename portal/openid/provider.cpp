#include "portal/openid/provider.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "base/records/address.hpp"
#include "base/text.hpp"
#include "portal/form.hpp"
#include "portal/openid/id_token.hpp"
#include "portal/openid/json.hpp"

namespace lazaret::portal {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto metadata_life = 10min;
constexpr std::size_t longest_address = 2000;   // of an endpoint
constexpr std::size_t longest_access = 16'000;  // bytes of an access token

// Why it ends here, for the log and for the page.
struct Trouble {
    OpenIdFault fault;
    std::string what;
};

[[noreturn]] void away(const std::string& what) { throw Trouble{OpenIdFault::Away, what}; }

// A provider's own words, short enough for a line of the log.
std::string quoted(const std::string& text)
{
    return fmt::format("{:?}", cut_utf8(valid_utf8(text), 100));
}

bool is_endpoint(const std::string& url)
{
    return url.starts_with("https://") && url.size() <= longest_address &&
           std::all_of(url.begin(), url.end(), [](char one) {
               return one > ' ' && one < '\x7f' &&
                      std::string_view{"\"'<>\\^`{|}#"}.find(one) == std::string_view::npos;
           });
}

std::string endpoint_of(const Json& metadata, const std::string& name)
{
    auto url = text_of(metadata, name);
    if (!is_endpoint(url)) away(fmt::format("its metadata has no good {}", name));
    return url;
}

// Without a list the metadata means Basic alone (OpenID Connect Discovery 3).
bool takes_only_forms(const Json& metadata)
{
    const auto ways = metadata.find("token_endpoint_auth_methods_supported");
    if (ways == metadata.end() || !ways->is_array()) return false;
    const auto has = [&](const char* way) {
        return std::find(ways->begin(), ways->end(), way) != ways->end();
    };
    return !has("client_secret_basic") && has("client_secret_post");
}

std::string metadata_address(std::string issuer)
{
    if (issuer.ends_with('/')) issuer.pop_back();
    return issuer + "/.well-known/openid-configuration";
}

void add(std::string& query, std::string_view name, std::string_view value)
{
    if (!query.empty() && query.back() != '?') query += '&';
    query += fmt::format("{}={}", name, in_query(value));
}

template <class F>
auto told(const ConnectorConfig& connector, F&& work) -> Result<std::string, OpenIdFault>
{
    try {
        return work();
    } catch (const Trouble& trouble) {
        // Not an edge: here it is known that the provider is meant.
        log::warning(trouble.fault == OpenIdFault::Away ? "sign-in server away" : "sign-in refused",
                     {{"server", connector.issuer}, {"why", trouble.what}});
        return because(trouble.fault);
    }
}

// What is signed by no one could be changed on its way only by who breaks TLS; but it must be of
// the same person (OpenID Connect Core 5.3.2).
OpenIdPerson same_person(const OpenIdPerson& known, const std::string& body,
                         const std::string& claim)
{
    auto person = read_userinfo(body, claim);
    if (!person) away("its userinfo is of nobody");
    if (person->subject != known.subject)
        throw Trouble{OpenIdFault::NotProven, "its userinfo is of somebody else"};
    return std::move(*person);
}

// An envelope may have stranger ones; a provider has no reason to.
bool is_plain(const std::string& address)
{
    return std::count(address.begin(), address.end(), '@') == 1 &&
           address.find_first_of(" \t\r\n,;:<>()[]\"\\") == std::string::npos;
}

std::string mailbox_of(const ConnectorConfig& connector, const OpenIdPerson& person)
{
    const auto address = parse_address(person.address);
    if (!address || !is_plain(person.address))
        throw Trouble{OpenIdFault::NoAddress,
                      fmt::format("the claim {} has no address", connector.address_claim)};
    if (!person.is_verified && !connector.trust_addresses)
        throw Trouble{OpenIdFault::NoAddress, "the address is not verified (email_verified)"};
    return address->key();
}

}  // namespace

/// All that is asked in one call: the time is that of all together.
class OpenIdProviders::Visit {
public:
    Visit(const Ask& ask, const ConnectorConfig& asked)
        : connector{asked}, ask_{ask}, end_{Clock::now() + asked.timeout}
    {
    }

    HttpsAnswer ask(HttpsQuestion question)
    {
        question.ca_file = connector.ca_file;
        question.timeout =
            std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now());
        if (question.timeout < 1ms) away("it takes too long");
        auto answer = ask_(question);
        if (answer.status == 0) away(fmt::format("{}: {}", question.url, answer.trouble));
        return answer;
    }
    std::string get(const std::string& url, const std::string& bearer = {})
    {
        auto answer = ask({.url = url, .bearer = bearer});
        if (answer.status != 200) away(fmt::format("{}: it answers {}", url, answer.status));
        return std::move(answer.body);
    }

    struct Tokens {
        std::string id{};
        std::string access{};
    };
    Tokens tokens(const Metadata& metadata, const OpenIdAttempt& attempt, const std::string& back,
                  const std::string& code)
    {
        HttpsQuestion question{.url = metadata.token};
        add(question.form, "grant_type", "authorization_code");
        add(question.form, "code", code);
        add(question.form, "redirect_uri", back);
        add(question.form, "code_verifier", attempt.verifier);
        // Some want it beside Basic, too.
        add(question.form, "client_id", connector.client_id);
        const auto& secret = connector.client_secret;
        if (!secret.empty() && metadata.takes_secret_in_form)
            add(question.form, "client_secret", secret);
        if (!secret.empty() && !metadata.takes_secret_in_form) {
            // As in a form (RFC 6749 2.3.1).
            question.user = in_query(connector.client_id);
            question.password = in_query(secret);
        }
        const auto answer = ask(question);
        const auto read = Json::parse(answer.body, nullptr, false);
        if (answer.status != 200) refuse(answer.status, read);
        if (!read.is_object()) away("it answers a code with no tokens");
        auto access = text_of(read, "access_token");
        return {text_of(read, "id_token"),
                access.size() <= longest_access ? std::move(access) : std::string{}};
    }

    const ConnectorConfig& connector;

private:
    // What is not about us is about the code, by whichever word.
    [[noreturn]] static void refuse(long status, const Json& read)
    {
        const auto error = read.is_object() ? text_of(read, "error") : std::string{};
        const bool is_about_us =
            status == 401 || error == "invalid_client" || error == "unauthorized_client";
        const bool is_refusal = status >= 400 && status < 500 && !is_about_us;
        throw Trouble{is_refusal ? OpenIdFault::Refused : OpenIdFault::Away,
                      fmt::format("it answers a code with {} {}", status, quoted(error))};
    }

    const Ask& ask_;
    const Clock::time_point end_;
};

OpenIdProviders::OpenIdProviders(Ask ask, Now now) : ask_{std::move(ask)}, now_{std::move(now)} {}

OpenIdProviders::Metadata OpenIdProviders::metadata_of(Visit& visit)
{
    const auto& issuer = visit.connector.issuer;
    const auto now = now_();
    const auto known = known_.with([&](const auto& all) {
        const auto found = all.find(issuer);
        return found != all.end() && now < found->second.until ? found->second : Known{};
    });
    if (now < known.until) return known.metadata;
    const auto url = metadata_address(issuer);
    const auto read = Json::parse(visit.get(url), nullptr, false);
    if (!read.is_object()) away(fmt::format("{}: this is no metadata", url));
    if (text_of(read, "issuer") != issuer)
        away(fmt::format("{}: it calls itself {}", url, quoted(text_of(read, "issuer"))));
    Metadata metadata{
        .authorization = endpoint_of(read, "authorization_endpoint"),
        .token = endpoint_of(read, "token_endpoint"),
        .keys = endpoint_of(read, "jwks_uri"),
        .userinfo = read.contains("userinfo_endpoint") ? endpoint_of(read, "userinfo_endpoint")
                                                       : std::string{},
        .takes_secret_in_form = takes_only_forms(read),
        .names_itself = is_true(read, "authorization_response_iss_parameter_supported")};
    known_.with([&](auto& all) { all[issuer] = {metadata, now + metadata_life}; });
    return metadata;
}

Result<std::string, OpenIdFault> OpenIdProviders::begin(const ConnectorConfig& connector,
                                                        const OpenIdAttempt& attempt,
                                                        const std::string& back,
                                                        const std::string& hint)
{
    return told(connector, [&] {
        Visit visit{ask_, connector};
        auto address = metadata_of(visit).authorization;
        if (address.find('?') == std::string::npos) address += '?';
        add(address, "response_type", "code");
        add(address, "client_id", connector.client_id);
        add(address, "redirect_uri", back);
        add(address, "scope",
            connector.address_claim == "email" ? "openid email" : "openid email profile");
        add(address, "state", attempt.state);
        add(address, "nonce", attempt.nonce);
        add(address, "code_challenge", challenge_of(attempt.verifier));
        add(address, "code_challenge_method", "S256");
        if (!hint.empty()) add(address, "login_hint", hint);
        return address;
    });
}

Result<std::string, OpenIdFault> OpenIdProviders::finish(const ConnectorConfig& connector,
                                                         const OpenIdAttempt& attempt,
                                                         const std::string& back,
                                                         const OpenIdReturn& came)
{
    return told(connector, [&] {
        Visit visit{ask_, connector};
        const auto metadata = metadata_of(visit);
        const bool is_named = metadata.names_itself || !came.issuer.empty();
        if (is_named && came.issuer != connector.issuer)
            throw Trouble{OpenIdFault::NotProven, "another provider sent the browser back"};
        const auto tokens = visit.tokens(metadata, attempt, back, came.code);
        const auto read = read_id_token(tokens.id, visit.get(metadata.keys),
                                        {.issuer = connector.issuer,
                                         .client_id = connector.client_id,
                                         .nonce = attempt.nonce,
                                         .address_claim = connector.address_claim,
                                         .now = now_()});
        if (!read) throw Trouble{OpenIdFault::NotProven, std::string{why(read.error())}};
        if (!read->address.empty() || metadata.userinfo.empty() || tokens.access.empty())
            return mailbox_of(connector, *read);
        return mailbox_of(connector, same_person(*read, visit.get(metadata.userinfo, tokens.access),
                                                 connector.address_claim));
    });
}

bool OpenIdProviders::is_first_return(const OpenIdAttempt& attempt)
{
    const auto now = now_();
    return returned_.with([&](auto& all) {
        std::erase_if(all, [&](const auto& one) { return one.second < now; });
        return all.emplace(attempt.state, attempt.expires).second;
    });
}

std::string OpenIdProviders::trouble(const ConnectorConfig& connector)
{
    try {
        Visit visit{ask_, connector};
        const auto metadata = metadata_of(visit);
        return has_usable_key(visit.get(metadata.keys))
                   ? std::string{}
                   : fmt::format("{}: it has no key that is taken", metadata.keys);
    } catch (const Trouble& trouble) {
        return trouble.what;
    }
}

}  // namespace lazaret::portal
