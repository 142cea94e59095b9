#include "tools/bench/hostile_messages.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <string_view>

#include "base/base64.hpp"

namespace lazaret::bench {
namespace {

constexpr std::size_t large = 5 << 20;  // bytes
constexpr std::string_view usual =
    "Received: from mail.example.com (mail.example.com [192.0.2.7]) by mx.example.org with ESMTP "
    "id 4XyZ1b for <bob@example.org>; Mon, 2 Nov 2026 10:00:00 +0000\r\n"
    "From: Alice <alice@example.com>\r\nTo: Bob <bob@example.org>\r\n"
    "Date: Mon, 2 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\nMIME-Version: 1.0\r\n";

std::string repeated(std::string_view piece, std::size_t size)
{
    std::string out;
    out.reserve(size + piece.size());
    while (out.size() < size) out += piece;
    return out;
}

/// What `make` gives for each number below `count`, one behind the other.
template <class Make>
std::string numbered(std::size_t count, Make&& make)
{
    std::string out;
    for (std::size_t number = 0; number < count; ++number) out += make(number);
    return out;
}

/// As many texts, `prefix` and a number, that a table of std::hash has in one bucket of `buckets`.
std::vector<std::string> of_one_bucket(std::string_view prefix, std::size_t count,
                                       std::size_t buckets)
{
    std::vector<std::string> texts;
    std::string text;
    for (std::size_t number = 0; texts.size() < count; ++number) {
        text = prefix;
        fmt::format_to(std::back_inserter(text), FMT_COMPILE("{:x}"), number);
        if (std::hash<std::string_view>{}(text) % buckets == 0) texts.push_back(text);
    }
    return texts;
}

std::string letter(std::string_view fields, std::string_view body)
{
    return fmt::format("{}{}\r\n{}", usual, fields, body);
}

std::string plain(std::string_view body)
{
    return letter("Subject: Hello\r\nContent-Type: text/plain; charset=utf-8\r\n", body);
}

std::string html(std::string_view body)
{
    return letter("Subject: Hello\r\nContent-Type: text/html; charset=utf-8\r\n", body);
}

std::string base64_lines(std::string_view bytes)
{
    constexpr std::size_t line = 57;  // whole groups of three; the last line may lack its padding
    std::string out;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(line, bytes.size()))) {
        auto text = base64url(bytes.substr(0, line));
        std::ranges::replace(text, '-', '+');
        std::ranges::replace(text, '_', '/');
        out += text + "\r\n";
    }
    return out;
}

std::string base64(std::string_view type, std::string_view bytes)
{
    return letter(fmt::format("Subject: Hello\r\nContent-Type: {}\r\n"
                              "Content-Transfer-Encoding: base64\r\n",
                              type),
                  base64_lines(bytes));
}

/// A multipart, whose parts are given with their heads.
std::string mixed(const std::vector<std::string>& parts)
{
    std::string body;
    for (const auto& part : parts) body += fmt::format("--b\r\n{}\r\n", part);
    return letter("Subject: Hello\r\nContent-Type: multipart/mixed; boundary=b\r\n",
                  body + "--b--\r\n");
}

std::string many_parts(std::size_t count, std::string_view part)
{
    return mixed(std::vector<std::string>(count, std::string{part}));
}

std::string nested_parts(std::size_t depth)
{
    std::string body = "Content-Type: multipart/mixed; boundary=b0\r\n\r\n";
    for (std::size_t at = 1; at <= depth; ++at)
        body +=
            fmt::format("--b{}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n", at - 1, at);
    return std::string{usual} + body + "Hello\r\n";
}

std::string field(std::string_view name, std::string_view piece, std::size_t size)
{
    return letter(fmt::format("{}: {}\r\n", name, repeated(piece, size)), "Hello\r\n");
}

/// Fields in front of the usual ones.
std::string behind_fields(std::string_view fields)
{
    return std::string{fields} + plain("Hello\r\n");
}

std::string nested_tags(std::size_t count, std::string_view tag)
{
    return html(numbered(count, [&](std::size_t at) { return fmt::format("<{}>{} ", tag, at); }));
}

