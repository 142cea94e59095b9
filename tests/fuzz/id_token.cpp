#include "portal/openid/id_token.hpp"

#include <cjose/cjose.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "base/handle.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;
using namespace lazaret::portal;

namespace {

using Key = CHandle<cjose_jwk_t, cjose_jwk_release>;
using Header = CHandle<cjose_header_t, cjose_header_release>;
using Token = CHandle<cjose_jws_t, cjose_jws_release>;

const ExpectedToken expected{.issuer = "https://login.example.com",
                             .client_id = "lazaret",
                             .nonce = "n-1",
                             .address_claim = "email",
                             .now = Moment{std::chrono::seconds{1'700'000'000}}};

cjose_jwk_t* own_key()
{
    static const Key key{cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, nullptr)};
    return key.get();
}

std::string own_keys()
{
    char* json = cjose_jwk_to_json(own_key(), false, nullptr);
    std::string keys = std::string{"{\"keys\":["} + (json ? json : "") + "]}";
    cjose_get_dealloc()(json);
    return keys;
}

std::string signed_token(std::string_view claims)
{
    const Header header{cjose_header_new(nullptr)};
    cjose_header_set(header.get(), CJOSE_HDR_ALG, CJOSE_HDR_ALG_ES256, nullptr);
    const Token token{cjose_jws_sign(own_key(), header.get(),
                                     reinterpret_cast<const std::uint8_t*>(claims.data()),
                                     claims.size(), nullptr)};
    const char* text = nullptr;
    if (!token || !cjose_jws_export(token.get(), &text, nullptr)) return {};
    return text;
}

void check(const Result<OpenIdPerson, TokenFault>& person)
{
    if (person) fuzz::promise(!person->subject.empty(), "a person has a name at his provider");
    else fuzz::promise(!why(person.error()).empty(), "each fault has words");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = fuzz::text_of(data, size);
    if (bytes.starts_with('{')) {  // claims that a provider signed, and its other answers
        static const auto keys = own_keys();
        check(read_id_token(signed_token(bytes), keys, expected));
        const auto person = read_userinfo(bytes, "email");
        fuzz::promise(!person || !person->subject.empty(), "a person has a name at his provider");
        has_usable_key(bytes);
    } else {
        const auto end = std::min(bytes.find('\n'), bytes.size());
        check(read_id_token(bytes.substr(0, end), bytes.substr(end), expected));
    }
    return 0;
}
