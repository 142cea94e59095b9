#include "base/config/sign_in.hpp"

#include <string>

#include "base/config/configuration.hpp"
#include "base/error.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace std::chrono_literals;
using Kind = ConnectorConfig::Kind;

namespace {

std::string problems_of(const std::string& text)
{
    try {
        Configuration::parse(text, "l.toml");
    } catch (const Error& error) {
        CHECK(error.kind() == Error::Kind::Setup);
        return error.what();
    }
    return {};
}

const std::string imap = "[[sign_in.connector]]\ndomains = [\"a.example\"]\nkind = \"imap\"\n";
const std::string ldap =
    "[[sign_in.connector]]\ndomains = [\"a.example\"]\nkind = \"ldap\"\n"
    "url = \"ldaps://d.example\"\n";
const std::string openid_at =
    "[[sign_in.connector]]\ndomains = [\"a.example\"]\nkind = \"openid\"\nclient_id = \"l\"\n";
const std::string openid = openid_at + "issuer = \"https://i.example\"\n";

}  // namespace

TEST_CASE("connectors say whose passwords are kept elsewhere", "[config]")
{
    const auto sign_in =
        Configuration::parse(
            "[sign_in]\n"
            "[[sign_in.connector]]\ndomains = [\"Example.org\", \"b\u00fccher.example\"]\n"
            "kind = \"imap\"\nurl = \"imap://mail.example.org:1143\"\nlogin = \"local-part\"\n"
            "timeout = 5\nca_file = \"/etc/ca.pem\"\n"
            "[[sign_in.connector]]\ndomains = [\"*\"]\nkind = \"ldap\"\n"
            "url = \"ldaps://d.example\"\nbase = \"dc=example\"\nfilter = \"(mail={address})\"\n"
            "bind_dn = \"cn=l\"\nbind_password = \"p\"\n"
            "[[sign_in.connector]]\ndomains = [\"here.example\"]\nkind = \"password\"\n",
            "l.toml")
            .sign_in;
    REQUIRE(sign_in.connectors.size() == 3);
    const auto* first = sign_in.server_of("example.org");
    REQUIRE(first);
    CHECK(first->kind == Kind::Imap);
    CHECK(first->login == ConnectorConfig::Login::LocalPart);
    CHECK(first->timeout == 5s);
    CHECK(first->ca_file == "/etc/ca.pem");
    CHECK(sign_in.server_of("xn--bcher-kva.example") == first);
    REQUIRE(sign_in.server_of("other.example"));
    CHECK(sign_in.server_of("other.example")->bind_password == "p");
    CHECK_FALSE(sign_in.server_of("here.example"));
    CHECK_FALSE(SignInConfig{}.server_of("example.org"));
}

TEST_CASE("a provider of OpenID Connect is known by its issuer", "[config]")
{
    const auto sign_in =
        Configuration::parse(
            "[[sign_in.connector]]\ndomains = [\"*\"]\nkind = \"openid\"\n"
            "issuer = \"https://login.example.org:8443/realms/main\"\nclient_id = \"lazaret\"\n"
            "client_secret = \"s\"\nname = \"Example\"\naddress_claim = \"upn\"\n"
            "trust_addresses = true\nca_file = \"/etc/ca.pem\"\ntimeout = 5\n",
            "l.toml")
            .sign_in;
    const auto* one = sign_in.provider("https://login.example.org:8443/realms/main");
    REQUIRE(one);
    CHECK(sign_in.server_of("example.org") == one);
    CHECK(one->client_secret == "s");
    CHECK(one->name == "Example");
    CHECK(one->address_claim == "upn");
    CHECK(one->trust_addresses);
    CHECK_FALSE(sign_in.provider("https://login.example.org"));
    CHECK_FALSE(sign_in.provider(""));
}

TEST_CASE("a client's secret may stand in a file of its own", "[config]")
{
    const std::string text =
        "[[sign_in.connector]]\ndomains = [\"*\"]\nkind = \"openid\"\n"
        "issuer = \"https://login.example.org\"\nclient_id = \"lazaret\"\n"
        "client_secret_file = \"/etc/lazaret/openid.secret\"\n";
    const auto sign_in = Configuration::parse(text, "l.toml").sign_in;
    CHECK(sign_in.connectors.at(0).client_secret_file == "/etc/lazaret/openid.secret");
    CHECK(sign_in.connectors.at(0).client_secret.empty());
}

