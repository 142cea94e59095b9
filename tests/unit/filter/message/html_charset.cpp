#include "milter/filter/message/message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

TEST_CASE("HTML that declares no charset is read as it says itself", "[message]")
{
    struct Row {
        const char* says;
        std::string parameters;
        std::string html;
        std::string text;
    };
    const std::string hello = "\xF0\xD2\xC9\xD7\xC5\xD4";  // in koi8-r
    const auto row = GENERATE_COPY(values<Row>({
        {"as a header", "",
         "<head><META http-equiv=Content-Type content='text/html; charset = \"KOI8-R\"'>" + hello,
         "Привет"},
        {"as a header, without quotes", "",
         "<meta content=text/html;charset=koi8-r;x http-equiv=content-type>" + hello, "Привет"},
        {"as an attribute", "", "<!doctype html><meta charset=' koi8-r '>" + hello, "Привет"},
        {"in escapes", "", "<meta charset=iso-2022-jp>\x1B$B$*CN$i$;\x1B(B", "お知らせ"},
        {"where the declared one is unknown", "; charset=what", "<meta charset=koi8-r>" + hello,
         "Привет"},
        {"the declared one counts", "; charset=koi8-r", "<meta charset=windows-1251>" + hello,
         "Привет"},
        {"the first that is known", "",
         "<meta charset=what><meta charset=koi8-r><meta charset=windows-1251>" + hello, "Привет"},
        {"not in a comment", "", "<!-- <meta charset=koi8-r> -->\xE9", "é"},
        {"not of another meta", "", "<meta name=a content='charset=koi8-r'>\xE9", "é"},
        {"not behind the beginning", "",
         "<!--" + std::string(1'100, 'x') + "--><meta charset=koi8-r>\xE9", "é"},
        {"none in which it could not be read", "", "<meta charset=utf-16>\xE9", "é"},
        {"a byte order mark", "", std::string{"\xFF\xFEH\0i\0", 6}, "Hi"},
        {"the other order", "", std::string{"\xFE\xFF\0H\0i", 6}, "Hi"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto bytes = "Content-Type: text/html" + row.parameters + "\r\n\r\n" + row.html;
        CHECK(read_message(bytes).html_text == row.text);
        CHECK(preview_of(bytes).html.find(row.text) != std::string::npos);
    }
}
