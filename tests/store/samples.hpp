#pragma once

#include <string>
#include <utility>

#include "base/records/held_mail.hpp"

/// Held mail as the tests need it.
namespace lazaret::test {

inline Digest digest_number(int number)
{
    Digest digest;
    for (std::size_t at = 0; at < sizeof number; ++at)
        digest.bytes[at] = static_cast<unsigned char>(static_cast<unsigned>(number) >> (8 * at));
    return digest;
}

inline Day today() { return std::chrono::floor<std::chrono::days>(system_now()); }

/// A message with every kind of thing recorded; the bytes have NUL, 8-bit and a lone dot.
struct SampleMail {
    explicit SampleMail(int number)
        : bytes{"From: Ada <ada@example.org>\r\nSubject: number " + std::to_string(number) +
                "\r\n\r\nzero  byte, \xff, and\r\n.\r\na dot\r\n"}
    {
        bytes.replace(bytes.find("zero ") + 5, 0, 1, '\0');
        mail.digest = digest_number(number);
        mail.bytes = bytes;
        mail.received = system_now();
        mail.queue_id = "4XyZ" + std::to_string(number);
        mail.client_ip = "192.0.2.7";
        mail.helo = "mail.example.org";
        mail.sender = "ada@example.org";
        mail.eight_bit = true;
        mail.from = "Ada L\xC3\xB6velace <ada@example.org>";
        mail.from_address = "ada@example.org";
        mail.subject = "number " + std::to_string(number) + " \"quoted\" \\ and \xC3\xA9";
        mail.list_id = "news.example.org";
        mail.hits = {{"LEARNED_SPAM", 4.5, "it looks like spam that people reported"},
                     {"FORGED", 1.25, "the sender is forged"}};
        mail.preview.sanitiser = sanitiser_version;
        mail.preview.text = "a text";
        mail.preview.html = "<p>a text</p>";
        mail.preview.images = {{"one@example.org", "image/png", std::string("\x89PNG\0\r\n", 7)},
                               {"two@example.org", "image/gif", "GIF89a"}};
        mail.preview.parts = {{"invoice.zip", "application/zip", 1234, std::string(64, 'a')}};
        mail.preview.link_hosts = {"example.net", "example.com"};
    }
    SampleMail(const SampleMail&) = delete;
    SampleMail& operator=(const SampleMail&) = delete;

    std::string bytes;
    HeldMail mail;
};

inline HeldCopy sample_copy(const std::string& recipient,
                            Day expires = today() + std::chrono::days{14})
{
    HeldCopy copy{.reference = Reference::random(),
                  .tenant = 1,
                  .recipient = recipient,
                  .mailbox = recipient,
                  .verdict = Class::Spam,
                  .score = 5.75,
                  .expires = expires,
                  .explanation = {}};
    copy.explanation.unproven = {{7, ListKind::Allow, Owner::account(3), "ada@example.org", ""}};
    copy.explanation.settings = {{"hold_at", Owner::domain("example.com")}};
    return copy;
}

}  // namespace lazaret::test
