#include <fstream>
#include <future>

#include "tests/support/catch.hpp"
#include "tests/support/taught_mail.hpp"
#include "tests/tools/site.hpp"

using namespace lazaret;
using namespace lazaret::test;

namespace {

namespace fs = std::filesystem;

/// Messages `from` to `to` of a kind, a file each.
std::string folder_of(const fs::path& folder, std::string (*mail)(std::size_t), std::size_t from,
                      std::size_t to)
{
    fs::create_directories(folder);
    for (auto i = from; i < to; ++i)
        std::ofstream{folder / std::to_string(i), std::ios::binary} << mail(i);
    return folder.string();
}

std::string mbox_of(const fs::path& file, std::string (*mail)(std::size_t), std::size_t from,
                    std::size_t to)
{
    std::ofstream out{file, std::ios::binary};
    for (auto i = from; i < to; ++i)
        out << "From somebody@example.org Mon Nov 23 15:04:05 2026\n" << mail(i) << '\n';
    return file.string();
}

/// What a message gets by the learned check; 0 when it said nothing.
double learned_points(const Site& site, const std::string& message)
{
    const auto done = site.ctl({"scan", "--json", "--no-antivirus", "-"}, message);
    INFO(done.err);
    REQUIRE(done.code == 0);
    const auto judged = Json::parse(done.out);
    for (const auto& hit : judged.at("hits"))
        if (hit.at("name").get<std::string>().starts_with("LEARNED_")) return hit.at("points");
    return 0.0;
}

}  // namespace

TEST_CASE("what is learned decides about the next message", "[tools]")
{
    const Site site;
    CHECK(learned_points(site, test::spam_mail(50)) == 0.0);

    const auto spam = folder_of(site.folder() / "spam", test::spam_mail, 0, 15);
    auto done = site.json({"learn", "spam", spam});
    CHECK(done.at("learned") == 15);
    CHECK(done.at("version") == 1);
    CHECK(learned_points(site, test::spam_mail(50)) == 0.0);  // wanted mail is not known yet

    const auto ham = mbox_of(site.folder() / "ham.mbox", test::wanted_mail, 0, 15);
    done = site.json({"learn", "ham", ham});
    CHECK(done.at("learned") == 15);
    CHECK(done.at("version") == 2);
    CHECK(learned_points(site, test::spam_mail(50)) >= 5.0);
    CHECK(learned_points(site, test::wanted_mail(50)) < 0.0);
}

TEST_CASE("nothing is learned twice, and a changed mind is", "[tools]")
{
    const Site site;
    const auto spam = folder_of(site.folder() / "spam", test::spam_mail, 0, 6);
    CHECK(site.json({"learn", "spam", spam, spam + "/3"}).at("learned") == 6);
    auto again = site.json({"learn", "spam", spam});
    CHECK(again.at("learned") == 0);
    CHECK(again.at("known") == 6);
    CHECK(again.at("version") == 1);
    CHECK(site.json({"learn", "ham", spam + "/3"}).at("learned") == 1);
    CHECK(site.json({"learn", "newsletter", spam + "/3"}).at("known") == 1);
    CHECK(site.json({"learn", "spam", spam}).at("learned") == 1);
}

TEST_CASE("of several who teach at once none is lost", "[tools]")
{
    const Site site;
    std::vector<std::future<Json>> teachers;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto from = 10 * i;
        const auto folder = folder_of(site.folder() / std::to_string(i),
                                      i % 2 ? test::wanted_mail : test::spam_mail, from, from + 10);
        teachers.push_back(std::async(std::launch::async, [&site, folder, i] {
            return site.json({"learn", i % 2 ? "ham" : "spam", folder});
        }));
    }
    for (auto& teacher : teachers) CHECK(teacher.get().at("learned") == 10);
    const auto nothing =
        site.json({"learn", "ham", folder_of(site.folder() / "none", nullptr, 0, 0)});
    CHECK(nothing.at("learned") == 0);
    CHECK(nothing.at("version") == 4);

    const auto judged = site.ctl({"scan", "--json", "--no-antivirus", "-"}, test::spam_mail(70));
    CHECK(judged.out.find("it closely resembles mail that people here called spam") !=
          std::string::npos);
}

TEST_CASE("a Maildir teaches its own messages, not its junk", "[tools]")
{
    const Site site;
    const auto mail = site.folder() / "Maildir";
    folder_of(mail / "cur", test::wanted_mail, 0, 3);
    folder_of(mail / ".Junk" / "cur", test::spam_mail, 0, 4);
    folder_of(mail / ".Archive" / "cur", test::wanted_mail, 10, 15);
    const auto done = site.ctl({"learn", "ham", mail.string()});
    CHECK(done.code == 0);
    CHECK(done.out.starts_with("Learned 3 messages as ham"));
    CHECK(done.err.find("passed over " + (mail / ".Junk").string()) != std::string::npos);
    const auto more = site.json({"learn", "ham", "--recursive", mail.string()});
    CHECK(more.at("learned") == 5);
    CHECK(more.at("known") == 3);
    CHECK(more.at("passed_over") == 1);
    CHECK(site.json({"learn", "spam", (mail / ".Junk").string()}).at("learned") == 4);
}

TEST_CASE("what cannot be read is named, and the rest is learned", "[tools]")
{
    const Site site;
    const auto spam = folder_of(site.folder() / "spam", test::spam_mail, 0, 2);
    const auto done = site.ctl({"learn", "spam", "/nonexistent/mail", spam});
    CHECK(done.code == 69);
    CHECK(done.err.find("cannot read /nonexistent/mail: No such file") != std::string::npos);
    CHECK(done.out.find("Learned 2 messages as spam") != std::string::npos);
    CHECK(site.ctl({"learn", "phish", spam}).code == 64);
    const auto piped = site.ctl({"learn", "spam", "-"}, test::spam_mail(9));
    CHECK(piped.code == 0);
    CHECK(piped.out == "Learned 1 message as spam; the model's version is 2.\n");
}
