#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"
#include "tests/support/has.hpp"
#include "tests/tools/site.hpp"

using namespace lazaret;
using namespace lazaret::test;

namespace {

std::string content_of(const std::filesystem::path& file)
{
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

/// What a stranger wrote must not reach the terminal as it is.
void check_is_harmless(const std::string& out)
{
    for (const char* bad : {"\x1b", "\x07", "\xe2\x80\xae", "\xc2\x9b", "\x7f"})
        CHECK(out.find(bad) == std::string::npos);
    CHECK(out.find("\\x1b[2J\\x07\\u{202e}\\u{9b}1m\\x7f"
                   "evil") != std::string::npos);
}

}  // namespace

TEST_CASE("what is held is listed, shown and explained", "[tools]")
{
    const Site site;
    CHECK(has(site.ctl({"held", "list"}).out, "Nothing is held."));
    CHECK(site.json({"held", "list"}) == Json::array());
    const auto id = site.hold(letter("shown")).text();

    const auto list = site.json({"held", "list", "--recipient", "ann@example.org"});
    REQUIRE(list.size() == 1);
    CHECK(list[0].at("reference") == id);
    CHECK(list[0].at("class") == "spam");
    CHECK(list[0].at("state") == "held");
    CHECK(list[0].at("size") == letter("shown").size());
    CHECK(site.json({"held", "list", "--class", "virus"}).empty());
    CHECK(site.json({"held", "list", "--recipient", "@example.com"}).empty());
    CHECK(site.json({"held", "list", "--recipient", "@example.org", "--since", "1h"}).size() == 1);

    const auto table = site.ctl({"held", "list"});
    CHECK(table.code == 0);
    CHECK(has(table.out, id));
    check_is_harmless(table.out);

    const auto shown = site.ctl({"held", "show", id});
    CHECK(shown.code == 0);
    check_is_harmless(shown.out);
    for (const auto* part : {"Dear Ann,\ncome at once", "bill.zip", "parcel.example.net",
                             "192.0.2.7", "LINK_MISMATCH", "4XyZ1b", "spam: it looks like spam"})
        CHECK(has(shown.out, part));
    CHECK(site.json({"held", "show", id}).at("preview").at("parts").at(0).at("size") == 1234);

    const auto why = site.ctl({"why", id});
    CHECK(why.code == 0);
    check_is_harmless(why.out);
    for (const auto* part : {"not proven", "the domain example.org", "LINK_MISMATCH", "7.4"})
        CHECK(has(why.out, part));
    CHECK(site.json({"why", id}).at(0).at("hits").size() == 2);

    // JSON, too, may be looked at in a terminal; it says the same.
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"held", "list", "--json"},
          {"held", "show", id, "--json"},
          {"why", id, "--json"}}) {
        const auto out = site.ctl(words).out;
        CHECK(std::all_of(out.begin(), out.end(),
                          [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
    }
    CHECK(list[0].at("subject") == std::string{"Your parcel "} + hostile);
}

TEST_CASE("a held message is exported exactly as it was received", "[tools]")
{
    const Site site;
    const auto bytes = letter("exported");
    const auto id = site.hold(bytes).text();
    CHECK(site.ctl({"held", "export", id}).out == bytes);
    CHECK(site.ctl({"held", "export", id, "--to", "-"}).out == bytes);

    const auto file = site.folder() / "mail.eml";
    CHECK(site.ctl({"held", "export", id, "--to", file.string()}).code == 0);
    CHECK(content_of(file) == bytes);
    CHECK(std::filesystem::status(file).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    const auto there = site.ctl({"held", "export", id, "--to", file.string()});
    CHECK(there.code == 69);
    CHECK(has(there.err, "there is a file " + file.string() + " already"));
    CHECK(content_of(file) == bytes);

    const auto other = site.hold(letter("exported too")).text();
    const auto folder = site.folder() / "mails";
    CHECK(site.ctl({"held", "export", id, other, "--to", folder.string()}).code == 0);
    CHECK(content_of(folder / (id + ".eml")) == bytes);
    CHECK(content_of(folder / (other + ".eml")) == letter("exported too"));
    CHECK(site.ctl({"held", "export", id, other}).code == 64);

    // One that is there does not keep the others from being written.
    std::filesystem::remove(folder / (other + ".eml"));
    const auto again = site.ctl({"held", "export", id, other, "--to", folder.string(), "--json"});
    CHECK(again.code == 69);
    const auto outcomes = Json::parse(again.out);
    CHECK(outcomes.at(0).at("outcome") == "file-exists");
    CHECK(outcomes.at(1).at("outcome") == "exported");
    CHECK(outcomes.at(1).at("size") == letter("exported too").size());
    CHECK(content_of(folder / (other + ".eml")) == letter("exported too"));
    CHECK(std::distance(std::filesystem::directory_iterator{folder}, {}) == 2);
    CHECK(site.ctl({"held", "export", id, "--json"}).code == 64);
}

TEST_CASE("an export that cannot be written leaves nothing behind", "[tools]")
{
    const Site site;
    const auto id = site.hold(letter("large") + std::string(200'000, 'x')).text();
    const auto file = site.folder() / "mail.eml";
    const auto config = (site.folder() / "lazaret.toml").string();
    const auto done =
        run_program_with({"sh", "-c", "ulimit -f 64; trap '' XFSZ; exec \"$0\" \"$@\"", LAZARETCTL,
                          "--config", config, "held", "export", id, "--to", file.string()});
    INFO(done.err);
    CHECK(done.code == 75);
    CHECK_FALSE(std::filesystem::exists(file));
    for (const auto& entry : std::filesystem::directory_iterator{site.folder()})
        CHECK_FALSE(entry.path().filename().string().starts_with("mail.eml"));
    CHECK(site.ctl({"held", "export", id, "--to", file.string()}).code == 0);

    const auto nowhere = site.folder() / "nowhere" / "mail.eml";
    for (const auto& place : {nowhere.string(), (site.folder() / std::string(300, 'x')).string()}) {
        const auto refused = site.ctl({"held", "export", id, "--to", place});
        CHECK(refused.code == 64);
        CHECK(refused.err.starts_with("lazaretctl: error: cannot make " + place));
    }
}

TEST_CASE("a held copy is deleted once, and again without harm", "[tools]")
{
    const Site site;
    const auto id = site.hold(letter("deleted")).text();
    const auto done = site.ctl({"held", "delete", id, "0000zzzz0000", "--json"});
    CHECK(done.code == 69);
    const auto outcomes = Json::parse(done.out);
    CHECK(outcomes.at(0).at("outcome") == "deleted");
    CHECK(outcomes.at(0).at("state") == "deleted");
    CHECK(outcomes.at(1) == Json::parse(R"({"reference": "0000zzzz0000", "outcome": "unknown"})"));
    CHECK(site.ctl({"held", "delete", id}).code == 0);
    CHECK(site.json({"held", "list"}).empty());
    CHECK(site.json({"held", "list", "--state", "deleted"}).at(0).at("reference") == id);
    const auto released = site.ctl({"held", "release", id});
    CHECK(released.code == 69);
    CHECK(has(released.err, id));
}

TEST_CASE("a reference that is not there is said so", "[tools]")
{
    const Site site;
    for (const std::vector<std::string>& words : {std::vector<std::string>{"held", "show"},
                                                  {"held", "release"},
                                                  {"held", "delete"},
                                                  {"held", "export"},
                                                  {"why"}}) {
        auto unknown = words;
        unknown.emplace_back("0000zzzz0000");
        const auto done = site.ctl(unknown);
        CHECK(done.code == 69);
        CHECK(has(done.err, "0000zzzz0000"));
        CHECK(has(done.err, "hint: "));

        auto malformed = words;
        malformed.emplace_back("no reference at all");
        CHECK(site.ctl(malformed).code == 64);
    }
    for (const auto* text :
         {"--class=junk", "--since=yesterday", "--state=lost", "--limit=0", "--recipient=tenant:1"})
        CHECK(site.ctl({"held", "list", text}).code == 64);
}
