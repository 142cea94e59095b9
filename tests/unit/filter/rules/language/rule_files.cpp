#include "milter/filter/rules/language/rule_files.hpp"

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;
using namespace lazaret::filter::rules;

TEST_CASE("files elsewhere that rules are made of change their fingerprint", "[rules]")
{
    const test::PrivateFolder folder;
    const test::PrivateFolder elsewhere;
    const auto write = [](const std::string& file, const std::string& text) {
        std::ofstream{file} << text;
    };
    const auto included = elsewhere.at("more.cf");
    const auto feed = elsewhere.at("feed.txt");
    write(included, "body MORE /more/\n");
    write(feed, "http://a.example/\n");
    write(folder.at("local.cf"),
          "include " + included + "\nphishing_openphish_feed " + feed + "\n");
    const auto source = read_rule_folders({folder.path()}).value();
    CHECK(source.rules.contains("MORE"));
    CHECK(source.files_besides == std::vector{included, feed});
    const auto fingerprint = [&] {
        return rule_fingerprint({folder.path()}, source.files_besides);
    };
    auto before = fingerprint();
    CHECK(before == fingerprint());
    for (const auto& changed : {included, feed}) {
        INFO(changed);
        write(changed, "something longer than what was there\n");
        CHECK(before != fingerprint());
        before = fingerprint();
    }
}
