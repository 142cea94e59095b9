#include "milter/session.hpp"

#include <atomic>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/mail/digest.hpp"
#include "milter/recipient.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"
#include "tests/unit/milter/milter_in_memory.hpp"

using namespace lazaret;
using namespace lazaret::milter;
using namespace lazaret::test;
using namespace std::chrono_literals;

TEST_CASE("what is held can be shown, however many wait for a judge", "[session]")
{
    Milter milter;
    std::atomic<bool> open{false};
    std::atomic<int> begun{0};
    std::vector<std::jthread> others;
    auto conduct = test_conduct();
    // While a message is judged, more come than there are judges.
    conduct.checks.push_back(
        {"crowd", [&](const Mail&, Findings&) {
             for (int other = 0; other < 4; ++other)
                 others.emplace_back([&] {
                     const auto work = [&] {
                         begun = 1;
                         begun.notify_all();
                         open.wait(false);
                     };
                     milter.judges.run(work, std::chrono::steady_clock::now() + 60s, 1s, [] {});
                 });
             begun.wait(0);
             std::this_thread::sleep_for(50ms);  // for the others to queue
         }});
    conduct.config.judgement_budget = 10s;
    milter.conduct.replace(conduct);
    CHECK(milter.send({"<bob@inbox.example>"}, "SPAM Dear Ben").reply == Answer::Reply::Accept);
    CHECK(milter.keeper.last().preview.text.find("Dear Ben") != std::string::npos);
    open = true;
    open.notify_all();
}

TEST_CASE("each recipient gets what his settings say", "[session]")
{
    using R = Answer::Reply;
    struct Row {
        const char* says;
        std::vector<std::string> recipients;
        const char* body;
        R reply;
        std::vector<std::string> dropped;
        std::size_t held;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"clean", {ben}, "hello", R::Accept, {}, 0},
        {"spam", {ben}, "SPAM", R::Accept, {ben}, 1},
        {"spam, and a stranger", {ben, stranger}, "SPAM", R::Accept, {ben}, 1},
        {"spam for two tenants",
         {ben, "<a@other.example>"},
         "SPAM",
         R::Accept,
         {ben, "<a@other.example>"},
         2},
        {"a stranger only", {stranger}, "SPAM", R::Accept, {}, 0},
        {"certain spam", {ben}, "CERTAIN", R::Refuse, {}, 0},
        {"certain spam, and a stranger", {ben, stranger}, "CERTAIN", R::Accept, {ben}, 1},
        {"certain spam, kept", {"<keeper@inbox.example>"}, "CERTAIN", R::Refuse, {}, 1},
        {"virus", {ben, stranger}, "VIRUS", R::Refuse, {}, 0},
        {"no scanner", {ben}, "NOSCAN", R::Later, {}, 0},
        {"no scanner, a stranger", {stranger}, "NOSCAN", R::Accept, {}, 0},
        {"marked", {marked}, "SPAM", R::Accept, {}, 0},
        {"marked, and a stranger", {marked, stranger}, "SPAM", R::Accept, {marked}, 1},
        {"discarded",
         {"<nothing@inbox.example>"},
         "SPAM",
         R::Accept,
         {"<nothing@inbox.example>"},
         0},
        {"nobody", {}, "SPAM", R::Accept, {}, 0},
    }));

    DYNAMIC_SECTION(row.says)
    {
        Milter milter;
        const auto answer = milter.send(row.recipients, row.body);
        CHECK(answer.reply == row.reply);
        CHECK(answer.drop == row.dropped);
        CHECK(milter.keeper.kept().size() == row.held);
        CHECK((answer.words != nullptr) == (row.reply != R::Accept));
        for (const auto& passage : milter.notebook.passages()) CHECK(passage.queue_id == "Q1");
    }
}

