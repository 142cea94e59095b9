#include "milter/filter/rules/uris/uri_forms.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_class.hpp"
#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/uris/host_forms.hpp"
#include "milter/filter/rules/uris/uri_text.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr auto npos = std::string_view::npos;

// Without surrounding blanks and without line ends.
std::string without_line_ends(std::string_view uri)
{
    uri = without_blanks(uri);
    std::string out{uri};
    static constexpr ByteClass line_ends{"\r\n"};
    if (line_ends.first_in(uri) != npos)
        std::erase_if(out, [](char c) { return c == '\n' || c == '\r'; });
    return out;
}

// What points into the document itself.
bool leads_nowhere(std::string_view uri)
{
    if (uri.size() <= 1 || uri[0] == '#' || uri[0] == '?' || uri[0] == '&') return true;
    return uri[0] == '/' && uri[1] != '/';
}

bool is_mail_address(std::string_view uri)
{
    if (starts_ignoring_case(uri, "mailto:")) return true;
    const auto sign = uri.find('@');
    return sign < uri.find(':');
}

// `mailto:` and the address that is escaped as a whole: %20 around it.
std::string without_escaped_blanks(std::string_view uri)
{
    constexpr std::string_view scheme = "mailto:";
    constexpr std::string_view blank = "%20";
    if (uri.find(blank) == npos) return {};
    if (uri.starts_with(scheme)) uri.remove_prefix(scheme.size());
    while (uri.starts_with(blank)) uri.remove_prefix(blank.size());
    const auto sign = uri.find('@');
    if (sign == npos || sign == 0) return {};
    const auto end = std::min(uri.find_first_of("?&%", sign + 1), uri.size());
    return end > sign + 1 ? std::string{scheme}.append(uri.substr(0, end)) : std::string{};
}

// `mailto:` and the address in angle brackets behind a name.
std::string in_angle_brackets(std::string_view uri)
{
    constexpr int most_tries = 8;  // more brackets than that are no name
    auto open = uri.substr(0, uri.find_first_of("?&")).rfind('<');
    for (int tried = 0; open != npos && tried < most_tries; ++tried) {
        const auto sign = uri.find_first_of("@>", open + 1);
        if (sign != npos && uri[sign] == '@' && sign > open + 1) {
            const auto close = uri.find('>', sign + 1);
            if (close != npos && close > sign + 1)
                return std::string{"mailto:"}.append(uri.substr(open + 1, close - open - 1));
        }
        open = open == 0 ? npos : uri.rfind('<', open - 1);
    }
    return {};
}

void add_mail_forms(std::string_view uri, FormList& forms)
{
    const auto sign = uri.find('@');
    if (sign != npos && sign > 0) {
        const auto question = uri.find('?', sign + 1);
        if (question != npos && question > sign + 1)
            forms.add(std::string{uri.substr(0, question)});
        const auto end = uri.find_first_of("?&", sign + 1);
        if (end != npos && uri[end] == '&' && end > sign + 1)
            forms.add(std::string{uri.substr(0, end)});
    }
    if (const auto form = without_escaped_blanks(uri); !form.empty()) forms.add(form);
    if (const auto form = in_angle_brackets(uri); !form.empty()) forms.add(form);
}

// http:host, http:/host -> http://host
void mend_slashes(std::string& uri)
{
    const auto scheme = length_of_http(uri);
    if (scheme == 0) return;
    std::size_t slashes = 0;
    while (slashes < 2 && uri.substr(scheme + slashes, 1) == "/") ++slashes;
    if (slashes < 2) uri.replace(scheme, slashes, "//");
}

void put_scheme(std::string& uri)
{
    const auto name = static_cast<std::size_t>(
        std::find_if_not(uri.begin(), uri.end(),
                         [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; }) -
        uri.begin());
    if (name > 0 && name < uri.size() && uri[name] == ':') return;
    uri.insert(0, uri.starts_with("ftp.") ? "ftp://" : "http://");
}

