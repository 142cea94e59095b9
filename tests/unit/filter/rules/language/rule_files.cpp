#include "milter/filter/rules/language/rule_files.hpp"

#include <filesystem>
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

TEST_CASE("who may read a file is part of the fingerprint", "[rules]")
{
    const test::PrivateFolder folder;
    const auto file = folder.at("local.cf");
    std::ofstream{file} << "body LOCAL /local/\n";
    const auto before = rule_fingerprint({folder.path()});
    std::filesystem::permissions(file, std::filesystem::perms::none);
    CHECK(before != rule_fingerprint({folder.path()}));
}

TEST_CASE("sa-update's own channel is read before those that change its scores", "[rules]")
{
    const test::PrivateFolder folder;
    std::ofstream{folder.at("updates_spamassassin_org.cf")} << "body A /a/\nscore A 1\n";
    std::ofstream{folder.at("another_channel.cf")} << "score A 3\n";
    const auto source = read_rule_folders({folder.path()}).value();
    CHECK(source.rules.at("A").scores[0] == 3);
}

TEST_CASE("a folder that cannot be read is named", "[rules]")
{
    const test::PrivateFolder folder;
    const auto file = folder.at("no-folder");
    std::ofstream{file} << "body LOCAL /local/\n";
    for (const auto& wrong : {file, folder.at("nothing")}) {
        const auto source = read_rule_folders({wrong}).value();
        REQUIRE(source.problems.size() == 1);
        CHECK(source.problems[0].place == Place{wrong, 0});
    }
}
