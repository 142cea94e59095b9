#include "tools/lazaretctl/mail_sources.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/private_folder.hpp"

using namespace lazaret::tools;
using lazaret::test::PrivateFolder;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> all_in(MailSources& sources)
{
    std::vector<std::string> messages;
    while (const auto found = sources.next()) messages.emplace_back(found->bytes);
    return messages;
}

std::vector<std::string> all_in(const std::vector<std::string>& paths)
{
    MailSources sources{paths};
    auto messages = all_in(sources);
    CHECK(sources.unread().empty());
    CHECK(sources.done_size() == sources.total_size());
    return messages;
}

using Messages = std::vector<std::string>;

}  // namespace

TEST_CASE("messages are found in files", "[tools]")
{
    struct Row {
        const char* says;
        std::string file;
        Messages messages;
    };
    const std::string first = "From bob@example.org Mon Nov 23 15:04:05 2026\n";
    const std::string next = "\nFrom - Tue Nov 24 05:04:05 2026\n";
    const auto row = GENERATE_COPY(values<Row>({
        {"a message", "A: b\n\nc\n", {"A: b\n\nc\n"}},
        {"nothing", "", {}},
        {"an mbox of one", first + "A: b\n\nc\n", {"A: b\n\nc\n"}},
        {"an mbox of two",
         first + "A: b\n\nc\n" + next + "D: e\n\nf\n",
         {"A: b\n\nc\n\n", "D: e\n\nf\n"}},
        {"lines in CRLF",
         "From x Mon Nov 23 15:04 2026\r\nA: b\r\n\r\nc\r\n\r\nFrom y Tue Nov 24 5:04:05 "
         "2026\r\nD: e\r\n",
         {"A: b\r\n\r\nc\r\n\r\n", "D: e\r\n"}},
        {"a sentence that begins alike",
         first + "A: b\n\nc\n\nFrom here on it rains.\n",
         {"A: b\n\nc\n\nFrom here on it rains.\n"}},
        {"no blank line before",
         first + "A: b\n\nc\nFrom - Tue Nov 24 05:04:05 2026\n",
         {"A: b\n\nc\nFrom - Tue Nov 24 05:04:05 2026\n"}},
        {"quoted lines",
         first + "A: b\n\n>From me\n>>From you\n> From them\n>Fromage\n",
         {"A: b\n\nFrom me\n>From you\n> From them\n>Fromage\n"}},
        {"no mbox, nothing is unquoted", "A: b\n\n>From me\n", {"A: b\n\n>From me\n"}},
        {"only separators", first + next, {}},
        {"no line end", "From ", {}},
        {"an mbox with what is none", first + "A: b\n" + next + "c\n", {"A: b\n\n"}},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const PrivateFolder folder;
        folder.write("mail", row.file);
        CHECK(all_in({folder.at("mail")}) == row.messages);
    }
}

TEST_CASE("messages are found in folders, in order", "[tools]")
{
    const PrivateFolder folder;
    folder.write("in/2", "2: 2\n");
    folder.write("in/1", "1: 1\n");
    folder.write("in/deep/er/3", "3: 3\n");
    folder.write("in/.hidden", "no: no\n");
    CHECK(all_in({folder.at("in")}) == Messages{"1: 1\n", "2: 2\n", "3: 3\n"});
    CHECK(all_in({folder.at("in/2"), folder.at("in/1")}) == Messages{"2: 2\n", "1: 1\n"});

    folder.write("maildir/cur/1:2,S", "1: 1\n");
    folder.write("maildir/new/2", "2: 2\n");
    folder.write("maildir/tmp/3", "no: no\n");
    folder.write("maildir/dovecot.index.log", "no: no\n");
    CHECK(all_in({folder.at("maildir")}) == Messages{"1: 1\n", "2: 2\n"});
}

TEST_CASE("a Maildir is its own messages; its folders are named, or asked for", "[tools]")
{
    const PrivateFolder folder;
    folder.write("mail/cur/1:2,S", "1: 1\n");
    folder.write("mail/.Archive/cur/2", "2: 2\n");
    folder.write("mail/.Archive.2025/new/3", "3: 3\n");
    folder.write("mail/.Junk/cur/4", "4: 4\n");
    folder.write("mail/.INBOX.Trash/cur/5", "5: 5\n");
    folder.write("mail/Drafts/cur/6", "6: 6\n");
    folder.write("mail/.Spam.old/cur/7", "7: 7\n");
    folder.write("mail/Lists/new/8", "8: 8\n");

    MailSources own{{folder.at("mail")}};
    CHECK(all_in(own) == Messages{"1: 1\n"});
    CHECK(own.passed_over().size() == 7);
    CHECK(own.unread().empty());

    MailSources all{{folder.at("mail")}, {.recursive = true}};
    CHECK(all_in(all) == Messages{"1: 1\n", "2: 2\n", "3: 3\n", "8: 8\n"});
    CHECK(all.taken() == Messages{folder.at("mail/.Archive"), folder.at("mail/.Archive.2025"),
                                  folder.at("mail/Lists")});
    std::vector<std::string> special;
    for (const auto& one : all.passed_over()) special.push_back(one.path);
    CHECK(special == std::vector<std::string>{folder.at("mail/.INBOX.Trash"),
                                              folder.at("mail/.Junk"), folder.at("mail/.Spam.old"),
                                              folder.at("mail/Drafts")});

    CHECK(all_in({folder.at("mail/.Junk")}) == Messages{"4: 4\n"});  // it was named
    folder.write("people/anna/cur/9", "9: 9\n");
    folder.write("people/anna/.Junk/cur/10", "10: 10\n");
    CHECK(all_in({folder.at("people")}) == Messages{"9: 9\n"});
}

TEST_CASE("a message that is moved or removed while a Maildir is read is no mistake", "[tools]")
{
    const PrivateFolder folder;
    folder.write("mail/new/1", "1: 1\n");
    folder.write("mail/cur/2:2,", "2: 2\n");
    folder.write("mail/cur/3:2,", "3: 3\n");
    folder.write("plain/4", "4: 4\n");
    MailSources sources{{folder.at("mail"), folder.at("plain")}};
    fs::rename(folder.at("mail/new/1"), folder.at("mail/cur/1:2,S"));
    fs::rename(folder.at("mail/cur/2:2,"), folder.at("mail/cur/2:2,FS"));
    fs::remove(folder.at("mail/cur/3:2,"));
    fs::remove(folder.at("plain/4"));
    CHECK(all_in(sources) == Messages{"2: 2\n", "1: 1\n"});
    REQUIRE(sources.unread().size() == 1);  // a folder that is no Maildir keeps its files
    CHECK(sources.unread()[0].path == folder.at("plain/4"));
}

TEST_CASE("a message that is too large is passed over, with a word", "[tools]")
{
    const PrivateFolder folder;
    folder.write("box", "From a 1:00\nA: b\n\nFrom c 1:00\nD: e\n\n" + std::string(100, 'x') +
                            "\n\nFrom f 1:00\nG: h\n");
    folder.write("large", "A: b\n\n" + std::string(100, 'x'));
    MailSources sources{{folder.at("box"), folder.at("large")}, {.largest = 60}};
    CHECK(all_in(sources) == Messages{"A: b\n\n", "G: h\n"});
    REQUIRE(sources.passed_over().size() == 2);
    CHECK(sources.passed_over()[0].path == folder.at("box") + ", message 2");
    CHECK(sources.passed_over()[1].path == folder.at("large"));
    CHECK(sources.unread().empty());
}

TEST_CASE("what cannot be read is named, and the rest is read", "[tools]")
{
    const PrivateFolder folder;
    folder.write("1", "1: 1\n");
    MailSources sources{{folder.at("nothing here"), folder.at("1"), "/dev/null"}};
    CHECK(all_in(sources) == Messages{"1: 1\n"});
    REQUIRE(sources.unread().size() == 2);
    CHECK(sources.unread()[0].path == folder.at("nothing here"));
    CHECK(sources.unread()[0].why == "No such file or directory");
    CHECK(sources.unread()[1].path == "/dev/null");
}

TEST_CASE("what is no file, or no more what it was, holds nobody up", "[tools]")
{
    const PrivateFolder folder;
    folder.write("in/1", "1: 1\n");
    REQUIRE(::mkfifo(folder.at("in/2").c_str(), 0600) == 0);
    folder.write("in/3", "From a 1:00\nA: b\n\nFrom c 1:00\nD: e\n");
    folder.write("elsewhere/4", "4: 4\n");
    fs::create_directory_symlink(folder.at("elsewhere"), folder.at("in/link"));
    MailSources sources{{folder.at("in")}};
    Messages messages;
    while (const auto found = sources.next()) {
        messages.emplace_back(found->bytes);
        if (found->where == folder.at("in/3") + ", message 1")
            fs::resize_file(folder.at("in/3"), 9);
    }
    CHECK(messages == Messages{"1: 1\n", "A: b\n\n"});
    REQUIRE(sources.unread().size() == 2);
    CHECK(sources.unread()[0].path == folder.at("in/2"));
    CHECK(sources.unread()[1].path == folder.at("in/3"));
    CHECK(sources.unread()[1].why == "it became shorter while it was read");
    REQUIRE(sources.passed_over().size() == 1);
    CHECK(sources.passed_over()[0].path == folder.at("in/link"));
}

TEST_CASE("a message of many is named", "[tools]")
{
    const PrivateFolder folder;
    folder.write("box", "From a 1:00\nA: b\n\nFrom c 1:00\nD: e\n");
    MailSources sources{{folder.at("box")}};
    REQUIRE(sources.next());
    const auto second = sources.next();
    REQUIRE(second);
    CHECK(second->where == folder.at("box") + ", message 2");
    CHECK_FALSE(sources.next());
    CHECK_FALSE(sources.next());
}

TEST_CASE("what is no message is passed over, with a word", "[tools]")
{
    const PrivateFolder folder;
    const std::string gzip{"\x1f\x8b\x08\x00\x00: a", 8};
    folder.write("mail/cur/1:2,S", gzip);
    folder.write("mail/cur/2:2,S", "Subject: two\n\n");
    folder.write("mail/cur/3:2,S", "\x89PNG\r\n");
    folder.write("mail/cur/4:2,S", "Two words: four\n");
    folder.write("mail/cur/5:2,S", "X-Odd \t: five\n");
    folder.write("mail/cur/6:2,S", std::string(5'000, 'x'));
    MailSources sources{{folder.at("mail")}};
    CHECK(all_in(sources) == Messages{"Subject: two\n\n", "X-Odd \t: five\n"});
    REQUIRE(sources.passed_over().size() == 4);
    CHECK(sources.passed_over()[0].why == "it is compressed or encrypted");
    CHECK(sources.passed_over()[1].why ==
          "it is no message: it does not begin with a header field");
}