TEST_CASE("mistakes of a connector are told, with the line", "[config]")
{
    struct Row {
        const char* says;
        std::string text;
        std::string problem;
    };
    const auto row = GENERATE(values<Row>({
        {"one block alone", "[sign_in.connector]\nkind = \"imap\"\n",
         "line 1: sign_in.connector must be blocks, [[sign_in.connector]]"},
        {"another key", "[sign_in]\nkind = \"imap\"\n", "line 2: sign_in.kind is not a setting"},
        {"a key that is none", imap + "url = \"imaps://m.example\"\nuser = \"x\"\n",
         "line 5: sign_in.connector.user is not a setting"},
        {"no domain", "[[sign_in.connector]]\nkind = \"password\"\n",
         "line 1: sign_in.connector.domains must name domains"},
        {"a domain that is none",
         "[[sign_in.connector]]\ndomains = [\"a b\"]\nkind = \"password\"\n",
         "line 2: sign_in.connector.domains has \"a b\", which is not a domain"},
        {"a domain twice", imap + "url = \"imaps://m.example\"\n" + ldap + "dn = \"{address}\"\n",
         "line 6: sign_in.connector.domains has \"a.example\", which another block has, too"},
        {"no kind", "[[sign_in.connector]]\ndomains = [\"*\"]\n",
         "line 1: sign_in.connector.kind must be \"password\", \"imap\", \"ldap\" or "
         "\"openid\""},
        {"no server", imap, "line 1: sign_in.connector.url must be imaps://HOST"},
        {"a server of another kind", imap + "url = \"ldaps://d.example\"\n",
         "line 4: sign_in.connector.url must be imaps://HOST"},
        {"a name in the URL", imap + "url = \"imaps://bob@m.example\"\n", "url must be imaps://"},
        {"a path behind it", imap + "url = \"imaps://m.example/INBOX\"\n", "url must be imaps://"},
        {"no host", imap + "url = \"imaps://:993\"\n", "url must be imaps://"},
        {"another name to sign in by", imap + "url = \"imaps://m.example\"\nlogin = \"user\"\n",
         "line 5: sign_in.connector.login must be \"address\" or \"local-part\""},
        {"a key of a directory", imap + "url = \"imaps://m.example\"\nbase = \"dc=x\"\n",
         "line 5: sign_in.connector.base does not belong to this kind"},
        {"a server for passwords of ours",
         "[[sign_in.connector]]\ndomains = [\"*\"]\nkind = \"password\"\nurl = \"imaps://m\"\n",
         "line 4: sign_in.connector.url does not belong to this kind"},
        {"nobody to bind as", ldap, "line 1: sign_in.connector.dn is needed, or base and filter"},
        {"both ways", ldap + "dn = \"uid={address}\"\nbase = \"dc=x\"\n",
         "line 5: sign_in.connector.dn is needed, or base and filter: not both"},
        {"one DN for all", ldap + "dn = \"cn=admin,dc=x\"\n",
         "line 5: sign_in.connector.dn must be"},
        {"a domain is no person", ldap + "dn = \"dc={domain}\"\n", "connector.dn must be like"},
        {"a place that is none", ldap + "dn = \"uid={user}\"\n", "connector.dn must be like"},
        {"a place that does not end", ldap + "dn = \"uid={address\"\n",
         "connector.dn must be like"},
        {"one filter for all", ldap + "base = \"dc=x\"\nfilter = \"(uid=bob)\"\n",
         "line 6: sign_in.connector.filter must be like"},
        {"a filter without brackets", ldap + "base = \"dc=x\"\nfilter = \"mail={address}\"\n",
         "line 6: sign_in.connector.filter must be like"},
        {"no base", ldap + "filter = \"(mail={address})\"\n", "connector.base is needed"},
        {"a bind without password",
         ldap + "base = \"dc=x\"\nfilter = \"(mail={address})\"\nbind_dn = \"cn=l\"\n",
         "connector.bind_password and bind_dn belong together"},
        {"an issuer without TLS", openid_at + "issuer = \"http://i.example\"\n",
         "line 5: sign_in.connector.issuer must be https://HOST"},
        {"no issuer", openid_at, "line 1: sign_in.connector.issuer must be https://HOST"},
        {"a query behind it", openid_at + "issuer = \"https://i.example/?a=b\"\n",
         "connector.issuer must be https://HOST"},
        {"a name in it", openid_at + "issuer = \"https://bob@i.example\"\n",
         "connector.issuer must be https://HOST"},
        {"no host in it", openid_at + "issuer = \"https:///oidc\"\n",
         "connector.issuer must be https://HOST"},
        {"nobody to be",
         "[[sign_in.connector]]\ndomains = [\"*\"]\nkind = \"openid\"\n"
         "issuer = \"https://i.example\"\n",
         "line 1: sign_in.connector.client_id is needed"},
        {"a claim that nobody verifies", openid + "address_claim = \"upn\"\n",
         "line 6: sign_in.connector.address_claim other than \"email\" needs trust_addresses"},
        {"a secret in two places", openid + "client_secret = \"s\"\nclient_secret_file = \"/s\"\n",
         "line 7: sign_in.connector.client_secret_file and client_secret exclude each other"},
        {"a server beside a provider", openid + "url = \"imaps://m.example\"\n",
         "line 6: sign_in.connector.url does not belong to this kind"},
        {"a provider beside a server",
         imap + "url = \"imaps://m.example\"\nissuer = \"https://i.example\"\n",
         "line 5: sign_in.connector.issuer does not belong to this kind"},
        {"a provider twice",
         openid + "[[sign_in.connector]]\ndomains = [\"b.example\"]\nkind = \"openid\"\n"
                  "client_id = \"m\"\nissuer = \"https://i.example\"\n",
         "line 10: sign_in.connector.issuer is that of another block, too"},
        {"a time out of range", imap + "url = \"imaps://m.example\"\ntimeout = \"2min\"\n",
         "is 120s, must be 1s to 60s"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto problems = problems_of(row.text);
        CAPTURE(problems);
        CHECK(problems.find(row.problem) != std::string::npos);
    }
}
