#include "milter/filter/authentication_results.hpp"

#include "milter/filter/proofs.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;
using namespace lazaret::filter;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    if (const auto read = parse_authentication_results(text)) {
        fuzz::promise(!read->authserv_id.empty(), "a field that was read names its writer");
        for (const auto& result : read->results)
            fuzz::promise(!result.method.empty() && !result.result.empty(),
                          "a result has a method and a value");
    }
    // The same bytes as a header: what a stranger writes below Received proves nothing.
    const ProofSources sources{{{"mx.example.org", {"dkim", "spf", "dmarc"}}}};
    Message message;
    message.header = cut_header(text);
    proofs_of(message, sources);
    const std::string relayed =
        "Received: from a.example by b.example; today\r\n" + std::string{text};
    message.header = cut_header(relayed);
    fuzz::promise(proofs_of(message, sources) == SenderProofs{},
                  "nothing below Received is believed");
    return 0;
}
