#include <algorithm>

#include "milter/filter/auth/arc.hpp"
#include "milter/filter/auth/dkim.hpp"
#include "milter/filter/auth/dmarc.hpp"
#include "milter/filter/auth/results_field.hpp"
#include "milter/filter/auth/sender_proofs.hpp"
#include "milter/filter/authentication_results.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using namespace lazaret::filter::auth;

namespace {

// All methods, by what the DNS has said so far.
Authentication evaluate(const Message& message, SignedMessage& as_signed, dns::View& dns)
{
    Authentication results;
    results.dkim = check_dkim(as_signed, dns, {}, Moment{});
    results.arc = check_arc(as_signed, dns, {}, Moment{});
    results.dmarc = check_dmarc(message, results.spf_mail_from, results.dkim, dns);
    return results;
}

}  // namespace

// The first line is what every TXT record of the world says; a message follows.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    const auto end = text.find('\n');
    const auto bytes = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    Message message;
    message.header = cut_header(bytes);
    message.from_addresses = {{"bob", "x.a.example"}};

    SignedMessage as_signed{message.header};
    dns::Answers answers;
    Authentication results;
    std::size_t runs = 0;
    while (true) {
        dns::View dns{answers};
        results = evaluate(message, as_signed, dns);
        fuzz::promise(dns.is_draft() <= !dns.wanted().empty(), "a draft says what it lacks");
        if (dns.wanted().empty()) break;
        for (const auto& question : dns.wanted())
            answers[question] = {dns::Answer::State::Found, {std::string{text.substr(0, end)}}};
        fuzz::promise(++runs < 10, "evaluating comes to an end");
    }
    fuzz::promise(results.dkim.size() <= 10, "ten signatures are looked at");
    for (const auto& one : results.dkim)
        fuzz::promise(
            one.identity.empty() ||
                is_same_or_below(one.identity.substr(one.identity.rfind('@') + 1), one.domain),
            "an identity is of its signer");
    fuzz::promise(answers.size() <= 10 + 51 + 4, "questions are bounded");
    fuzz::promise(results.arc.sealers.size() == results.arc.findings.size(),
                  "each sealer has his findings");

    SignedMessage again{message.header};
    dns::View dns{answers};
    fuzz::promise(evaluate(message, again, dns) == results, "the same input has the same result");

    const auto read =
        parse_authentication_results(authentication_results_value(results, "mx.example.org"));
    fuzz::promise(read.has_value(), "our field can be read");
    const auto written = 3 + std::max<std::size_t>(results.dkim.size(), 1);
    fuzz::promise(read->results.size() == written, "our field has a result for each method");
    sealed_proofs(results.arc, results.arc.sealers);
    return 0;
}
