#include <algorithm>
#include <chrono>

#include "base/processor_time.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/filter/rules/evals/sender_case.hpp"

using namespace lazaret::filter::rules;

namespace {

std::string repeated(std::string_view text, std::size_t size)
{
    std::string out;
    while (out.size() < size) out += text;
    return out;
}

}  // namespace

TEST_CASE("no text makes a function about senders slow or fail", "[sender_evals]")
{
    const auto* piece =
        GENERATE("", "@", "a@", "a.", "a@b.test ", "http", "http://", "http://@", "=?", "=?x", "%A",
                 "<", "from ", " for <a@b.test>; ", "received: a.b ", "1.", "\xff\xfe", " ", "\n",
                 "hotmail.com ", "by 10.", "rly-", "\"");
    const auto text = repeated(*piece == 0 ? "x" : piece, *piece == 0 ? 1 : 60'000);
    SenderCase::Headers headers;
    for (const auto* query : {"From",
                              "From:addr",
                              "From:name",
                              "From:raw",
                              "Subject",
                              "Subject:raw",
                              "To",
                              "To:addr",
                              "ToCc:addr",
                              "Reply-To:addr",
                              "EnvelopeFrom",
                              "EnvelopeFrom:addr",
                              "Received",
                              "Date",
                              "MESSAGEID",
                              "Message-Id",
                              "ALL",
                              "ALL:raw",
                              "List-Unsubscribe",
                              "Content-Type",
                              "X-Received",
                              "Mailing-List",
                              "Delivered-To",
                              "X-Originating-IP"})
        headers[query] = {text, text};
    SenderCase mail{headers,
                    {{"ok_locales", "en"},
                     {"freemail_domains", "b.test a*.test"},
                     {"welcomelist_bounce_relays", "*.b"},
                     {"blocklist_from", "*a*a*a*a*@*"},
                     {"welcomelist_subject", "*a*b*c*"},
                     {"enlist_uri_host", "(L) test"}}};
    const std::string_view body = text;
    mail.rendering.body = {body, body};
    mail.rendering.body_text = body;
    mail.rendering.relays.untrusted_text = text;
    mail.rendering.relays.untrusted.resize(2);
    for (auto& relay : mail.rendering.relays.untrusted) relay.by = relay.rdns = relay.helo = text;
    const std::vector<std::string> arguments = {"From", "1", "2"};
    for (const auto& entry : sender_evals()) {
        const auto begin = std::chrono::steady_clock::now();
        CHECK(mail.ask(entry.name, arguments) < 999);
        CHECK(mail.ask(entry.name) < 999);
        INFO(entry.name);
        CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{2});
    }
}

TEST_CASE("what a function about senders looks for it looks for once", "[sender_evals]")
{
    struct Row {
        const char* function;
        const char* query;
        std::string text;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"check_ratware_name_id", "MESSAGEID", repeated("<", 1'000'000) + "a>"},
        {"check_for_fake_aol_relay_in_rcvd", "Received", repeated("rly-", 3'000'000)},
        {"check_for_to_in_subject", "Subject", repeated("a", 2'000'000)},
        {"check_for_forged_hotmail_received_headers", "Received",
         repeated("hotmail.com.", 300'000)},
    }));
    DYNAMIC_SECTION(row.function)
    {
        SenderCase mail{
            {{row.query, {row.text}}, {"To:addr", {repeated("a", 4'000) + "b@b.test"}}}};
        const auto begin = lazaret::thread_processor_time();
        CHECK(mail.ask(row.function, {"address"}) == 0);
        CHECK(lazaret::thread_processor_time() - begin < std::chrono::seconds{3});
    }
}

TEST_CASE("each function has a name of its own and can be asked", "[sender_evals]")
{
    std::vector<std::string_view> names;
    for (const auto& entry : sender_evals()) {
        names.push_back(entry.name);
        CHECK(entry.run != nullptr);
    }
    std::sort(names.begin(), names.end());
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}
