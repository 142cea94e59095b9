#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/filter/auth/answers.hpp"

namespace lazaret::filter::auth::test {

/// A key that was made for this run.
struct SigningPair {
    std::string secret;  ///< PEM
    std::string record;  ///< what its owner publishes: `v=DKIM1; k=rsa; p=...`
};
const SigningPair& rsa_pair();  ///< 2048 bits
const SigningPair& ed25519_pair();

/// The record of an RSA key of that size to which nobody has the secret part; its exponent is
/// 65537, or a number of so many bits.
std::string rsa_record(int bits, int exponent_bits = 17);

/// How to sign.
struct Signing {
    std::string domain = "a.example";
    std::string selector = "s1";
    bool ed25519 = false;
    bool relaxed_header = true;
    bool relaxed_body = true;
    bool with_length = false;               ///< l= of the whole body
    std::vector<std::string> oversigned{};  ///< fields whose absence is signed too
    unsigned lifetime = 0;                  ///< seconds until x=; 0: no x=
};

/// `message` with a DKIM-Signature on top, made by libopendkim: not by the code under test.
/// (Not by Ed25519 over a simple header: what libopendkim 2.11.0 signs so, it does not verify.)
std::string sign(std::string_view message, const Signing& how);

/// `message`, whose first field is From, with a signature of From and body by Ed25519,
/// simple/simple, made by hand: its header and body are canonical as they are.
std::string sign_simple_ed25519(const std::string& message);

/// The DNS with the keys of both kinds as they are published: RSA at s1, Ed25519 at s2.
dns::Answers published(const std::string& domain = "a.example");

}  // namespace lazaret::filter::auth::test