// http://host?query -> http://host/?query
void put_path(std::string& uri)
{
    const auto scheme = length_of_http(uri);
    if (scheme == 0 || uri.compare(scheme, 2, "//") != 0) return;
    const auto end = uri.find_first_of("/?#", scheme + 2);
    if (end != npos && end > scheme + 2 && uri[end] != '/') uri.insert(end, 1, '/');
}

std::string mended(std::string_view uri, Alphabet alphabet)
{
    std::string out{uri};
    std::replace(out.begin(), out.end(), '\\', '/');
    mend_slashes(out);
    if (has_escape(out)) out = with_plain_escapes(out, alphabet);
    put_scheme(out);
    put_path(out);
    if (out.find("&#") != npos) out = with_plain_references(out);
    return out;
}

// The first http: or https: inside, up to what ends a parameter.
std::string_view address_inside(std::string_view rest)
{
    for (auto at = next_http(rest, 0); at != npos; at = next_http(rest, at + 1)) {
        const auto scheme = length_of_http(rest.substr(at));
        const auto end = std::min(rest.find_first_of("&#", at), rest.size());
        if (end <= at + scheme) continue;
        const auto found = rest.substr(at, end - at);
        return found.find('.') != npos ? found : std::string_view{};
    }
    return {};
}

// The byte that the escape at `at` stands for; -1 when there is none.
int escaped_byte(std::string_view text, std::size_t at)
{
    if (text[at] != '%' || text.size() - at < 3) return -1;
    const int high = hex_value(text[at + 1]);
    const int low = hex_value(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool must_be_escaped(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte >= 0x7F || c == '"' || c == '%' || c == '<' || c == '>';
}

void append_escaped(char c, std::string& out)
{
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 0xFU];
}

bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// Appends the UTF-8 character that `text` begins with, escaped if it is below U+0100.
// @return its bytes.
std::size_t append_character(std::string_view text, std::string& out)
{
    const auto lead = static_cast<unsigned char>(text[0]);
    if ((lead == 0xC2 || lead == 0xC3) && text.size() > 1) {
        append_escaped(static_cast<char>(((lead & 3U) << 6U) | (text[1] & 0x3FU)), out);
        return 2;
    }
    std::size_t length = 1;
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U)
        ++length;
    out += text.substr(0, length);
    return length;
}

}  // namespace

std::vector<std::string> forms_of(std::string_view uri, Alphabet alphabet,
                                  const Redirectors& redirectors,
                                  const RegistryBoundaries& boundaries)
{
    std::vector<std::string> given;  // the address, then what redirectors lead to
    given.push_back(without_line_ends(uri));
    FormList forms{most_forms};
    for (std::size_t next = 0; next < given.size() && !forms.is_full(); ++next) {
        const auto current = std::move(given[next]);
        forms.add(current);
        if (leads_nowhere(current)) continue;
        if (is_mail_address(current)) {
            add_mail_forms(current, forms);
            continue;
        }
        auto plain = mended(current, alphabet);
        auto parts = read_http_uri(plain);
        forms.add(std::move(plain));
        if (!parts) continue;
        const auto name = add_name_forms(*parts, forms);
        const auto whole = parts->text();
        const auto target = redirectors.target_of(whole);
        const auto inside = target.empty() ? address_inside(parts->rest) : target;
        if (!inside.empty()) given.push_back(without_line_ends(inside));
        add_address_forms(*parts, name, boundaries, forms);
    }
    return std::move(forms).take();
}

std::string with_plain_escapes(std::string_view text, Alphabet alphabet)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        if (const int byte = escaped_byte(text, at); byte >= 0) {
            if (byte > 0x20 && byte < 0x7F) out += static_cast<char>(byte);
            else out += text.substr(at, 3);
            at += 3;
        } else if (alphabet == Alphabet::Characters && is_high(text[at])) {
            at += append_character(text.substr(at), out);
        } else {
            if (must_be_escaped(text[at])) append_escaped(text[at], out);
            else out += text[at];
            ++at;
        }
    }
    return out;
}

bool has_escape(std::string_view text) noexcept
{
    for (auto at = text.find('%'); at != npos; at = text.find('%', at + 1))
        if (escaped_byte(text, at) >= 0) return true;
    return false;
}

}  // namespace lazaret::filter::rules
