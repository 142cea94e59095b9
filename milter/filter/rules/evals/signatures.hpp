#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/auth/results.hpp"
#include "milter/filter/rules/evals/eval.hpp"

/// What the DKIM signatures of a message say, as rules ask for it.
namespace lazaret::filter::rules {

/// The domains of the authors (From), small letters, each once.
std::vector<std::string> author_domains(const EvalContext& context);

/// For which domain a signature speaks: that of `i=`, else `d=`; empty when it has none.
std::string signing_domain(const auth::DkimResult& signature);

/// Whether it verified, and its key is long enough (`dkim_minimum_key_bits`). Keys in testing (t=y)
/// count, as in SpamAssassin.
bool is_good_signature(const EvalContext& context, const auth::DkimResult& signature);

/// Whether a domain is the wanted one; of `*.example.org` and `.example.org` the domain itself or
/// one below. Any case.
bool is_acceptable(std::string_view domain, std::string_view wanted);

/// What a domain's own signatures say.
enum class DomainSignature {
    None,
    Good,
    Unknown,  ///< the key could not be had just now, or the message was not read to its end
};
DomainSignature signature_of_domain(const EvalContext& context, std::string_view domain);

}  // namespace lazaret::filter::rules
