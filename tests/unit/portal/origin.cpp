#include "portal/origin.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;

TEST_CASE("an origin is written as browsers write it", "[portal]")
{
    struct Row {
        const char* url;
        const char* origin;
    };
    const auto row = GENERATE(values<Row>({
        {"https://quarantine.example.org", "https://quarantine.example.org"},
        {"https://Quarantine.Example.org/q", "https://quarantine.example.org"},
        {"https://q.example.org:443", "https://q.example.org"},
        {"https://q.example.org:8443/q/", "https://q.example.org:8443"},
        {"http://q.example.org:80", "http://q.example.org"},
        {"http://q.example.org:443", "http://q.example.org:443"},
        {"https://quarant\u00e4ne.example.org", "https://xn--quarantne-12a.example.org"},
        {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
        {"http://[::1]:8080/q", "http://[::1]:8080"},
        {"http://[::1]", "http://[::1]"},
    }));
    CAPTURE(row.url);
    CHECK(portal::origin_of(row.url) == row.origin);
}
