#include "milter/filter/message/message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

TEST_CASE("charsets are known by all names that mail programs know", "[message]")
{
    struct Row {
        std::string charset;
        std::string body;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {"iso8859-2", "\xBB", "ť"},
        {"iso_8859-2:1987", "\xBB", "ť"},
        {"LATIN2", "\xBB", "ť"},
        {"latin5", "\xFD", "ı"},
        {"x-cp1251", "\xDF", "Я"},
        {"koi8", "\xF1", "Я"},
        {"csKOI8R", "\xF1", "Я"},
        {"cp936", "\xCD\xA8", "通"},
        {"gbk", "\x80 \xCD\xA8", "€ 通"},
        {"gb_2312", "\xCD\xA8", "通"},
        {"cn-big5", "\xB3\x71", "通"},
        {"big5", "\xBD\xD0\xAB\xF6\xA1\xFE\xA3\xE1\xA1\xE3\xF9\xD6", "請按／€～碁"},
        {"big5-hkscs", "\x92\x74\xB3\x71", "㦙通"},
        {"cp950", "\xB3\x71", "通"},
        {"cp949", "\xBE\xC8", "안"},
        {"x-euc-jp", "\xA4\xAA", "お"},
        {"ms_kanji", "\x82\xA8", "お"},
        {"csiso2022jp", "\x1B$B$*\x1B(B", "お"},
        {"latin1 l1", "\xE9", "é"},
    }));
    DYNAMIC_SECTION(row.charset)
    {
        CHECK(read_message("Content-Type: text/plain; charset=\"" + row.charset + "\"\r\n\r\n" +
                           row.body)
                  .text == row.text);
    }
}

TEST_CASE("lines that go on without a blank are joined", "[message]")
{
    struct Row {
        const char* says;
        std::string parameters;
        std::string body;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {"an address over two lines", "format=flowed; delsp=yes",
         "See http://evil. \r\nexample.com/path\r\nnow", "See http://evil.example.com/path\nnow"},
        {"in any case, stuffed", "Format=Flowed; DelSp=YES", "https:// \r\n evil.test/ \r\n",
         "https://evil.test/"},
        {"a blank that is written", "format=flowed; delsp=yes", "two  \r\nwords", "two words"},
        {"quoted", "format=flowed; delsp=yes", "> http://a. \r\n> test/ \r\n>> b \r\nc",
         "> http://a.test/\n>> b\nc"},
        {"a signature", "format=flowed; delsp=yes", "a \r\n-- \r\nb", "a\n-- \nb"},
        {"with its blank", "format=flowed", "http://a. \r\ntest/", "http://a. \ntest/"},
        {"not flowed", "delsp=yes", "http://a. \r\ntest/", "http://a. \ntest/"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto message =
            read_message("Content-Type: text/plain; " + row.parameters + "\r\n\r\n" + row.body);
        CHECK(message.text == row.text);
    }
}
