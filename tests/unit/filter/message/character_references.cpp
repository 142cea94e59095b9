#include "milter/filter/message/character_references.hpp"

#include "milter/filter/message/named_references.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;
using namespace lazaret::filter;

TEST_CASE("character references are what browsers make of them", "[html]")
{
    struct Row {
        const char* says;
        std::string source;
        std::string in_text;
        std::string in_attribute;
    };
    const auto row = GENERATE(values<Row>({
        {"a name", "&eacute;", "é", "é"},
        {"the case counts", "&Eacute;&EACUTE;", "É&EACUTE;", "É&EACUTE;"},
        {"no semicolon", "&eacute", "é", "é"},
        {"none, and a blank", "&lt x", "< x", "< x"},
        {"none, and a letter", "&ampx", "&x", "&ampx"},
        {"none, and a sign", "&copy=1", "©=1", "&copy=1"},
        {"a name that needs one", "&hellip &hellip;", "&hellip …", "&hellip …"},
        {"the longest old name", "&notit; &notin;", "¬it; ∉", "&notit; ∉"},
        {"an old name at the start of one", "&ampere; &centerdot;", "&ere; ·", "&ampere; ·"},
        {"no name", "&; & &x; &&amp;", "&; & &x; &&", "&; & &x; &&"},
        {"digits in a name", "&frac12;&sup1&there4;", "½¹∴", "½¹∴"},
        {"two characters", "&NotEqualTilde;&fjlig;",
         "\xE2\x89\x82\xCC\xB8"
         "fj",
         "\xE2\x89\x82\xCC\xB8"
         "fj"},
        {"the longest name", "&CounterClockwiseContourIntegral;", "∳", "∳"},
        {"longer than any", "&CounterClockwiseContourIntegralx;",
         "&CounterClockwiseContourIntegralx;", "&CounterClockwiseContourIntegralx;"},
        {"the first and the last", "&AElig;&zwnj;", "Æ\xE2\x80\x8C", "Æ\xE2\x80\x8C"},
        {"far up", "&Afr;", "\xF0\x9D\x94\x84", "\xF0\x9D\x94\x84"},

        {"a number", "&#233;&#xE9;&#XE9;", "ééé", "ééé"},
        {"without semicolon", "&#233x&#xE9x", "éxéx", "éxéx"},
        {"no digit", "&#;&#x;&#xg&#", "&#;&#x;&#xg&#", "&#;&#x;&#xg&#"},
        {"windows-1252", "&#128;&#x92;&#153;", "€’™", "€’™"},
        {"what it leaves", "&#129;", "\xC2\x81", "\xC2\x81"},
        {"no character", "&#0;&#xD800;&#x110000;", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD",
         "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"far too large", "&#99999999999999999999999;", "\xEF\xBF\xBD", "\xEF\xBF\xBD"},
        {"the largest", "&#x10FFFF;", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
        {"many zeros", "&#0000000000000065;", "A", "A"},
        {"once only", "&amp;lt;", "&lt;", "&lt;"},
        {"nothing", "", "", ""},
    }));
    DYNAMIC_SECTION(row.says)
    {
        std::string text;
        append_decoded(row.source, false, text);
        CHECK(text == row.in_text);
        std::string value;
        append_decoded(row.source, true, value);
        CHECK(value == row.in_attribute);
    }
}

TEST_CASE("old names are those that count without semicolon", "[html]")
{
    for (const char* name : {"AMP", "Aacute", "brvbar", "gt", "yuml"})
        CHECK(find_old_named_reference(name).has_value());
    for (const char* name : {"Abreve", "apos", "hellip", "A", ""})
        CHECK_FALSE(find_old_named_reference(name).has_value());
}
