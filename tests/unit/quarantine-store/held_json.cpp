#include "quarantine-store/held_json.hpp"

#include <limits>

#include "quarantine-store/setting_values.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;

namespace {

// What JSON has to escape, and what is no text at all.
const std::string odd = "\"quoted\" \\ {}[] \xC3\xA9 \r\n\t";
const std::string no_text = std::string{"\xff\xfe \0 \x01", 6};

}  // namespace

TEST_CASE("hits come back from JSON as they were", "[json]")
{
    const std::vector<Hit> hits = {
        {"LEARNED_SPAM", 4.5, odd},
        {"FORGED", -1.25, ""},
        {"OFFER", 1.0, "Offers", Translations{{{"de", odd}, {"fr", "Propose"}}}}};
    CHECK(store::hits_of(store::hits_json(hits)) == hits);
    CHECK(store::hits_of(store::hits_json({})).empty());
    const auto infinite = std::numeric_limits<double>::infinity();
    const auto mended = store::hits_of(store::hits_json({{no_text, infinite, no_text}}));
    REQUIRE(mended.size() == 1);
    CHECK(mended[0].points == 0.0);
    CHECK(mended[0].name.find('\0') == std::string::npos);
}

TEST_CASE("an explanation comes back from JSON as it was", "[json]")
{
    Explanation all;
    all.decided = {7, ListKind::Deny, Owner::domain("example.org"), odd, ""};
    all.unproven = {{8, ListKind::Newsletter, Owner::account(3), "a@example.org", "spf"}};
    all.settings = {{"hold_at", Owner::site()}, {"action.spam", Owner::address("b@example.com")}};
    all.note = odd;
    all.warned = {9, ListKind::Warn, Owner::account(3), "@example.net", ""};
    CHECK(store::explanation_of(store::explanation_json(all)) == all);
    CHECK(store::explanation_of(store::explanation_json({})) == Explanation{});
}

TEST_CASE("a preview comes back from JSON and its images as it was", "[json]")
{
    Preview preview;
    preview.sanitiser = 3;
    preview.text = odd;
    preview.html = "<p>" + odd + "</p>";
    preview.images = {{"one@example.org", "image/png", no_text},
                      {"two@example.org", "image/gif", "GIF"}};
    preview.parts = {{odd, "application/zip", 1234, "ab"}};
    preview.link_hosts = {"example.net"};
    preview.scan = "clean";
    const auto images = store::preview_images(preview);
    CHECK(store::preview_of(store::preview_json(preview), images) == preview);
    // Images that are not all there are cut, and nothing is read behind them.
    const auto cut = store::preview_of(store::preview_json(preview), images.substr(0, 7));
    CHECK(cut.images.at(1).bytes == images.substr(6, 1));
}

TEST_CASE("what another version or a broken disk left is read as far as it goes", "[json]")
{
    struct Row {
        const char* says;
        const char* json;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", ""},
        {"no JSON", "{\"text\":"},
        {"an array", "[]"},
        {"a number", "7"},
        {"null", "null"},
        {"other types",
         R"({"text": 7, "images": {}, "parts": [1, {"size": "x"}], "hosts": [2], "decided": [],)"
         R"( "unproven": [3], "settings": [{"owner": 4}], "note": {}, "sanitiser": "x"})"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        CHECK(store::preview_of(row.json, "bytes").text.empty());
        CHECK(store::explanation_of(row.json).note.empty());
        CHECK(store::hits_of(row.json).empty());
    }
}

TEST_CASE("addresses that differ have keys that differ, however long", "[json]")
{
    CHECK(store::recipient_key("Bob@Example.ORG") == "bob@example.org");
    CHECK(store::recipient_key("not an address") == "not an address");
    const std::string tag(1200, 'x');
    const auto one = store::recipient_key("bob+" + tag + "1@example.org");
    const auto two = store::recipient_key("bob+" + tag + "2@example.org");
    CHECK(one != two);
    CHECK(one.size() < 1000);
    CHECK(one == store::recipient_key("BOB+" + tag + "1@example.org"));
}

TEST_CASE("settings come back from JSON as they were", "[json]")
{
    ChosenSettings chosen;
    CHECK_FALSE(choose(chosen, "hold_at", "4.25"));
    CHECK_FALSE(choose(chosen, "subject_mark", "[\"?\" \\]"));
    CHECK_FALSE(choose(chosen, "retention.spam", "30"));
    CHECK(store::chosen_of(store::json_of(store::values_of(chosen))) == chosen);
    CHECK(store::chosen_of(std::string_view{"[]"}).empty());
    CHECK(store::chosen_of(std::string_view{R"({"hold_at": 4, "colour": "blue"})"}).empty());
}
