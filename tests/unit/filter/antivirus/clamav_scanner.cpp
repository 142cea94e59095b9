#include "milter/filter/antivirus/scanner.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret;
using namespace lazaret::filter;
using lazaret::test::PrivateFolder;
namespace fs = std::filesystem;

namespace {

// The test file of EICAR, in two pieces so that this source is not taken for it.
const std::string eicar =
    std::string{"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-"} + "ANTIVIRUS-TEST-FILE!$H+H*";

class Folder : public PrivateFolder {
public:
    [[nodiscard]] std::string path(const std::string& name = {}) const
    {
        return name.empty() ? PrivateFolder::path().string() : at(name);
    }
    // As freshclam does: a new file, then a rename.
    void put(const std::string& name, const std::string& text) const
    {
        std::ofstream{path(".new"), std::ios::binary} << text;
        fs::rename(path(".new"), path(name));
    }
};

std::string hex(const std::string& raw)
{
    std::string out;
    for (const char c : raw) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
}

// Name, type of file (0: any), where (0: at its beginning), what.
std::string signature(const std::string& name, const std::string& raw)
{
    return fmt::format("{}:0:0:{}\n", name, hex(raw));
}

AntivirusConfig config_of(const Folder& signatures, const Folder& temporary)
{
    AntivirusConfig config;
    config.signatures = signatures.path();
    config.temporary_directory = temporary.path();
    return config;
}

std::string base64(const std::string& raw)
{
    std::string text(sodium_base64_encoded_len(raw.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(raw.data()),
                      raw.size(), sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();
    std::string lines;
    for (std::size_t at = 0; at < text.size(); at += 76) lines += text.substr(at, 76) + "\r\n";
    return lines;
}

std::string mail_with(const std::string& attachment, const std::string& first_fields = {})
{
    return first_fields +
           "From: Bob <bob@example.org>\r\nTo: ann@example.com\r\nSubject: papers\r\n"
           "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n"
           "--b1\r\nContent-Type: text/plain\r\n\r\nHere they are.\r\n\r\n"
           "--b1\r\nContent-Type: application/octet-stream; name=\"papers.bin\"\r\n"
           "Content-Disposition: attachment; filename=\"papers.bin\"\r\n"
           "Content-Transfer-Encoding: base64\r\n\r\n" +
           base64(attachment) + "--b1--\r\n";
}

std::uint32_t crc32(const std::string& raw)
{
    std::uint32_t crc = ~0U;
    for (const char c : raw) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    return ~crc;
}

std::string little(std::uint32_t value, int bytes)
{
    std::string out;
    for (int at = 0; at < bytes; ++at) out += static_cast<char>(value >> (8 * at) & 0xFFU);
    return out;
}

// An archive with one stored file; `flags` 1 says that it is encrypted.
std::string zip(const std::string& name, const std::string& raw, std::uint32_t flags = 0)
{
    const auto size = static_cast<std::uint32_t>(raw.size());
    const auto shared = little(20, 2) + little(flags, 2) + little(0, 2) + little(0, 4) +
                        little(crc32(raw), 4) + little(size, 4) + little(size, 4) +
                        little(static_cast<std::uint32_t>(name.size()), 2) + little(0, 2);
    const auto file = "PK\x03\x04" + shared + name + raw;
    const auto entry = "PK\x01\x02" + little(20, 2) + shared + little(0, 2) + little(0, 2) +
                       little(0, 2) + little(0, 4) + little(0, 4) + name;
    return file + entry + "PK\x05\x06" + little(0, 4) + little(1, 2) + little(1, 2) +
           little(static_cast<std::uint32_t>(entry.size()), 4) +
           little(static_cast<std::uint32_t>(file.size()), 4) + little(0, 2);
}

}  // namespace

namespace lazaret::filter {

static std::ostream& operator<<(std::ostream& out, Scan scan)
{
    constexpr std::array names = {"Clean", "Infected", "Unscanned", "Skipped"};
    return out << names.at(static_cast<std::size_t>(scan));
}

}  // namespace lazaret::filter

TEST_CASE("libclamav finds what the signatures name, wherever it is packed", "[antivirus]")
{
    const Folder signatures, temporary;
    signatures.put("test.ndb", signature("Lazaret.Test.EICAR", eicar));
    const auto scanner = make_clamav_scanner(config_of(signatures, temporary));
    REQUIRE(scanner->state().ready);
    CHECK(scanner->state().signatures == 1);
    CHECK(scanner->state().newest > system_now() - std::chrono::hours{1});

    struct Row {
        const char* says;
        std::string message;
        Scan scan;
        bool dangerous;
        std::string name;
    };
    const std::vector<Row> rows = {
        {"a clean attachment", mail_with("hello"), Scan::Clean, false, ""},
        {"in base64", mail_with(eicar), Scan::Infected, false, "Lazaret.Test.EICAR.UNOFFICIAL"},
        {"in an archive", mail_with(zip("a.com", eicar)), Scan::Infected, false,
         "Lazaret.Test.EICAR.UNOFFICIAL"},
        {"in an archive in an archive", mail_with(zip("a.zip", zip("a.com", eicar))),
         Scan::Infected, false, "Lazaret.Test.EICAR.UNOFFICIAL"},
        {"behind a field that nobody knows", mail_with(eicar, "X-Anything: at all\r\n"),
         Scan::Infected, false, "Lazaret.Test.EICAR.UNOFFICIAL"},
        {"behind NULs", mail_with(eicar, std::string(2000, '\0') + "\r\n"), Scan::Infected, false,
         "Lazaret.Test.EICAR.UNOFFICIAL"},
        {"an encrypted archive", mail_with(zip("a.txt", std::string(100, 'x'), 1)), Scan::Clean,
         true, "Heuristics.Encrypted.Zip"},
        {"a virus beside an encrypted file",
         mail_with(zip("a.txt", std::string(100, 'x'), 1)) + mail_with(eicar), Scan::Infected,
         false, "Lazaret.Test.EICAR.UNOFFICIAL"},
        {"empty", "", Scan::Clean, false, ""},
        {"a header alone", "Subject: x\r\n", Scan::Clean, false, ""},
        {"full of NULs", std::string(100'000, '\0'), Scan::Clean, false, ""},
        {"broken base64",
         "MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\n====\r\n\xFF\xFE!!\r\n",
         Scan::Clean, false, ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.says);
        const auto report = scanner->scan(row.message);
        CHECK(report.scan == row.scan);
        CHECK(report.dangerous == row.dangerous);
        CHECK(report.signature == row.name);
        CHECK(report.why.empty());
    }
    const auto left = std::distance(fs::recursive_directory_iterator{temporary.path()}, {});
    CHECK(left == 1);  // the scanner's own folder, empty
}

TEST_CASE("without signatures nothing is scanned until there are some", "[antivirus]")
{
    const Folder signatures, temporary;
    auto config = config_of(signatures, temporary);
    SECTION("an empty folder") {}
    SECTION("no folder") { config.signatures = signatures.path("none"); }
    SECTION("a broken file") { signatures.put("test.ndb", "this is no signature\n"); }

    const auto scanner = make_clamav_scanner(config);
    CHECK_FALSE(scanner->state().ready);
    CHECK_FALSE(scanner->state().why.empty());
    const auto report = scanner->scan(mail_with("hello"));
    CHECK(report.scan == Scan::Unscanned);
    CHECK_FALSE(report.why.empty());
    CHECK_FALSE(scanner->reload_if_changed());

    fs::create_directories(config.signatures);
    std::ofstream{config.signatures + "/test.ndb"} << signature("Lazaret.Test.EICAR", eicar);
    CHECK(scanner->reload_if_changed());
    CHECK(scanner->state().ready);
    CHECK(scanner->scan(mail_with(eicar)).scan == Scan::Infected);
}

TEST_CASE("a broken set of signatures does not replace a good one", "[antivirus]")
{
    const Folder signatures, temporary;
    signatures.put("test.ndb", signature("Lazaret.Test.EICAR", eicar));
    const auto scanner = make_clamav_scanner(config_of(signatures, temporary));
    CHECK_FALSE(scanner->reload_if_changed());

    signatures.put("more.ndb", "Lazaret.Test.Broken:0:0:zzzz\n");
    CHECK_FALSE(scanner->reload_if_changed());
    CHECK(scanner->state().ready);
    CHECK(scanner->scan(mail_with(eicar)).scan == Scan::Infected);

    signatures.put("more.ndb", signature("Lazaret.Test.Other", "something other"));
    CHECK(scanner->reload_if_changed());
    CHECK(scanner->state().signatures == 2);
    CHECK(scanner->scan(mail_with("something other")).scan == Scan::Infected);
}

TEST_CASE("signatures are replaced while eight threads scan", "[antivirus]")
{
    const Folder signatures, temporary;
    signatures.put("test.ndb", signature("Lazaret.Test.EICAR", eicar));
    const auto scanner = make_clamav_scanner(config_of(signatures, temporary));
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0};
    std::atomic<int> done{0};
    std::vector<std::thread> threads;
    for (int number = 0; number < 8; ++number)
        threads.emplace_back([&, number] {
            for (int round = 0; !stop || round < 3; ++round) {
                // Another message each time, past libclamav's memory of clean ones.
                const auto text = fmt::format("clean {} {}", number, round);
                wrong += scanner->scan(mail_with(text)).scan != Scan::Clean;
                wrong += scanner->scan(mail_with(eicar)).scan != Scan::Infected;
                ++done;
            }
        });
    for (int round = 0; round < 10; ++round) {
        signatures.put(fmt::format("more{}.ndb", round),
                       signature(fmt::format("Lazaret.Test.N{}", round), "another one"));
        CHECK(scanner->reload_if_changed());
    }
    stop = true;
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(done >= 24);
    CHECK(scanner->state().signatures == 11);
}

TEST_CASE("what passes the bounds of a scan is unscanned, not clean", "[antivirus]")
{
    const Folder signatures, temporary;
    signatures.put("test.ndb", signature("Lazaret.Test.EICAR", eicar));
    auto config = config_of(signatures, temporary);
    std::string message;
    bool dangerous = false;
    SECTION("a budget of 1 ms for a large message")
    {
        config.budget = std::chrono::milliseconds{1};
        std::string text;
        for (int at = 0; text.size() < (16U << 20U); ++at)
            text += fmt::format("line {} <a>\r\n", at);
        message = mail_with(text);
    }
    SECTION("more bytes than the bound")
    {
        config.max_scan_size = 1 << 20;
        message = mail_with(std::string(3 << 20, 'x'));
    }
    SECTION("more bytes than the bound, unpacked")
    {
        config.max_scan_size = 1 << 20;
        message =
            mail_with(zip("a", std::string(900'000, 'x')) + zip("b", std::string(900'000, 'y')));
    }
    SECTION("deeper than the bound")
    {
        std::string packed = eicar;
        for (int depth = 0; depth < 40; ++depth) packed = zip("a.zip", packed);
        message = mail_with(packed);
        dangerous = true;  // a retry would find the same
    }
    const auto report = make_clamav_scanner(config)->scan(message);
    CAPTURE(report.signature);
    CHECK(report.scan == Scan::Unscanned);
    CHECK(report.dangerous == dangerous);
    CHECK_FALSE(report.why.empty());
}

TEST_CASE("a folder for temporary files that cannot be made is a matter of setup", "[antivirus]")
{
    const Folder signatures;
    AntivirusConfig config;
    config.signatures = signatures.path();
    config.temporary_directory = signatures.path("none");
    CHECK_THROWS_AS(make_clamav_scanner(config), Error);
}
