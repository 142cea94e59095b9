#include <cmath>
#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/taught_mail.hpp"
#include "tests/tools/site.hpp"

using namespace lazaret;
using namespace lazaret::test;

namespace {

/// Sixty messages of two kinds in turn, in a folder with an index.
void write_corpus(const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder / "data");
    std::ofstream index{folder / "index.tsv"};
    for (std::size_t i = 0; i < 30; ++i) {
        const auto ham = "data/ham" + std::to_string(i);
        const auto spam = "data/spam" + std::to_string(i);
        std::ofstream{folder / ham, std::ios::binary} << test::wanted_mail(i);
        std::ofstream{folder / spam, std::ios::binary} << test::spam_mail(i);
        index << "ham\t" << ham << '\n' << (i % 2 ? "spam\t" : "phish\t") << spam << '\n';
    }
    index << "backscatter\tdata/none\n";
}

Outcome evaluate(std::vector<std::string> words)
{
    words.insert(words.begin(), {LAZARETCTL, "evaluate"});
    return run_program_with(words);
}

}  // namespace

TEST_CASE("evaluate judges in order and learns after each", "[tools]")
{
    const Site site;
    write_corpus(site.folder());
    const auto rows_file = (site.folder() / "rows.tsv").string();
    const auto done = evaluate({site.folder().string(), "--learn", "--json", "--rows", rows_file});
    INFO(done.err);
    REQUIRE(done.code == 0);
    const auto json = Json::parse(done.out);
    CHECK(json.at("ham") == 30);
    CHECK(json.at("spam") == 30);
    CHECK(json.at("left_out") == 1);
    CHECK(json.at("one_minus_auc_percent").get<double>() < 10.0);
    CHECK(json.at("ham_held_percent") == 0.0);
    CHECK(json.at("spam_held_percent").get<double>() > 50.0);
    CHECK(json.at("messages_per_second").get<double>() > 0.0);

    std::ifstream rows{rows_file};
    std::string line;
    REQUIRE(std::getline(rows, line));
    CHECK(line == "ham\t0.000000\tclean\tdata/ham0");  // nothing was learned yet
    std::size_t count = 1;
    for (std::string next; std::getline(rows, next); ++count) line = next;
    CHECK(count == 60);
    CHECK(line.starts_with("spam\t"));
    CHECK(line.ends_with("\tspam\tdata/spam29"));
}

TEST_CASE("without learning the model knows nothing", "[tools]")
{
    const Site site;
    write_corpus(site.folder());
    const auto done = evaluate({(site.folder() / "index.tsv").string()});
    CHECK(done.code == 0);
    CHECK(done.out.find("30 ham, 30 spam (1 with other labels left out)") != std::string::npos);
    CHECK(done.out.find("1-AUC 50.0000 %") != std::string::npos);
    CHECK(done.out.find("missed at 0.1 % false positives 100.00 %") != std::string::npos);
}

TEST_CASE("evaluate teaches other mail first, and does not judge it", "[tools]")
{
    const Site site;
    write_corpus(site.folder());
    const auto index = site.folder() / "judged.tsv";
    std::ofstream{index} << "ham\tdata/ham0\nspam\tdata/spam1\n";
    const auto json =
        Json::parse(evaluate({index.string(), "--taught", site.folder().string(), "--json"}).out);
    CHECK(json.at("ham") == 1);
    CHECK(json.at("spam") == 1);
    CHECK(json.at("ham_held_percent") == 0.0);
    CHECK(json.at("spam_held_percent") == 100.0);
    const auto untaught = Json::parse(evaluate({index.string(), "--json"}).out);
    CHECK(untaught.at("spam_held_percent") == 0.0);
    CHECK(evaluate({index.string(), "--taught", (site.folder() / "none").string()}).code == 64);
}

TEST_CASE("the rules are evaluated, alone and with what was learned", "[tools]")
{
    const Site site;
    write_corpus(site.folder());
    const auto folder = (site.folder() / "rules").string();
    std::filesystem::create_directory(folder);
    std::ofstream{folder + "/site.cf"}
        << "header FROM_PROMO From:addr =~ /\\@promo\\.test$/i\n"
           "score FROM_PROMO 6\n"
           "header FROM_CLIENT X-Spam-Relays-External =~ "
           "/^\\[ ip=192\\.0\\.2\\.7 rdns=mx\\.test /\nscore FROM_CLIENT 7\n";
    const auto held = [&](std::vector<std::string> words, const char* which) {
        words.insert(words.begin(),
                     {site.folder().string(), "--learn", "--json", "--rules", folder});
        const auto done = evaluate(words);
        INFO(done.err);
        REQUIRE(done.code == 0);
        return Json::parse(done.out).at(which).get<double>();
    };
    CHECK(held({"--checks", "learned"}, "spam_held_percent") < 100.0);
    CHECK(held({"--checks", "rules"}, "spam_held_percent") == 100.0);
    CHECK(held({"--checks", "rules"}, "ham_held_percent") == 0.0);
    CHECK(held({"--checks", "all"}, "spam_held_percent") == 100.0);
    const auto switched_off = site.ctl({"evaluate", site.folder().string(), "--learn", "--json",
                                        "--rules", folder, "--checks", "rules"});
    CHECK(Json::parse(switched_off.out).at("spam_held_percent") == 100.0);

    // Two of thirty wanted messages come from that client; a third from its address without a name.
    std::ofstream{site.folder() / "envelope.tsv"}
        << "client_ip\tpath\trdns\thelo\tmail_from\n"
           "192.0.2.7\tdata/ham1\tmx.test\tmx.example\tanna@example.org\n"
           "192.0.2.7\tdata/ham2\tmx.test\tmx.example\tno address\n192.0.2.8\tdata/ham3\n"
           "192.0.2.7\tdata/ham4\t\tmx.example\tanna@example.org\n";
    CHECK(std::abs(held({"--checks", "rules"}, "ham_held_percent") - 100.0 * 2 / 30) < 0.001);
    const auto other = (site.folder() / "other.tsv").string();
    std::ofstream{other} << "client_ip\thelo\n";
    const auto bad = evaluate({site.folder().string(), "--envelopes", other});
    CHECK(bad.code == 64);
    CHECK(bad.err.find("no column named path") != std::string::npos);
}

TEST_CASE("what cannot be evaluated is said", "[tools]")
{
    const Site site;
    const auto index = (site.folder() / "index.tsv").string();
    CHECK(evaluate({index}).code == 64);
    std::ofstream{index} << "ham\n";
    const auto malformed = evaluate({index});
    CHECK(malformed.code == 64);
    CHECK(malformed.err.find("line 1") != std::string::npos);
    std::ofstream{index} << "ham\tnot there\n";
    const auto missing = evaluate({index});
    CHECK(missing.code == 69);
    CHECK(missing.err.find("not there: No such file or directory") != std::string::npos);
    CHECK(missing.out.find("1-AUC unknown") != std::string::npos);
    CHECK(evaluate({index, "--rows", "/nonexistent/rows"}).code == 75);
    CHECK(evaluate({index, "--checks", "some"}).code == 64);
}
