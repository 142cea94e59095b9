#include "base/text.hpp"
#include "milter/filter/message/html_text.hpp"
#include "milter/filter/message/message.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;
using namespace lazaret::filter;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto html = fuzz::text_of(data, size);
    const auto out = sanitised_html(html);
    fuzz::promise(out == valid_utf8(out), "sanitised HTML is valid UTF-8");
    fuzz::promise(sanitised_html(out) == out, "sanitising again changes nothing");
    const auto small = ascii_lower(out);
    for (const char* bad :
         {"<script", "<style", "<svg", "<math", "<iframe", "<object", "<form", "<a ", "<!--"})
        fuzz::promise(small.find(bad) == std::string::npos, "nothing active is left");

    const auto read = read_html(valid_utf8(html), 10'000, 20);
    fuzz::promise(read.text.size() <= 10'000 && read.links.size() <= 20, "limits hold");
    fuzz::promise(read.text == valid_utf8(read.text), "text is valid UTF-8");
    return 0;
}
