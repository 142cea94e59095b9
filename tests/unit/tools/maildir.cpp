#include "tools/lazaretctl/maildir.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::tools;

namespace {

/// The names of folders by which report-ham.sieve knows junk and trash.
std::vector<std::string> sieve_names()
{
    std::ifstream file{LAZARET_SOURCE_DIR "/portal/dovecot/report-ham.sieve"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const auto from = text.find('[', text.find("stop;"));
    const auto list = text.substr(from, text.find(']', from) - from);
    const std::regex quoted{"\"([^\"]*)\""};
    std::vector<std::string> names;
    for (auto at = std::sregex_iterator{list.begin(), list.end(), quoted};
         at != std::sregex_iterator{}; ++at)
        names.push_back((*at)[1]);
    REQUIRE(names.size() > 30);
    return names;
}

}  // namespace

TEST_CASE("folders for junk, trash and drafts are known in eight languages", "[tools]")
{
    enum class Kind { Wanted, Junk, Drafts };
    struct Row {
        std::string name;
        Kind kind;
    };
    const auto row = GENERATE(values<Row>({
        {"Archive", Kind::Wanted},
        {"INBOX.Customers", Kind::Wanted},
        {"Not spam", Kind::Wanted},
        {"Combined", Kind::Wanted},
        {"Sent", Kind::Wanted},
        {".Gesendet", Kind::Wanted},
        {".&AMk-l&AOk-ments envoy&AOk-s", Kind::Wanted},
        {"Junk", Kind::Junk},
        {".JUNK.2026", Kind::Junk},
        {".Junk-E-Mail", Kind::Junk},
        {".INBOX.Spamverdacht", Kind::Junk},
        {".Unerw&APw-nscht", Kind::Junk},
        {".Courrier indésirable", Kind::Junk},
        {".Courrier ind&AOk-sirable", Kind::Junk},
        {"Correo no deseado", Kind::Junk},
        {"Posta indesiderata", Kind::Junk},
        {"Ongewenste e-mail", Kind::Junk},
        {"Wiadomo&AVs-ci-&AVs-mieci", Kind::Junk},
        {"U&APg-nsket post", Kind::Junk},
        {"Trash", Kind::Junk},
        {"[Gmail].Bin", Kind::Junk},
        {"Deleted Items", Kind::Junk},
        {"Deleted", Kind::Junk},
        {".Papierkorb", Kind::Junk},
        {".Gel&APY-schte Elemente", Kind::Junk},
        {".Gelöschte Elemente", Kind::Junk},
        {".Corbeille", Kind::Junk},
        {".&AMk-l&AOk-ments supprim&AOk-s", Kind::Junk},
        {"Kosz", Kind::Junk},
        {"Drafts", Kind::Drafts},
        {".Entw&APw-rfe", Kind::Drafts},
        {"Brouillons", Kind::Drafts},
        {"Kopie robocze", Kind::Drafts},
    }));
    DYNAMIC_SECTION(row.name)
    {
        CHECK(is_special_folder(row.name) == (row.kind != Kind::Wanted));
        const auto name = ascii_lower(row.name);
        CHECK(std::ranges::any_of(sieve_names(), [&](const std::string& pattern) {
                  return fnmatch(pattern.c_str(), name.c_str(), FNM_NOESCAPE) == 0;
              }) == (row.kind == Kind::Junk));
    }
}

TEST_CASE("what report-ham.sieve takes for junk is not learned as wanted", "[tools]")
{
    for (const auto& pattern : sieve_names())
        for (const char* any : {"", "x"}) {
            auto name = std::regex_replace(pattern, std::regex{"\\*"}, any);
            std::replace(name.begin(), name.end(), '/', '.');
            INFO(pattern);
            CHECK(is_special_folder(name));
        }
}