TEST_CASE("a held copy has everything that was known", "[session]")
{
    Milter milter;
    const auto answer = milter.send({"<Ben+shop@inbox.example>"}, "SPAM \xe9\r\n",
                                    {{"Subject", " =?utf-8?q?caf=C3=A9?="}});
    REQUIRE(milter.keeper.kept().size() == 1);
    const auto one = milter.keeper.kept().front();
    const auto& mail = milter.keeper.last();
    CHECK(one.bytes ==
          "From: Ada <ada@partner.example>\r\nMessage-ID: <1@partner.example>\r\n"
          "Subject: =?utf-8?q?caf=C3=A9?=\r\n\r\nSPAM \xe9\r\n");
    CHECK(mail.digest == digest_of(one.bytes, "Q1"));
    CHECK(mail.sender == "ada@partner.example");
    CHECK(mail.client_ip == "192.0.2.7");
    CHECK(mail.subject == "caf\xc3\xa9");
    CHECK(mail.from_address == "ada@partner.example");
    CHECK(mail.eight_bit);
    CHECK(mail.hits == std::vector<Hit>{spam_word({})});
    CHECK(one.copy.tenant == 1);
    CHECK(one.copy.recipient == "Ben+shop@inbox.example");
    CHECK(one.copy.mailbox == "ben@inbox.example");
    CHECK(one.copy.verdict == Class::Spam);
    CHECK(day_text(one.copy.expires) == "2026-12-07");
    CHECK(answer.additions.front().name == "X-Lazaret-Score");

    const auto passages = milter.notebook.passages();
    REQUIRE(passages.size() == 1);
    CHECK(passages.front().action == Action::Hold);
    CHECK(passages.front().reference == one.copy.reference.text());
}

TEST_CASE("a warn entry is recorded where a copy is held, and nowhere else", "[session]")
{
    struct Row {
        const char* says;
        std::vector<std::string> recipients;
        const char* body;
        std::size_t held, told;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"delivered", {ben}, "hello", 0, 0},
        {"held", {ben}, "SPAM", 1, 1},
        {"held for two, one of whom asked", {ben, "<a@other.example>"}, "SPAM", 2, 1},
        {"refused", {ben}, "CERTAIN", 0, 0},
        {"refused for one, held since others get it", {ben, stranger}, "CERTAIN", 1, 1},
        {"refused and kept", {"<keeper@inbox.example>"}, "CERTAIN", 1, 0},
        {"discarded", {"<nothing@inbox.example>"}, "SPAM", 0, 0},
        {"put off", {ben}, "NOSCAN", 0, 0},
        {"marked and delivered", {marked}, "SPAM", 0, 0},
    }));
    DYNAMIC_SECTION(row.says)
    {
        Milter milter;
        auto policy = test_policy();
        const auto owner = Owner::domain("inbox.example");
        const auto sender = parse_sender_pattern("ada@partner.example").value();
        policy.lists.set(list_key(owner, sender.text),
                         {{8, 1, owner, ListKind::Warn, sender, {}, Proof::none(), {}, true}});
        milter.policy.replace(policy);
        milter.send(row.recipients, row.body);
        std::size_t told = 0;
        for (const auto& one : milter.keeper.kept())
            if (const auto& warned = one.copy.explanation.warned) told += warned->entry == 8;
        CHECK(milter.keeper.kept().size() == row.held);
        CHECK(told == row.told);
        std::size_t noted = 0;
        for (const auto& passage : milter.notebook.passages()) {
            CHECK(passage.explanation.warned.has_value() == (passage.warned == 8));
            noted += passage.warned == 8;
        }
        CHECK(noted == row.told);
    }
}

TEST_CASE("reasons are kept in the languages of the recipients", "[session]")
{
    Milter milter;
    milter.send({ben, "<german@inbox.example>"}, "SPAM");
    CHECK(milter.keeper.last().hits == std::vector<Hit>{spam_word({{"de", "es sagt es"}})});
}

TEST_CASE("what is recorded are the points that counted for the recipient", "[session]")
{
    Milter milter;
    const auto answer =
        milter.send({ben, "<strict@inbox.example>", "<lenient@other.example>"}, "SPAM");
    REQUIRE(milter.keeper.kept().size() == 2);
    const auto& copies = milter.keeper.kept();
    CHECK(copies[0].copy.score == 7.0);
    CHECK_FALSE(copies[0].copy.own_hits.has_value());
    CHECK(copies[1].copy.score == 9.0);
    Hit own = spam_word({{"fr", "il le dit"}});
    own.points = 9.0;
    REQUIRE(copies[1].copy.own_hits.has_value());
    CHECK(*copies[1].copy.own_hits == std::vector<Hit>{own});

    const auto passages = milter.notebook.passages();
    REQUIRE(passages.size() == 3);
    CHECK(passages[0].hits.at(0).points == 7.0);
    CHECK(passages[1].hits.at(0).points == 9.0);
    CHECK(passages[2].hits.empty());
    CHECK(passages[2].action == Action::Deliver);
    CHECK(passages[2].explanation.note == "rule_scores took off SPAM_WORD");

    // Who it is delivered to sees what the message is, and nothing of others' settings.
    CHECK(answer.additions.at(0).value == "7.00");
    CHECK(answer.additions.at(1).value == "SPAM_WORD:7.0");
}

