#include <fmt/format.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/error.hpp"
#include "tests/support/catch.hpp"

// The settings file that the package installs is also its manual page (lazaret.toml(5) is made
// from it). So it must show every key, with the default and the limits that the program has.

using namespace lazaret;

namespace {

/// A key as the shipped file shows it.
struct ShownKey {
    std::string section;
    std::string name;
    std::string value;    ///< as TOML text
    std::string comment;  ///< the lines above it
};

std::string source_file(const std::string& name)
{
    std::ifstream in{std::string{LAZARET_SOURCE_DIR} + "/" + name};
    std::ostringstream text;
    text << in.rdbuf();
    REQUIRE(in);
    return text.str();
}

/// All of the file, also of blocks [[SECTION]], which have no defaults.
std::vector<ShownKey> all_shown_keys()
{
    static const std::regex section_line{R"(#?\[+([a-z_.]+)\]+)"};
    static const std::regex key_line{R"(#([a-z_]+) = (.+))"};
    std::vector<ShownKey> keys;
    std::istringstream lines{source_file("debian/lazaret.toml")};
    std::string line;
    std::string section;
    std::string comment;
    std::smatch match;
    while (std::getline(lines, line)) {
        if (std::regex_match(line, match, section_line)) {
            section = match[1];
            comment.clear();
        } else if (std::regex_match(line, match, key_line)) {
            keys.push_back({section, match[1], match[2], comment});
            comment.clear();
        } else {
            comment += line + "\n";
        }
    }
    return keys;
}

std::vector<ShownKey> shown_keys(bool of_blocks = false)
{
    auto keys = all_shown_keys();
    std::erase_if(keys, [&](const auto& key) {
        return (key.section.find('.') != std::string::npos) != of_blocks;
    });
    return keys;
}

/// What the program says to one key and value: empty, or its problem.
std::string problem_with(const ShownKey& key, const std::string& value)
try {
    Configuration::parse(fmt::format("[{}]\n{} = {}\n", key.section, key.name, value), "file");
    return {};
} catch (const Error& error) {
    return error.what();
}

/// "1024 to 1073741824" when the program limits the key, else empty.
std::string limits_of(const ShownKey& key)
{
    static const std::regex limits{R"(must be (\S+ to \S+))"};
    for (const char* absurd : {"9000000000000000", "\"8000h\""}) {
        const auto problem = problem_with(key, absurd);
        std::smatch match;
        if (std::regex_search(problem, match, limits)) return match[1];
    }
    return {};
}

/// "section.key" of each key that the program reads, in its order.
std::vector<std::string> read_keys()
{
    static const std::regex call{
        R"re(Section s\{file, "([a-z_]+)"|\bs\.(?:text|texts|yes_or_no|whole|number|duration)\("([a-z_]+)")re"};
    const auto code = source_file("base/config/configuration.cpp");
    std::vector<std::string> keys;
    std::string section;
    for (std::sregex_iterator at{code.begin(), code.end(), call}, end; at != end; ++at) {
        if ((*at)[1].matched) section = (*at)[1];
        else keys.push_back(section + "." + (*at)[2].str());
    }
    return keys;
}

}  // namespace

TEST_CASE("the shipped settings file shows every key once, in the program's order", "[config]")
{
    std::vector<std::string> shown;
    for (const auto& key : shown_keys()) shown.push_back(key.section + "." + key.name);
    CHECK(shown.size() > 20);
    CHECK(shown == read_keys());
}

TEST_CASE("the shipped settings file changes nothing", "[config]")
{
    CHECK(Configuration::read(std::string{LAZARET_SOURCE_DIR} + "/debian/lazaret.toml") ==
          Configuration{});
}

TEST_CASE("each default in the shipped settings file is the program's own", "[config]")
{
    for (const auto& key : shown_keys()) {
        INFO(key.section << "." << key.name << " = " << key.value);
        CHECK(problem_with(key, key.value) == "");
        CHECK(Configuration::parse(fmt::format("[{}]\n{} = {}\n", key.section, key.name, key.value),
                                   "file") == Configuration{});
    }
}

TEST_CASE("each key of the shipped settings file is explained, with its limits", "[config]")
{
    for (const auto& key : shown_keys()) {
        INFO(key.section << "." << key.name << "\n" << key.comment);
        CHECK(key.comment.find("# ") != std::string::npos);
        CHECK(key.comment.find(limits_of(key)) != std::string::npos);
    }
}

TEST_CASE("the shipped settings file shows a connector with every key it can have", "[config]")
{
    static const std::regex call{R"re(\bs\.(?:text|texts|yes_or_no|duration)\("([a-z_]+)")re"};
    const auto code = source_file("base/config/sign_in.cpp");
    std::vector<std::string> read;
    for (std::sregex_iterator at{code.begin(), code.end(), call}, end; at != end; ++at)
        read.push_back((*at)[1]);
    std::vector<std::string> shown;
    std::string imap = "[[sign_in.connector]]\n";
    std::string ldap = "[[sign_in.connector]]\nkind = \"ldap\"\nurl = \"ldaps://d.example\"\n";
    std::string openid = "[[sign_in.connector]]\nkind = \"openid\"\n";
    for (const auto& key : shown_keys(true)) {
        INFO(key.name << "\n" << key.comment);
        CHECK(key.section == "sign_in.connector");
        CHECK(key.comment.find("# ") != std::string::npos);
        shown.push_back(key.name);
        const auto line = fmt::format("{} = {}\n", key.name, key.value);
        const bool is_openids = key.comment.starts_with("# OpenID Connect: ");
        const bool is_ldaps = shown.size() > 6 && !is_openids;
        if (!is_ldaps && !is_openids) imap += line;
        if (key.name == "domains" || (is_ldaps && key.name != "dn")) ldap += line;
        if (key.name == "domains" || (is_openids && key.name != "client_secret_file"))
            openid += line;
        if (key.name == "timeout") CHECK(key.comment.find("(1s to 60s)") != std::string::npos);
    }
    CHECK(shown == read);
    // What it shows can be used as it is.
    CHECK(Configuration::parse(imap, "file").sign_in.connectors.size() == 1);
    CHECK(Configuration::parse(ldap, "file").sign_in.connectors.size() == 1);
    CHECK(Configuration::parse(openid, "file").sign_in.connectors.size() == 1);
}