std::string odd_spellings()
{
    constexpr auto letters =
        std::to_array<std::string_view>({"a", "@", "4", "\xC3\xA0", "\xC3\xA4", "A", "/\\", "a.",
                                         "a ", "a-", "a_", "\xCE\xB1", "\xD0\xB0", "a\xCC\x81"});
    constexpr auto others = std::to_array<std::string_view>(
        {"i", "1", "l", "!", "|", "\xC3\xAD", "I", "i ", "i.", ":", "\xD1\x96"});
    std::string all;
    for (const std::string_view word : {"vbgrb", "cbblbs", "cblbum", "xbnbx", "ccount", "pbssword"})
        for (const auto first : letters)
            for (const auto other : others) {
                for (const char c : word)
                    if (c == 'b') all += first;
                    else if (c == 'g') all += fmt::format("{}g", other);
                    else all += c;
                all += ' ';
            }
    return repeated(all + "\r\n", large);
}

/// SpamAssassin looks at the beginning of each part only, so many parts are worse than a large one.
std::string in_parts(std::string_view type, std::string_view piece)
{
    constexpr std::size_t of_a_part = 50'000;
    return many_parts(large / of_a_part,
                      fmt::format("Content-Type: {}\r\n\r\n{}", type, repeated(piece, of_a_part)));
}

/// Patterns without most of what is not text in them: many fit what is left, or nearly.
std::string words_of(std::span<const std::string> rules)
{
    std::string words;
    for (const auto& rule : rules) {
        for (std::size_t at = rule.find('/') + 1; at < rule.size(); ++at) {
            if (rule[at] == '\\') ++at;
            else if (rule[at] == '|') words += ' ';
            else if (std::string_view{"^$()[]?*+:"}.find(rule[at]) == std::string_view::npos)
                words += rule[at];
        }
        words += "\r\n";
    }
    return words;
}

std::string pdf(std::string_view object)
{
    return base64("application/pdf; name=\"a.pdf\"",
                  "%PDF-1.4\n" + repeated(object, large * 3 / 4) + "%%EOF\n");
}

