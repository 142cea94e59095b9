#include "milter/filter/newsletter.hpp"

#include "milter/filter/bulk/phrases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/letter.hpp"
#include "tests/support/print.hpp"

using namespace lazaret::filter;

TEST_CASE("a newsletter is known by its header", "[newsletter]")
{
    struct Row {
        const char* says;
        std::string header;
        bool bulk;
    };
    const std::string unsubscribe = "List-Unsubscribe: <https://news.example/u/1>\r\n";
    const std::string one_click = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
    const std::string list_id = "List-Id: News <news.example.org>\r\n";
    const std::string post = "List-Post: <mailto:talk@lists.example.org>\r\n";
    const auto row = GENERATE_COPY(values<Row>({
        {"plain mail", "Subject: hello\r\n", false},
        {"a way to leave", unsubscribe, true},
        {"one click to leave", one_click, true},
        {"both", unsubscribe + one_click + list_id, true},
        {"any case", "LIST-UNSUBSCRIBE: <mailto:off@news.example>\r\n", true},
        {"an empty field", "List-Unsubscribe: \r\n", false},
        {"a list that talks", unsubscribe + list_id + post + "Precedence: list\r\n", false},
        {"a list that talks, with one click", unsubscribe + one_click + list_id + post, false},
        {"a list that may not talk", unsubscribe + list_id + "List-Post: NO (announcements)\r\n",
         true},
        {"a name and bulk, as old discussion lists", list_id + "Precedence: bulk\r\n", false},
        {"a name alone", list_id, false},
        {"bulk alone", "Precedence: bulk\r\n", false},
        {"a campaign and bulk", "Feedback-ID: 1:2:3:sender\r\nPrecedence: bulk\r\n", true},
        {"a campaign alone, as receipts bear", "Feedback-ID: 1:2:3:sender\r\n", false},
        {"a notice of a machine",
         "Feedback-ID: 1:2:3:sender\r\nPrecedence: bulk\r\nAuto-Submitted: auto-generated\r\n",
         false},
        {"in the body only", "Subject: x\r\n\r\nList-Unsubscribe: <https://news.example/>\r\n",
         false},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const Letter letter{row.header};
        CHECK(is_newsletter(letter.message) == row.bulk);
        Findings findings;
        newsletter_check().run(letter.mail(), findings);
        CHECK(findings.bulk == row.bulk);
        CHECK(findings.hits.size() == (row.bulk ? 1 : 0));
    }
}

TEST_CASE("the hit of a newsletter has no points, and names the list", "[newsletter]")
{
    Letter letter{"List-Unsubscribe: <https://news.example/>\r\n"};
    letter.message.list_id = "news.example.org";
    Findings findings;
    newsletter_check().run(letter.mail(), findings);
    REQUIRE(findings.hits.size() == 1);
    CHECK(findings.hits.front().name == "NEWSLETTER");
    CHECK(findings.hits.front().points == 0.0);
    CHECK(findings.hits.front().why ==
          "the message was sent to the readers of a list (news.example.org: List-Unsubscribe)");
}

TEST_CASE("what the subject and the text say counts beside the header", "[newsletter]")
{
    struct Row {
        const char* says;
        std::string header;
        const char* subject;
        const char* text;
        bool bulk;
    };
    const std::string both =
        "List-Unsubscribe: <https://news.example/u/1>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nFeedback-ID: 1:2:3:sender\r\n";
    const char* footer = "Hello. Unsubscribe here. View in your browser.";
    const auto row = GENERATE_COPY(values<Row>({
        {"offers by their words alone", "", "Up to 30 % off", footer, true},
        {"in French", "", "Les soldes d'été", "Version en ligne. Se désabonner", true},
        {"in German", "", "Unsere Angebote", "Im Browser ansehen. Newsletter abmelden", true},
        {"in Italian", "", "Solo oggi: sconti", "Apri nel browser. Disiscriviti", true},
        {"in Spanish", "", "Nuestras rebajas", "Ver en el navegador. Darse de baja", true},
        {"in Dutch", "", "Nu 20 procent korting", "Bekijk online. Uitschrijven", true},
        {"in Portuguese", "", "Novidades do mês", "Ver no navegador. Cancelar a inscrição", true},
        {"in Polish", "", "Nowości i wyprzedaż", "Zobacz w przeglądarce. Wypisz mnie", true},
        {"in Norwegian", "", "Nyhetsbrev", "Se i nettleseren. Meld deg av", true},
        {"a way to leave alone", "", "Minutes of the meeting", "Unsubscribe here", false},
        {"an order", both, "Order #1234 confirmed", footer, false},
        {"a receipt", both, "Your receipt", footer, false},
        {"a password", both, "Reset your password", footer, false},
        {"an alert", both, "New sign-in from Linux", footer, false},
        {"an order in French", both, "Confirmation de commande", footer, false},
        {"an invoice in German", both, "Ihre Rechnung für März", footer, false},
        {"an order in Italian", both, "Il tuo ordine 1234", footer, false},
        {"a password in Spanish", both, "Cambia tu contraseña", footer, false},
        {"a parcel in Dutch", both, "Je pakket is onderweg", footer, false},
        {"a code in Portuguese", both, "Código de verificação", footer, false},
        {"an order in Polish", both, "Potwierdzenie zamówienia", footer, false},
        {"a receipt in Norwegian", both, "Kvittering for kjøp", footer, false},
        {"an offer about an order", both, "Save 10 % on your order", footer, true},
        {"an answer", "In-Reply-To: <1@a.example>\r\n", "Re: the sale", footer, false},
        {"an old group", both + "Mailing-List: list a@groups.example\r\n", "this week", footer,
         false},
    }));
    DYNAMIC_SECTION(row.says)
    {
        Letter letter{row.header};
        letter.message.subject = row.subject;
        letter.message.text = row.text;
        CHECK(is_newsletter(letter.message) == row.bulk);
    }
}

TEST_CASE("a date for a calendar is no newsletter", "[newsletter]")
{
    Letter letter{"List-Unsubscribe: <https://news.example/>\r\n"};
    letter.message.attachments.emplace_back().declared_type = "text/calendar";
    CHECK_FALSE(is_newsletter(letter.message));
}

TEST_CASE("phrases are found word by word", "[newsletter]")
{
    struct Row {
        const char* says;
        const char* text;
        PhraseKind kind;
        std::size_t count;
    };
    using enum PhraseKind;
    const auto row = GENERATE(values<Row>({
        {"any case", "UNSUBSCRIBE", Leave, 1},
        {"an accent", "Se DÉSABONNER", Leave, 1},
        {"an accent by itself", "se désabonner", Leave, 1},
        {"without its accent", "se desabonner", Leave, 1},
        {"behind an apostrophe", "l’offre", Offer, 1},
        {"over a line end", "free\nshipping", Offer, 1},
        {"a blank that does not break", "free shipping", Offer, 1},
        {"within a word", "wholesale and salesman", Offer, 0},
        {"any number", "Order #AB-1", Business, 0},
        {"a number", "order n214", Business, 1},
        {"per cent", "5% off", Offer, 1},
        {"twice", "sale sale", Offer, 2},
        {"cut in a letter", "sale \xC3", Offer, 1},
        {"no UTF-8", "\xC3\x28sale\xFF", Offer, 1},
        {"nothing", "", Offer, 0},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(phrases_in(row.text).count(row.kind) == row.count); }
}
