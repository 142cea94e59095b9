#include "portal/browser_name.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret::portal;

TEST_CASE("a browser is known by a short name", "[portal]")
{
    struct Row {
        const char* says;
        std::string agent;
        const char* name;
    };
    const auto row = GENERATE(values<Row>({
        {"Firefox",
         "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
         "Firefox, Windows"},
        {"Chrome on a phone",
         "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/138.0.0.0 Mobile Safari/537.36",
         "Chrome, Android"},
        {"Safari on a phone",
         "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
         "Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
         "Safari, iPhone"},
        {"Edge",
         "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
         "Edge, macOS"},
        {"a system alone", "curl on Linux", "Linux"},
        {"something else", "\xff\x00<script>", ""},
        {"nothing", "", ""},
        {"too long to be looked at", std::string(500, 'x') + "Firefox/", ""},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(browser_name(row.agent) == row.name); }
}
