#include "milter/filter/one_click.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"

using namespace lazaret::filter;

namespace {

auth::Authentication signed_by(const std::string& domain, bool covers = true,
                               auth::Result result = auth::Result::Pass, bool is_testing = false)
{
    auth::Authentication all;
    auto& one = all.dkim.emplace_back();
    one.result = result;
    one.domain = domain;
    one.is_testing = is_testing;
    one.covers_unsubscribing = covers;
    return all;
}

const std::string place = "List-Unsubscribe: <https://news.example.org/u?1>\r\n";
const std::string post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
const std::string author = "From: News <n@news.example.org>\r\n";

std::string address_in(const std::string& header, const auth::Authentication& authentication,
                       const std::string& list_id = {})
{
    Letter letter{author + header, {"n@news.example.org"}};
    letter.message.list_id = list_id;
    return one_click_address(letter.message, authentication);
}

}  // namespace

TEST_CASE("one click is recorded only where a signature vouches for it", "[one-click]")
{
    using auth::Result;
    struct Row {
        const char* says;
        auth::Authentication signature;
        const char* list_id;
        bool is_recorded;
    };
    const auto row = GENERATE(values<Row>({
        {"the author's domain", signed_by("news.example.org"), "", true},
        {"one above it", signed_by("example.org"), "", true},
        {"one below it", signed_by("a.news.example.org"), "", false},
        {"the list's domain", signed_by("lists.example.net"), "a.lists.example.net", true},
        {"another domain", signed_by("example.net"), "", false},
        {"an end that looks like it", signed_by("ews.example.org"), "", false},
        {"a domain of one label", signed_by("org"), "", false},
        {"fields that it does not cover", signed_by("example.org", false), "", false},
        {"one that failed", signed_by("example.org", true, Result::Fail), "", false},
        {"a key in testing", signed_by("example.org", true, Result::Pass, true), "", false},
        {"no signature", {}, "", false},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(address_in(place + post, row.signature, row.list_id) ==
              (row.is_recorded ? "https://news.example.org/u?1" : ""));
    }
}

TEST_CASE("one click is read from exactly two fields", "[one-click]")
{
    struct Row {
        const char* says;
        std::string header;
        std::string address;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"without the second", place, ""},
        {"without the first", post, ""},
        {"the first twice", place + place + post, ""},
        {"the second twice", place + post + post, ""},
        {"another word", place + "List-Unsubscribe-Post: yes\r\n", ""},
        {"mailto first",
         "List-Unsubscribe: <mailto:a@b.example>,\r\n <https://a.example/x>\r\n" + post,
         "https://a.example/x"},
        {"folded within", "List-Unsubscribe: <https://a.example/\r\n x>\r\n" + post,
         "https://a.example/x"},
        {"http", "List-Unsubscribe: <http://a.example/x>\r\n" + post, ""},
        {"no bracket at its end", "List-Unsubscribe: <https://a.example/x\r\n" + post, ""},
        {"no brackets", "List-Unsubscribe: https://a.example/x\r\n" + post, ""},
        {"a backslash", "List-Unsubscribe: <https://a.example\\@b.example/>\r\n" + post, ""},
        {"another alphabet", "List-Unsubscribe: <https://\xC3\xA9.example/>\r\n" + post, ""},
        {"too long",
         "List-Unsubscribe: <https://a.example/" + std::string(2'000, 'x') + ">\r\n" + post, ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(address_in(row.header, signed_by("example.org")) == row.address);
    }
}
