#pragma once

#include <fmt/format.h>

#include <array>
#include <string>

/// Mail to teach a filter with: two kinds, each many messages that are alike and not the same.
namespace lazaret::test {

inline constexpr auto friends =
    std::to_array<const char*>({"Anna", "Bert", "Clara", "Dora", "Emil"});
inline constexpr auto matters = std::to_array<const char*>(
    {"the minutes of the board meeting", "the invoice for the new printer", "our trip to the lake",
     "the draft of the annual report", "the repair of the heating"});
inline constexpr auto goods =
    std::to_array<const char*>({"luxury watches", "pills without prescription", "a casino bonus",
                                "cheap software licences", "a secret investment"});

/// The i-th of many different messages that somebody wants.
inline std::string wanted_mail(std::size_t i)
{
    return fmt::format(
        "From: {0} <{0}@example.org>\r\nTo: carl@example.com\r\nSubject: {1}\r\n"
        "In-Reply-To: <{2}@mail.example.org>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "Hello Carl,\r\n\r\nthank you for your note. I looked at {1} yesterday and have {3} "
        "questions; could we talk on Thursday?\r\n\r\nBest wishes\r\n{0}\r\n",
        friends[i % 5], matters[i / 5 % 5], i * 7919, i % 4 + 2);
}

/// The i-th of many different messages that nobody wants.
inline std::string spam_mail(std::size_t i)
{
    return fmt::format(
        "From: \"Best Offers {2}\" <sales{2}@promo.test>\r\nTo: carl@example.com\r\n"
        "Subject: Act now: {0} -{1} %\r\nX-Mailer: BulkBlaster\r\n"
        "Content-Type: text/html; charset=iso-8859-1\r\n\r\n"
        "<html><body><font size=5 color=red>Dear winner! Order {0} today and save {1} %!</font>"
        "<br>Click <a href=\"http://{2}.promo.test/buy\">here</a> before midnight, limited offer."
        "</body></html>\r\n",
        goods[i % 5], 50 + i % 45, i * 104729);
}

}  // namespace lazaret::test
