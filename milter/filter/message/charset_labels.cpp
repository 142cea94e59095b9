#include "milter/filter/message/charset_labels.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace lazaret::filter {
namespace {

struct Charset {
    std::string_view iconv_name;
    std::string_view labels;  ///< a blank around each
};

// The labels of WHATWG Encoding 4.2, which are those of browsers, and what else mail writes: names
// of code pages, and charsets that browsers have given up. The two most frequent come first.
constexpr auto charsets = std::to_array<Charset>({
    {"UTF-8", " utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 "},
    {"CP1252",
     " iso-8859-1 us-ascii windows-1252 ascii latin1 l1 ansi_x3.4-1968 cp1252 "
     "x-cp1252 cp819 ibm819 csisolatin1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 "
     "iso_8859-1:1987 "},
    {"ISO-8859-2",
     " iso-8859-2 csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 "
     "iso_8859-2:1987 l2 latin2 "},
    {"ISO-8859-3",
     " iso-8859-3 csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 "
     "iso_8859-3:1988 l3 latin3 "},
    {"ISO-8859-4",
     " iso-8859-4 csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 "
     "iso_8859-4:1988 l4 latin4 "},
    {"ISO-8859-5",
     " iso-8859-5 csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 "
     "iso_8859-5 iso_8859-5:1988 "},
    {"ISO-8859-6",
     " iso-8859-6 arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 "
     "iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 "
     "iso_8859-6:1987 "},
    {"ISO-8859-7",
     " iso-8859-7 csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 "
     "iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek "},
    {"ISO-8859-8",
     " iso-8859-8 csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 "
     "iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 visual csiso88598i iso-8859-8-i "
     "logical "},
    {"ISO-8859-10", " iso-8859-10 csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6 "},
    {"ISO-8859-13", " iso-8859-13 iso8859-13 iso885913 "},
    {"ISO-8859-14", " iso-8859-14 iso8859-14 iso885914 "},
    {"ISO-8859-15", " iso-8859-15 csisolatin9 iso8859-15 iso885915 iso_8859-15 l9 latin-9 latin9 "},
    {"ISO-8859-16", " iso-8859-16 iso8859-16 "},
    {"CP866", " ibm866 866 cp866 csibm866 "},
    {"KOI8-R", " koi8-r cskoi8r koi koi8 koi8_r koi8r "},
    {"KOI8-U", " koi8-u koi8-ru koi8u "},
    {"MACINTOSH", " macintosh csmacintosh mac x-mac-roman "},
    {"MAC-CYRILLIC", " x-mac-cyrillic x-mac-ukrainian "},
    {"CP874", " windows-874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 tis620 cp874 "},
    {"CP1250", " windows-1250 cp1250 x-cp1250 "},
    {"CP1251", " windows-1251 cp1251 x-cp1251 "},
    {"CP1253", " windows-1253 cp1253 x-cp1253 "},
    {"CP1254",
     " windows-1254 cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 "
     "iso_8859-9 iso_8859-9:1989 l5 latin5 x-cp1254 "},
    {"CP1255", " windows-1255 cp1255 x-cp1255 "},
    {"CP1256", " windows-1256 cp1256 x-cp1256 "},
    {"CP1257", " windows-1257 cp1257 x-cp1257 "},
    {"CP1258", " windows-1258 cp1258 x-cp1258 "},
    {"GB18030",
     " gb2312 gbk gb18030 chinese csgb2312 csiso58gb231280 gb_2312 gb_2312-80 "
     "iso-ir-58 x-gbk cp936 ms936 windows-936 euc-cn "},
    // glibc's BIG5-HKSCS, unlike that of browsers, lacks characters of Big5: the slash, the euro.
    {"BIG5", " big5 cn-big5 csbig5 x-x-big5 big5-eten "},
    {"BIG5-HKSCS", " big5-hkscs "},
    {"CP950", " cp950 ms950 windows-950 "},
    {"EUC-JP-MS", " euc-jp cseucpkdfmtjapanese x-euc-jp "},
    {"ISO-2022-JP", " iso-2022-jp csiso2022jp "},
    {"CP932",
     " shift_jis csshiftjis ms_kanji shift-jis sjis windows-31j x-sjis cp932 ms932 "
     "windows-932 "},
    {"CP949",
     " euc-kr cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 "
     "ks_c_5601 ksc5601 ksc_5601 windows-949 cp949 ms949 uhc "},
    {"UTF-16", " utf-16 csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff "},
    {"UTF-16LE", " utf-16le "},
    {"UTF-16BE", " utf-16be unicodefffe "},
    {"UTF-32", " utf-32 "},
    {"UTF-32LE", " utf-32le "},
    {"UTF-32BE", " utf-32be "},
    {"UTF-7", " utf-7 unicode-1-1-utf-7 csunicode11utf7 x-unicode-2-0-utf-7 "},
    {"ISO-2022-KR", " iso-2022-kr csiso2022kr "},
    {"ISO-2022-JP-2", " iso-2022-jp-1 iso-2022-jp-2 "},
    {"ISO-2022-JP-3", " iso-2022-jp-3 "},
    {"VISCII", " viscii csviscii "},
    {"EUC-TW", " euc-tw "},
    {"CP437", " cp437 ibm437 "},
    {"CP850", " cp850 ibm850 "},
    {"CP852", " cp852 ibm852 "},
    {"CP855", " cp855 ibm855 "},
    {"CP858", " cp858 ibm00858 "},
});

constexpr std::size_t longest_label = 40;  // bytes

}  // namespace

std::string_view iconv_name(std::string_view label)
{
    if (label.empty() || label.size() > longest_label || label.find(' ') != std::string_view::npos)
        return {};
    std::string word{' '};
    word.append(label) += ' ';
    const auto* const found = std::ranges::find_if(charsets, [&](const Charset& charset) {
        return charset.labels.find(word) != std::string_view::npos;
    });
    return found == charsets.end() ? std::string_view{} : found->iconv_name;
}

bool keeps_ascii(std::string_view iconv_name)
{
    return iconv_name == "UTF-8" ||
           (!iconv_name.starts_with("UTF-") && !iconv_name.starts_with("ISO-2022-"));
}

}  // namespace lazaret::filter