std::string image(std::string_view type, std::string_view bytes)
{
    return fmt::format(
        "Content-Type: image/{}; name=\"a.{}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        type, type, base64_lines(bytes));
}

std::string lying_images()
{
    using namespace std::string_view_literals;
    const auto png = "\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x08\x02"sv;
    const auto gif = "GIF89a\xFF\xFF\xFF\xFF\x80\0\0"sv;
    const auto jpeg = "\xFF\xD8" + repeated("\xFF\xE0\0\x02"sv, 1 << 20);
    std::vector<std::string> parts;
    for (int at = 0; at < 300; ++at) {
        parts.push_back(image("png", png));
        parts.push_back(image("gif", gif));
    }
    for (int at = 0; at < 3; ++at) parts.push_back(image("jpeg", jpeg));
    return mixed(parts);
}

std::string encoded_subject(std::string_view word, std::size_t size)
{
    return letter(fmt::format("Subject: {}\r\n", repeated(fmt::format("{}\r\n ", word), size)),
                  "Hello\r\n");
}

std::string huge_charsets()
{
    const auto name = repeated("x", 60'000);
    std::vector<std::string> parts;
    for (int at = 0; at < 40; ++at)
        parts.push_back(fmt::format(
            "Content-Type: text/plain; charset=\"{}{}\"\r\nSubject: =?{}?Q?a?=\r\n\r\nHello\r\n",
            name, at, name));
    return mixed(parts);
}

std::string parameters_in_charsets(std::string_view name)
{
    std::string pages;
    for (const int page : {437, 737, 775, 850, 852, 855, 857, 860, 861, 862, 863, 864, 865, 866})
        pages += fmt::format("; {}*=cp{}''%41", name, page);
    return repeated(pages, 1'900);
}

void add_bodies(std::vector<HostileMessage>& all)
{
    const auto add_text = [&](std::string name, std::string piece) {
        all.push_back({name, [piece] { return plain(repeated(piece, large)); }});
        all.push_back({"in 100 parts: " + name, [piece] { return in_parts("text/plain", piece); }});
    };
    add_text("one line of 5 MB", "some words of no importance ");
    add_text("one line of one letter", "a");
    add_text("lines of one letter", repeated("a", 900) + "\r\n");
    add_text("blanks only", " ");
    add_text("blank lines only", "\r\n");
    add_text("two words in turn", "free money ");
    add_text("two words in turn, in lines", repeated("click here ", 900) + "\r\n");
    add_text("nested quantifiers: words",
             "a b c d e f g h i j k l m n o p q r s t u v w x y z\r\n");
    add_text("nested quantifiers: letters and digits", "a1b2c3d4");
    add_text("nested quantifiers: capitals", "AAAAA aaaa. AAAA-AAAA ");
    add_text("nested quantifiers: signs", ".-_.-_ .,.,.,--__");
    add_text("nested quantifiers: amounts", "$1,000,000.00 USD million ");
    add_text("nested quantifiers: line ends", "a\r\n\r\na \r\n");
    add_text("mail addresses only", "alice@example.com ");
    add_text("mail addresses without blanks", "alice@example.com");
    add_text("'@' only", "@");
    add_text("'http://' only", "http://");
    add_text("addresses in addresses", "http://example.com/?http%3A%2F%2Fexample.org/");
    add_text("host names only", "www.example.com ");
    add_text("dots only", "a.");
    add_text("brackets only", "<(");
    add_text("bytes of no charset", "\xFF\xFE\x80\xC3");
    all.push_back({"other addresses, 200,000", [] {
                       return plain(numbered(200'000, [](std::size_t at) {
                           return fmt::format("http://host{}.example.com/{}\r\n", at, at);
                       }));
                   }});
    all.push_back({"other mail addresses, 200,000", [] {
                       return plain(numbered(200'000, [](std::size_t at) {
                           return fmt::format("u{}@h{}.example.com\r\n", at, at);
                       }));
                   }});
    all.push_back({"words in odd spellings", [] { return plain(odd_spellings()); }});
}

void add_encodings(std::vector<HostileMessage>& all)
{
    all.push_back({"base64 of one word",
                   [] { return base64("text/plain; charset=utf-8", repeated("viagra ", large)); }});
    all.push_back({"base64 of HTML", [] {
                       return base64("text/html; charset=utf-8", repeated("<b>viagra</b> ", large));
                   }});
    all.push_back({"UTF-16", [] {
                       return base64("text/plain; charset=utf-16",
                                     repeated(std::string_view{"a\0 \0", 4}, large));
                   }});
    for (const std::string_view charset :
         {"iso-2022-jp", "utf-7", "big5", "windows-1252", "koi8-r"})
        all.push_back({fmt::format("8-bit text as {}", charset), [charset] {
                           return letter(
                               fmt::format("Content-Type: text/plain; charset={}\r\n", charset),
                               repeated("\x1b$B\xA4\xE9+AGE-\xF0 ", large));
                       }});
    all.push_back({"quoted-printable of '='", [] {
                       return letter(
                           "Content-Type: text/plain\r\n"
                           "Content-Transfer-Encoding: quoted-printable\r\n",
                           repeated("=", large));
                   }});
    all.push_back({"quoted-printable of '=3D'", [] {
                       return letter(
                           "Content-Type: text/plain\r\n"
                           "Content-Transfer-Encoding: quoted-printable\r\n",
                           repeated(repeated("=3D", 72) + "=\r\n", large));
                   }});
    all.push_back({"huge names of charsets", huge_charsets});
    for (const std::string_view name : {"a", "name", "filename"})
        all.push_back({fmt::format("parameters in charsets that take turns: {}", name), [name] {
                           const auto parameters = parameters_in_charsets(name);
                           return many_parts(
                               990, fmt::format("Content-Type: text/plain{0}\r\n"
                                                "Content-Disposition: inline{0}\r\n\r\nHello\r\n",
                                                parameters));
                       }});
}

void add_html(std::vector<HostileMessage>& all)
{
    const auto add_piece = [&](std::string name, std::string piece) {
        all.push_back({name, [piece] { return html(repeated(piece, large)); }});
        all.push_back({"in 100 parts: " + name, [piece] { return in_parts("text/html", piece); }});
    };
    all.push_back({"50,000 links", [] {
                       return html(numbered(50'000, [](std::size_t at) {
                           return fmt::format(
                               "<a href=\"http://host{}.example.com/{}\">www.example{}.org</a>\r\n",
                               at, at, at);
                       }));
                   }});
    // 10,273 is what libstdc++ takes for 10,000.
    all.push_back({"10,000 links of one bucket", [] {
                       std::string links;
                       for (const auto& link : of_one_bucket("http://example.com/", 10'000, 10'273))
                           links += fmt::format("<a href=\"{}\">a</a>\r\n", link);
                       return html(links);
                   }});
    for (const std::string_view tag :
         {"div", "font color=red", "a href=x", "table", "b", "span style=\"color:#fefefe\""})
        all.push_back({fmt::format("10,000 nested tags: {}", tag),
                       [tag] { return nested_tags(10'000, tag); }});
    all.push_back({"tags of 200,000 names", [] {
                       return html(numbered(200'000, [](std::size_t at) {
                           return fmt::format("<t{} a{}=b>x</t{}>", at, at, at);
                       }));
                   }});
    add_piece("words and addresses", "<b>click</b> here www.example.com ");
    add_piece("character references", "&#x41;");
    add_piece("'<' only", "<");
    add_piece("'&' only", "&");
    add_piece("comments", "<!-- a -->");
    add_piece("open comments", "<!--");
    add_piece("tags without end", "<a b=\"");
    add_piece("letters in tags of their own", "<b>v</b><i>i</i><!-- x -->a");
    add_piece("style attributes", "<p style=\"color:#f0f0f0;font-size:1px;background:url(a)\">a");
    add_piece("images", "<img src=\"http://example.com/a.png\" width=1 height=1 alt=a>");
    add_piece("open anchors", "<a href=http://example.com/>");
    add_piece("formatting that ends in blocks", repeated("<b>", 300) + repeated("<dl>", 1'600) +
                                                    repeated("</b>", 20'400) +
                                                    repeated("</dl>", 2'000));
    all.push_back({"one style attribute of 5 MB", [] {
                       return html("<p style=\"" + repeated("color:red;", large) + "\">a</p>");
                   }});
    all.push_back({"one style sheet of 5 MB",
                   [] { return html("<style>" + repeated("a{color:red}", large) + "</style>"); }});
    all.push_back({"one address of 5 MB", [] {
                       return html("<a href=\"http://example.com/" + repeated("%41/", large) +
                                   "\">a</a>");
                   }});
    all.push_back({"one host of marks in the wrong order", [] {
                       return html("<a href=\"http://a" + repeated("\u0315", large / 2) +
                                   repeated("\u0334", large / 2) + ".example.com/\">a</a>");
                   }});
    all.push_back({"one tag of 1,000,000 attributes",
                   [] { return html("<a " + repeated("b=c ", large) + ">"); }});
}

void add_headers(std::vector<HostileMessage>& all)
{
    constexpr std::size_t one_mb = 1 << 20;
    all.push_back({"10,000 Received lines", [] {
                       return behind_fields(numbered(10'000, [](std::size_t at) {
                           return fmt::format(
                               "Received: from h{}.example.com (h{}.example.com [10.{}.{}.1])\r\n"
                               "\tby h{}.example.com (Postfix) with ESMTP id {}\r\n"
                               "\tfor <bob@example.org>; Mon, 2 Nov 2026 10:00:00 +0000\r\n",
                               at + 1, at + 1, at / 250, at % 250, at, at);
                       }));
                   }});
    for (const std::string_view name : {"Subject", "To", "From", "Received", "Message-ID", "Date",
                                        "X-Odd", "Content-Type", "References", "DKIM-Signature"}) {
        all.push_back({fmt::format("{} of 1 MB, one line", name),
                       [name] { return field(name, "a@b.example, ", one_mb); }});
        all.push_back({fmt::format("{} of 1 MB, folded", name),
                       [name] { return field(name, "a b <a@b.example>,\r\n ", one_mb); }});
    }
    for (const std::string_view piece : {"a,", "a@", "a@b,", ",\"", "=?,"})
        all.push_back({fmt::format("ten From of 58 kB, {}", piece), [piece] {
                           const auto from = fmt::format("From: {}\r\n", repeated(piece, 58'000));
                           return behind_fields(repeated(from, 10 * from.size()));
                       }});
    all.push_back({"20,000 header fields", [] {
                       return behind_fields(numbered(20'000, [](std::size_t at) {
                           return fmt::format("X-Field-{}: some value\r\n", at);
                       }));
                   }});
    all.push_back({"10,000 header fields of one bucket", [] {
                       std::string fields;
                       for (const auto& name : of_one_bucket("x-field-", 10'000, 10'273))
                           fields += fmt::format("{}: some value\r\n", name);
                       return behind_fields(fields);
                   }});
    for (const std::string_view name : {"Subject", "To", "DKIM-Signature", "Message-ID"})
        all.push_back({fmt::format("20,000 fields {}", name), [name] {
                           return behind_fields(
                               repeated(fmt::format("{}: d=a.example <a@b.example>\r\n", name),
                                        20'000 * (name.size() + 29)));
                       }});
    all.push_back({"subject of encoded words, 2 MB, base64",
                   [] { return encoded_subject("=?utf-8?B?dmlhZ3JhIHZpYWdyYQ==?=", 2 << 20); }});
    all.push_back({"subject of encoded words, 2 MB, quoted",
                   [] { return encoded_subject("=?utf-8?Q?=61=62=63?=", 2 << 20); }});
}

void add_parts(std::vector<HostileMessage>& all)
{
    all.push_back({"a part with a field of 4 MB", [] {
                       return many_parts(1, "Content-Type: text/plain;\r\n name=\"" +
                                                std::string(4'000'000, 'a') +
                                                "\"\r\n\r\nHello\r\n");
                   }});
    all.push_back({"a part with a field of 100,000 lines", [] {
                       std::string lines;
                       for (int at = 0; at < 100'000; ++at) lines += " =?utf-8?q?name?=\r\n";
                       return many_parts(1, "Content-Description:\r\n" + lines +
                                                "Content-Type: text/plain\r\n\r\nHello\r\n");
                   }});
    all.push_back({"100 parts with a field of 60 kB", [] {
                       return many_parts(100, "Content-Type: text/plain;\r\n name=\"" +
                                                  std::string(60'000, 'a') + "\"\r\n\r\nHello\r\n");
                   }});
    all.push_back({"10,000 parts, plain", [] {
                       return many_parts(10'000, "Content-Type: text/plain\r\n\r\nHello there\r\n");
                   }});
    all.push_back({"10,000 parts, HTML", [] {
                       return many_parts(10'000,
                                         "Content-Type: text/html\r\n\r\n<a href=http://"
                                         "example.com/>Hello</a>\r\n");
                   }});
    all.push_back({"10,000 parts, attached files", [] {
                       return many_parts(10'000,
                                         "Content-Type: application/zip; name=a.zip\r\n"
                                         "Content-Transfer-Encoding: base64\r\n\r\nUEsDBA"
                                         "==\r\n");
                   }});
    all.push_back({"10,000 attached messages", [] {
                       return many_parts(10'000,
                                         "Content-Type: message/rfc822\r\n\r\nSubject: "
                                         "a\r\n\r\nHello\r\n");
                   }});
    all.push_back({"parts nested 1,000 deep", [] { return nested_parts(1'000); }});
    all.push_back({"attached messages nested 1,000 deep", [] {
                       return letter("", "").substr(0, usual.size()) +
                              repeated("Content-Type: message/rfc822\r\n\r\n", 32'000) + "Hello";
                   }});
    all.push_back({"PDF of many objects", [] { return pdf("1 0 obj\n<</A 1>>\nendobj\n"); }});
    all.push_back({"PDF of many streams", [] {
                       return pdf(
                           "1 0 obj\n<</Subtype /Image/Width 9/Height 9>>\nstream\nabc\n"
                           "endstream\nendobj\n");
                   }});
    all.push_back(
        {"PDF of many addresses", [] { return pdf("<</URI(http://example.com/\\(a)>>\n"); }});
    all.push_back({"PDF of one line", [] { return pdf("/Width 1 /Title (a <</URI("); }});
    all.push_back({"images of false sizes", lying_images});
}

}  // namespace

std::string ordinary_message()
{
    return html(repeated(
        "<p>Hello <b>Bob</b>, see <a href=\"http://example.com/\">this</a></p>\r\n", 8'000));
}

std::vector<HostileMessage> hostile_messages(std::span<const std::string> rules)
{
    std::vector<HostileMessage> all;
    const auto words = words_of(rules);
    all.push_back({"the rules' own words", [words] { return plain(repeated(words, large)); }});
    all.push_back({"in 100 parts: the rules' own words", [words] {
                       std::vector<std::string> parts;
                       for (std::size_t at = 0; at < 100; ++at)
                           parts.push_back("Content-Type: text/plain\r\n\r\n" +
                                           words.substr(at * 50'000 % words.size(), 50'000));
                       return mixed(parts);
                   }});
    add_bodies(all);
    add_encodings(all);
    add_html(all);
    add_headers(all);
    add_parts(all);
    return all;
}

}  // namespace lazaret::bench
