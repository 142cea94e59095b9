#include "milter/filter/message/message.hpp"

#include <cmath>

#include "base/mail/digest.hpp"
#include "base/records/policy.hpp"
#include "base/text.hpp"
#include "milter/filter/assess.hpp"
#include "milter/filter/checks.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

void check_valid(const std::string& text)
{
    fuzz::promise(text == valid_utf8(text), "text is valid UTF-8");
}

/// All that is decided from what a stranger wrote: checks, lists, proofs, class and action.
void check_judgement(std::string_view bytes, const Message& message)
{
    static const auto checks = make_checks({}, {});
    static const ProofSources believed{{{"mx.example.com", {"dkim", "spf", "dmarc"}}}};
    static const auto policy = [] {
        Policy made;
        made.domains.set("example.com", site_tenant);
        return made;
    }();
    Envelope envelope;
    Recipient recipient;
    recipient.verbatim = "<ann@example.com>";
    recipient.address = *parse_address("ann@example.com");
    envelope.recipients.push_back(recipient);
    const Mail mail{envelope, bytes, message};
    const auto assessment = assess(mail, checks);
    fuzz::promise(std::isfinite(assessment.score), "a score is finite");
    for (const auto& hit : assessment.findings.hits) check_valid(hit.why);
    const auto decisions = decide(mail, assessment, policy, believed, Moment{});
    fuzz::promise(decisions.size() == 1 && decisions.front().is_protected,
                  "each recipient gets a decision");
    fuzz::promise(digest_of(bytes, "4XyZ1b") == digest_of(bytes, "4XyZ1b"),
                  "a digest is a function");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = fuzz::text_of(data, size);
    const auto message = read_message(bytes);
    for (const auto* text :
         {&message.from, &message.subject, &message.list_id, &message.text, &message.html_text})
        check_valid(*text);
    fuzz::promise(message.subject.find('\n') == std::string::npos, "a subject is one line");
    for (const auto& link : message.links) {
        check_valid(link.url);
        check_valid(link.host);
        check_valid(link.text);
    }
    for (const auto& attachment : message.attachments) {
        check_valid(attachment.name);
        check_valid(attachment.declared_type);
        check_valid(attachment.type);
        check_valid(attachment.content_id);
    }
    check_judgement(bytes, message);
    const auto preview = preview_of(bytes);
    check_valid(preview.text);
    check_valid(preview.html);
    fuzz::promise(preview.parts.size() == message.attachments.size(),
                  "the preview lists every part");
    return 0;
}
