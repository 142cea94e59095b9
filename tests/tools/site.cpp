#include "tests/tools/site.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "base/mail/digest.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::test {
namespace {

void succeed(const std::vector<std::string>& command)
{
    const auto done = run_program_with(command);
    if (done.code != 0) throw std::runtime_error{command.front() + ": " + done.err};
}

}  // namespace

Site::Site(bool upgraded)
{
    static int number = 0;
    auto pattern = (std::filesystem::temp_directory_path() / "lazaret-tools-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error{"mkdtemp"};
    folder_ = pattern;
    database_ = fmt::format("lazaret_tools_{}_{}", getpid(), ++number);
    succeed({"createdb", database_});

    std::ofstream{folder_ / "link.key"} << "k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
    std::filesystem::permissions(folder_ / "link.key", std::filesystem::perms::owner_read |
                                                           std::filesystem::perms::owner_write);
    configure("smtp://127.0.0.1:1");
    if (!upgraded) return;
    REQUIRE(ctl({"schema", "upgrade"}).code == 0);
    REQUIRE(ctl({"domain", "add", "example.org"}).code == 0);
}

Site::~Site()
{
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    run_program_with({"dropdb", "--force", database_});
}

void Site::configure(const std::string& submission_url, const std::string& more)
{
    std::ofstream file{folder_ / "lazaret.toml"};
    file << "[database]\nconnection = \"dbname=" << database_ << "\"\n"
         << "[milter]\nstate_directory = \"" << folder_.string() << "\"\n"
         << "socket = \"unix:" << (folder_ / "milter.sock").string() << "\"\n"
         << "[submission]\nurl = \"" << submission_url << "\"\ntimeout = \"10s\"\n"
         << "[link]\nkey_file = \"" << (folder_ / "link.key").string() << "\"\n"
         << "[antivirus]\nenabled = false\n[dns]\nenabled = false\n"
         << (more.starts_with("[rules]") ? "" : "[rules]\nenabled = false\n") << more;
    file.close();
    std::filesystem::permissions(folder_ / "lazaret.toml", std::filesystem::perms::owner_read |
                                                               std::filesystem::perms::owner_write);
}

Outcome Site::ctl(const std::vector<std::string>& words, const std::string& input) const
{
    std::vector<std::string> command{LAZARETCTL, "--config", (folder_ / "lazaret.toml").string()};
    command.insert(command.end(), words.begin(), words.end());
    return run_program_with(command, input);
}

Json Site::json(std::vector<std::string> words) const
{
    words.emplace_back("--json");
    const auto done = ctl(words);
    INFO(fmt::format("{}: {}", fmt::join(words, " "), done.err));
    REQUIRE(done.code == 0);
    return Json::parse(done.out);  // throws, and so fails, when it is not JSON
}

DatabaseConfig Site::database() const
{
    DatabaseConfig config;
    config.connection = "dbname=" + database_;
    return config;
}

Reference Site::hold(const std::string& bytes, Class verdict,
                     const std::optional<Explanation::Proved>& proved) const
{
    const auto now = system_now();
    HeldMail mail;
    mail.digest = digest_of(bytes, "");
    mail.bytes = bytes;
    mail.received = now;
    mail.queue_id = "4XyZ1b";
    mail.client_ip = "192.0.2.7";
    mail.helo = "mx.example.com";
    mail.sender = "bob@example.com";
    mail.from = std::string{"Bob <bob@example.com> "} + hostile;
    mail.from_address = "bob@example.com";
    mail.subject = std::string{"Your parcel "} + hostile;
    mail.hits = {{"LINK_MISMATCH", 4.5, "a link leads elsewhere"},
                 {"LEARNED_SPAM", 2.9, std::string{"it is like spam "} + hostile}};
    mail.preview.text = std::string{"Dear Ann,\r\ncome at once "} + hostile;
    mail.preview.parts = {{"bill.zip", "application/zip", 1234, std::string(64, 'a')}};
    mail.preview.link_hosts = {"parcel.example.net"};

    HeldCopy copy{.reference = Reference::random(),
                  .tenant = 1,
                  .recipient = "ann@example.org",
                  .mailbox = "ann@example.org",
                  .verdict = verdict,
                  .score = 7.4,
                  .expires = std::chrono::floor<std::chrono::days>(now) + std::chrono::days{14},
                  .explanation = {}};
    copy.explanation.unproven = {{3, ListKind::Allow, Owner::site(), "bob@example.com", ""}};
    copy.explanation.settings = {{"hold_at", Owner::domain("example.org")}};
    copy.explanation.proved = proved;
    return store::make_keeper(database(), 1)->hold(mail, std::span{&copy, 1}).front();
}

std::string letter(const std::string& mark)
{
    return "From: Bob <bob@example.com>\r\nTo: ann@example.org\r\nSubject: Your parcel\r\n"
           "Message-ID: <" +
           mark +
           "@example.com>\r\nX-Odd:  two  blanks\r\n\r\n"
           "Dear Ann,\r\n.one dot\r\n..two dots\r\ncome at once\r\n";
}

}  // namespace lazaret::test
