#include "portal/preview_frame.hpp"

#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::portal;

TEST_CASE("images stand in the frame as data, and only those that are there", "[portal]")
{
    const std::vector<Preview::Image> images = {{"a@b", "image/png", "abc"},
                                                {"evil", "text/html", "<script>"}};
    CHECK(with_images("<p>x</p>", images) == "<p>x</p>");
    CHECK(with_images("<img src=\"cid:a@b\" alt=\"A\">", images) ==
          "<img src=\"data:image/png;base64,YWJj\" alt=\"A\">");
    CHECK(with_images("<img src=\"cid:none\" alt=\"A\">", images) == "<img  alt=\"A\">");
    CHECK(with_images("<img src=\"cid:evil\">", images) == "<img >");
    // Text that looks like a source, and a '>' in a value.
    CHECK(with_images("src=\"cid:a@b\"", images) == "src=\"cid:a@b\"");
    CHECK(with_images("<p title=\"<img src=\">", images) == "<p title=\"<img src=\">");
    CHECK(with_images("<img src=\"cid:a@b", images).find("<script") == std::string::npos);
}

TEST_CASE("an image named again and again does not make the frame grow without end", "[portal]")
{
    const std::vector<Preview::Image> images = {{"a", "image/png", std::string(256 << 10, 'x')}};
    std::string html;
    for (int time = 0; time < 10'000; ++time) html += "<img src=\"cid:a\">";
    CHECK(with_images(html, images).size() < (5U << 20));
}

TEST_CASE("what may be shown of a message", "[portal]")
{
    Preview preview;
    preview.html = "<p>x</p>";
    preview.sanitiser = sanitiser_version;
    CHECK(shown_as(Role::Recipient, Class::Spam, preview) == Shown::Html);
    CHECK(shown_as(Role::Recipient, Class::Dangerous, preview) == Shown::Text);
    CHECK(shown_as(Role::Recipient, Class::Virus, preview) == Shown::Nothing);
    CHECK(shown_as(Role::DomainAdministrator, Class::Dangerous, preview) == Shown::Html);
    CHECK(shown_as(Role::DomainAdministrator, Class::Virus, preview) == Shown::Text);
    preview.sanitiser = sanitiser_version + 1;
    CHECK(shown_as(Role::Recipient, Class::Spam, preview) == Shown::Text);
    preview.sanitiser = 1;  // which let a letter hide where its links lead
    CHECK(shown_as(Role::Recipient, Class::Spam, preview) == Shown::Text);
}