TEST_CASE("a retry finds the copy that is there", "[session]")
{
    Milter milter;
    for (int tries = 0; tries < 3; ++tries)
        CHECK(milter.send({ben}, "SPAM").reply == Answer::Reply::Accept);
    CHECK(milter.keeper.kept().size() == 1);
}

TEST_CASE("no check sees more of a message than may be judged", "[session]")
{
    Milter milter;
    auto conduct = test_conduct();
    conduct.config.max_message = 2'000;
    milter.conduct.replace(conduct);
    const std::string lines(1'000, '\n');
    CHECK(milter.send({ben}, lines + "SPAM\n" + lines).drop == std::vector{ben});
    CHECK(milter.send({ben}, lines + lines + "SPAM\n").drop.empty());
}

TEST_CASE("what cannot be held is not accepted", "[session]")
{
    Milter milter;
    milter.keeper.set_away(true);
    CHECK_THROWS_AS(milter.send({ben}, "SPAM"), Error);
    CHECK(milter.send({ben}, "hello").reply == Answer::Reply::Accept);
    CHECK(milter.send({ben}, "CERTAIN").reply == Answer::Reply::Refuse);
    milter.keeper.set_away(false);
    CHECK(milter.send({ben}, "SPAM").drop == std::vector{ben});
}

TEST_CASE("without a scanner a message waits for an hour from its first try", "[session]")
{
    Milter milter;
    CHECK(milter.send({ben}, "NOSCAN").reply == Answer::Reply::Later);
    milter.now += 59min;
    CHECK(milter.send({ben}, "NOSCAN").reply == Answer::Reply::Later);
    CHECK(milter.keeper.kept().empty());
    milter.now += 1min;
    CHECK(milter.send({ben}, "NOSCAN").drop == std::vector{ben});
    REQUIRE(milter.keeper.kept().size() == 1);
    CHECK(milter.keeper.kept().front().copy.verdict == Class::Unscanned);
    CHECK_FALSE(milter.keeper.kept().front().copy.explanation.note.empty());
}

TEST_CASE("a mark changes the subject where all get it", "[session]")
{
    Milter milter;
    const auto answer =
        milter.send({marked, "<marked+x@inbox.example>"}, "SPAM", {{"Subject", " hi"}});
    CHECK(answer.changes == std::vector<HeaderChange>{{"Subject", 1, "[Spam?] hi"}});
    CHECK(answer.drop.empty());
}

TEST_CASE("mail that goes out is searched for viruses and left alone", "[session]")
{
    Milter milter;
    std::string_view user;
    SECTION("from a trusted network") { milter.session.connect("localhost", "127.0.0.1"); }
    SECTION("from a user") { user = "ben"; }
    CHECK(milter.send({ben}, "SPAM", {}, user).drop.empty());
    CHECK(milter.send({ben}, "SPAM", {}, user).additions.empty());
    CHECK(milter.send({stranger}, "VIRUS", {}, user).reply == Answer::Reply::Refuse);
    CHECK(milter.send({stranger}, "NOSCAN", {}, user).reply == Answer::Reply::Accept);
    CHECK(milter.keeper.kept().empty());
    CHECK(milter.notebook.passages().empty());
}

TEST_CASE("what we sealed passes once stripped of the seal", "[session]")
{
    Milter milter;
    milter.send({ben}, "SPAM");
    const auto copy = milter.keeper.kept().front();
    const auto seal =
        make_seal(test_keys(), digest_of(copy.bytes, ""), "ben@inbox.example", milter.now);
    const std::pair<std::string, std::string> field{"X-Lazaret-Seal", " " + seal};

    SECTION("to its recipient")
    {
        const auto answer = milter.send({ben}, "SPAM", {field});
        CHECK(answer.drop.empty());
        CHECK(answer.additions.empty());
        CHECK(answer.changes == std::vector<HeaderChange>{{"X-Lazaret-Seal", 1, ""}});
    }
    SECTION("not to another")
    {
        CHECK(milter.send({"<eve@inbox.example>"}, "SPAM", {field}).drop.size() == 1);
    }
    SECTION("not to two")
    {
        CHECK(milter.send({ben, "<eve@inbox.example>"}, "SPAM", {field}).drop.size() == 2);
    }
    SECTION("not with other words")
    {
        CHECK(milter.send({ben}, "SPAM!", {field}).drop.size() == 1);
    }
    SECTION("not too late")
    {
        milter.now += 2h;
        CHECK(milter.send({ben}, "SPAM", {field}).drop.size() == 1);
    }
}

TEST_CASE("one message's trouble does not make it come back for days", "[session]")
{
    Milter milter;
    auto conduct = test_conduct();
    conduct.config.judgement_budget = 100ms;
    milter.conduct.replace(conduct);
    SECTION("a check that throws: the others still judge it")
    {
        CHECK(milter.send({ben}, "SPAM BROKEN").drop == std::vector{ben});
    }
    SECTION("a judgement that does not end: as if no scanner had looked")
    {
        const std::vector<std::pair<std::string, std::string>> fields{
            {"Subject", " =?utf-8?q?caf=C3=A9?=\r\n\t=?utf-8?q?_x?="},
            {"List-Id", " News <news.partner.example>"}};
        CHECK(milter.send({ben}, "SLOW", fields).reply == Answer::Reply::Later);
        milter.now += 1h;
        CHECK(milter.send({ben}, "SLOW", fields).drop == std::vector{ben});
        const auto& mail = milter.keeper.last();
        CHECK(mail.from == "Ada <ada@partner.example>");
        CHECK(mail.from_address == "ada@partner.example");
        CHECK(mail.subject == "caf\xc3\xa9 x");
        CHECK(mail.list_id == "news.partner.example");
    }
}

TEST_CASE("nothing of a message is left for the next", "[session]")
{
    Milter milter;
    milter.session.mail("<first@partner.example>", {"SMTPUTF8"});
    milter.session.recipient(read_recipient("<eve@inbox.example>", {}, {}));
    milter.session.field("X-First", " SPAM");
    milter.session.body("SPAM");
    SECTION("after an abort") { milter.session.abort(); }
    SECTION("without one") {}
    SECTION("after two")
    {
        milter.session.abort();
        milter.session.abort();
    }
    CHECK(milter.send({ben}, "hello").drop.empty());
    CHECK(milter.keeper.kept().empty());
    CHECK(milter.parts.gate->messages() == 0);
}

TEST_CASE("a message that the disk does not take is answered later", "[session]")
{
    Milter milter;
    milter.parts.spool_folder = "/nonexistent/lazaret";
    CHECK(milter.send({ben}, std::string(1 << 20, 'x')).reply == Answer::Reply::Later);
    CHECK(milter.send({ben}, "hello").reply == Answer::Reply::Accept);
}

TEST_CASE("when we stop, what is in hand is finished and nothing begins", "[session]")
{
    Milter milter;
    milter.session.mail("<ada@partner.example>", {});
    milter.session.recipient(read_recipient(ben, {}, {}));
    milter.session.field("Subject", " SPAM");
    milter.parts.gate->close();
    milter.session.body("SPAM");
    CHECK(milter.session.finish("Q1", "", [] {}).drop == std::vector{ben});
    CHECK(milter.send({ben}, "hello").reply == Answer::Reply::Later);
    CHECK(milter.parts.gate->wait_for_messages(0ms));
}

TEST_CASE("what begins after the end is answered without what is gone by then", "[session]")
{
    const auto gate = std::make_shared<Gate>(1);
    gate->close();
    Session session{gate, nullptr};
    session.connect("mail.partner.example", "192.0.2.7");
    session.helo("mail.partner.example");
    session.mail("<ada@partner.example>", {});
    CHECK_FALSE(session.refuse_recipient(read_recipient(ben, {}, {}), {}));
    session.recipient(read_recipient(ben, {}, {}));
    session.field("Subject", " hello");
    session.body("hello");
    CHECK(session.finish("Q1", "", [] {}).reply == Answer::Reply::Later);
}

TEST_CASE("whatever breaks while a message comes in, its end says later", "[session]")
{
    Milter milter;
    milter.session.mail("<ada@partner.example>", {});
    milter.session.recipient(read_recipient(ben, {}, {}));
    milter.session.field("From", " ada@partner.example");
    SECTION("what cannot be stored")
    {
        // No string is so long: std::length_error, and no byte of it is read.
        const char one = 'x';
        milter.session.body({&one, std::string{}.max_size() + 1});
    }
    SECTION("what the callback could not hand over") { milter.session.lose(); }
    milter.session.body("SPAM");
    const auto answer = milter.session.finish("Q1", {}, [] {});
    CHECK(answer.reply == Answer::Reply::Later);
    CHECK(milter.keeper.kept().empty());

    CHECK(milter.send({ben}, "hello").reply == Answer::Reply::Accept);
}

TEST_CASE("a header that nobody reads to its end is refused", "[session]")
{
    Milter milter;
    std::vector<std::pair<std::string, std::string>> fields;
    SECTION("more fields than we read") { fields.assign(most_header_fields, {"X", " 1"}); }
    SECTION("more forged ones than an MTA takes off quickly")
    {
        fields.assign(101, {"X-Lazaret-Score", " -99"});
    }
    for (const auto& user : {"", "anna"}) {
        const auto answer = milter.send({ben}, "hello", fields, user);
        CHECK(answer.reply == Answer::Reply::Refuse);
        CHECK(answer.words == &too_many_fields);
    }
    fields.resize(100);
    CHECK(milter.send({ben}, "hello", fields).reply == Answer::Reply::Accept);
}

TEST_CASE("a client on a block list is refused, and each mailbox is told once", "[session]")
{
    Milter milter;
    Conduct conduct = test_conduct();
    conduct.client_lists = filter::ClientLists{std::vector<std::string>{"bad.example as Bad"}};
    conduct.dns_budget = 5s;
    milter.conduct.replace(std::move(conduct));
    std::string listed = "192.0.2.7";
    SECTION("it is") {}
    SECTION("it is not") { listed = "192.0.2.8"; }
    milter.parts.ask = [&](const auto& questions, const auto& answered) {
        for (const auto& question : questions)
            answered(question,
                     question.name == filter::dns::reversed(listed) + ".bad.example"
                         ? filter::dns::Answer{filter::dns::Answer::State::Found, {"127.0.0.2"}}
                         : filter::dns::Answer{filter::dns::Answer::State::NoName, {}});
    };
    milter.session.connect("mail.partner.example", "192.0.2.7");
    milter.session.helo("mail.partner.example");
    milter.session.mail("<ada@partner.example>", {});
    const auto refuse = [&](const std::string& recipient, std::string_view user = {}) {
        return milter.session.refuse_recipient(read_recipient(recipient, {}, {}), user);
    };
    if (listed == "192.0.2.8") {
        CHECK_FALSE(refuse(ben));
        return;
    }
    const auto first = refuse(ben);
    REQUIRE(first);
    CHECK(first->words == &listed_client);
    CHECK(first->about == "Bad");
    CHECK(refuse(ben)->reference == first->reference);
    CHECK_FALSE(refuse(stranger));
    CHECK_FALSE(refuse(ben, "anna"));
    const auto noted = milter.notebook.passages();
    REQUIRE(noted.size() == 1);
    CHECK(noted.front().reference == first->reference);
    milter.session.abort();
    milter.session.mail("<ada@partner.example>", {});
    CHECK(refuse(ben)->reference != first->reference);
    milter.parts.gate->close();
    CHECK_FALSE(refuse(ben));
}

TEST_CASE("relays of the site are not asked about", "[session]")
{
    Milter milter;
    Conduct conduct = test_conduct();
    conduct.client_lists = filter::ClientLists{std::vector<std::string>{"bad.example"}};
    conduct.authentication.relays = Networks::parse(std::vector<std::string>{"192.0.2.0/24"});
    milter.conduct.replace(std::move(conduct));
    milter.parts.ask = [&](const auto& questions, const auto& answered) {
        for (const auto& question : questions)
            answered(question, {filter::dns::Answer::State::Found, {"127.0.0.2"}});
    };
    milter.session.connect("backup.inbox.example", "192.0.2.7");
    milter.session.mail("<ada@partner.example>", {});
    CHECK_FALSE(milter.session.refuse_recipient(read_recipient(ben, {}, {}), {}));
}
