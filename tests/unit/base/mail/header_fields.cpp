#include "base/mail/header_fields.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace lazaret;

namespace {

// `name=value|name=value`, with \r and \n shown.
std::string shown(std::string_view message)
{
    const auto cut = cut_header(message);
    std::string out;
    for (const auto& field : cut.fields) {
        if (!out.empty()) out += '|';
        out += std::string{field.name} + '=' + std::string{field.value};
    }
    std::string visible;
    for (const char c : out + "||" + std::string{cut.body})
        visible += c == '\r' ? "\\r" : c == '\n' ? "\\n" : std::string(1, c);
    return visible;
}

}  // namespace

TEST_CASE("a header is cut at its fields, byte for byte", "[header]")
{
    struct Row {
        const char* says;
        std::string message;
        std::string cut;
    };
    const auto row = GENERATE(values<Row>({
        {"empty", "", "||"},
        {"one field", "A: b\r\n\r\nbody", "A= b||body"},
        {"without leading space", "A:b\r\n\r\n", "A=b||"},
        {"blanks before the colon", "A \t: b\r\n\r\n", "A= b||"},
        {"folded", "A: b\r\n\tc\r\n d\r\nE: f\r\n\r\nx", "A= b\\r\\n\\tc\\r\\n d|E= f||x"},
        {"LF alone", "A: b\n c\n\nbody\n", "A= b\\n c||body\\n"},
        {"no body", "A: b\r\n", "A= b||"},
        {"no line end", "A: b", "A= b||"},
        {"no header", "\r\nA: b\r\n", "||A: b\\r\\n"},
        {"a line without a colon", "hello\r\nA: b\r\n\r\n", "A= b||"},
        {"a line that begins with a colon", ": x\r\nA: b\r\n\r\n", "A= b||"},
        {"an empty value", "A:\r\nB: c\r\n\r\n", "A=|B= c||"},
        {"twice", "A: 1\r\nA: 2\r\n\r\n", "A= 1|A= 2||"},
        {"a colon only in a fold", "A\r\n b: c\r\nD: e\r\n\r\n", "D= e||"},
        {"blank lines in the body", "A: b\r\n\r\n\r\nx\r\n\r\n", "A= b||\\r\\nx\\r\\n\\r\\n"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        auto wanted = row.cut;
        for (std::size_t at = 0; (at = wanted.find("\\t")) != std::string::npos;)
            wanted.replace(at, 2, "\t");
        CHECK(shown(row.message) == wanted);
    }
}

TEST_CASE("the pieces of a header are its bytes", "[header]")
{
    const std::string message = "A: b\r\n c\r\nD:e\r\n\r\nbody";
    const auto cut = cut_header(message);
    std::string whole;
    for (const auto& field : cut.fields) whole += field.whole;
    CHECK(whole == cut.header);
    CHECK(std::string{cut.header} + "\r\n" + std::string{cut.body} == message);
}

TEST_CASE("any bytes are taken", "[header]")
{
    CHECK(cut_header(std::string(100'000, '\0')).fields.empty());
    CHECK(cut_header(std::string(100'000, '\n')).fields.empty());
    CHECK(cut_header(std::string(100'000, ' ')).fields.empty());
    CHECK(cut_header("A:" + std::string(1'000'000, 'x')).fields.size() == 1);
}

TEST_CASE("a header of very many fields is not taken apart to its end", "[header]")
{
    std::string header;
    for (std::size_t at = 0; at < most_header_fields + 10; ++at) header += "a:\n";
    const auto message = header + "\nbody";
    const auto cut = cut_header(message);
    CHECK(cut.fields.size() == most_header_fields);
    CHECK(cut.cut_short);
    CHECK(cut.header == header);
    CHECK(cut.body == "body");
}
