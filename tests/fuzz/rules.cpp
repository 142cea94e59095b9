#include "milter/filter/rules/rule_book.hpp"

#include <fmt/format.h>

#include "milter/filter/rules/evals/eval.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/support/rule_text.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using namespace lazaret::filter::rules;

namespace {

/// Rules that look at everything a rule can look at, and call every function.
std::string all_kinds()
{
    std::string text =
        "header A From:addr =~ /a/\nheader B ALL =~ /b/\nheader C X-Spam-Relays-Untrusted =~ /c/\n"
        "header D ToCc !~ /d/\nheader E Received:first:ip =~ /1/\nheader F From:name:domain =~ "
        "/e/\n"
        "header G EnvelopeFrom =~ /g/\nbody H /\\bh\\S+/\ntflags H multiple maxhits=5\n"
        "rawbody I /<i[^>]*>/i\nuri J /example/\nfull K /k\\nk/\nmimeheader L Content-Type =~ /l/\n"
        "uri_detail M raw =~ /m/ text =~ /m/\nmeta N A && (H > 1 || !K)\n"
        "body __O /\\bo\\S+/\ntflags __O multiple maxhits=3\nrawbody __P /(?<!q)p/\n"
        "header __Q ALL !~ /q(?!u)/\nmeta __R __O > 1 || __P\nmeta S __R && !__Q\nmeta T __R + I > "
        "1\n"
        "util_rb_tld com org test example\nfreemail_domains example.com\n"
        "enlist_uri_host (LIST) example.org\nredirector_pattern m'^https?://r\\.test/(.*)'i\n";
    int number = 0;
    for (const auto all : {sender_evals(), content_evals()})
        for (const auto& one : all) {
            if (!one.plugin.empty())
                text =
                    fmt::format("loadplugin Mail::SpamAssassin::Plugin::{}\n", one.plugin) + text;
            text +=
                fmt::format("body EVAL_{} eval:{}('1', '2', '3', '4', '5')\n", ++number, one.name);
        }
    return text;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const RuleBook book{rules_in(all_kinds()), ""};
    const auto text = fuzz::text_of(data, size);
    const Envelope envelope{};
    const Message message{};
    const auto rested = book.given_up();
    const auto hits = book.judge({envelope, text, message}, {0.5});
    for (const auto& hit : hits)
        fuzz::promise(hit.rule < book.size() && hit.value > 0, "a hit is a rule of the book");
    const auto points = book.judge({envelope, text, message}, {0.5}, Wanted::Points);
    // What begins to rest between the two hits in the first alone.
    fuzz::promise(points == without_helpers(book, hits) || book.given_up() != rested,
                  "rules hit the same where helpers wait");
    return 0;
}
