#include "milter/filter/authentication_results.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazaret::filter {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_control(char c)
{
    return (static_cast<unsigned char>(c) < 0x20 && !is_blank(c)) || c == 0x7F;
}

bool is_keyword(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
}

// A cursor over the field. What is malformed sets `failed`, once and for all, and ends the text.
class Reader {
public:
    explicit Reader(std::string_view text) : text_{text} {}

    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
    [[nodiscard]] std::size_t position() const { return at_; }

    void fail()
    {
        failed_ = true;
        at_ = text_.size();
    }

    bool take(char wanted)
    {
        if (at_end() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    // Comments and folding white space (RFC 5322 3.2.2); comments nest.
    void skip_blanks()
    {
        std::size_t depth = 0;
        for (; !at_end(); ++at_) {
            const char c = text_[at_];
            if (is_control(c)) return fail();
            if (c == '(') {
                ++depth;
            } else if (depth > 0 && c == ')') {
                --depth;
            } else if (depth > 0 && c == '\\') {
                if (++at_ == text_.size()) break;
            } else if (depth == 0 && !is_blank(c)) {
                return;
            }
        }
        if (depth > 0) fail();
    }

    std::string keyword()
    {
        const auto start = at_;
        while (!at_end() && is_keyword(text_[at_])) ++at_;
        if (at_ == start) fail();
        return ascii_lower(text_.substr(start, at_ - start));
    }

    // A token or quoted string, or both in a row as in `"a b"@example.org`; ends at a blank, a
    // comment, a semicolon or a character of `stops`. May be empty.
    std::string value(std::string_view stops = {})
    {
        std::string out;
        while (!at_end()) {
            const char c = text_[at_];
            if (is_blank(c) || c == ';' || c == '(' || stops.find(c) != std::string_view::npos)
                break;
            if (is_control(c) || c == ')') {
                fail();
                break;
            }
            if (c == '"') {
                quoted(out);
            } else {
                out += c;
                ++at_;
            }
        }
        return out;
    }

private:
    void quoted(std::string& out)
    {
        for (++at_; !at_end(); ++at_) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return;
            }
            if (c == '\\' && at_ + 1 < text_.size()) out += text_[++at_];
            else if (is_control(c)) return fail();
            else if (c != '\r' && c != '\n') out += c;
        }
        fail();
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

void read_version(Reader& in, AuthenticationResults& out)
{
    if (in.at_end() || in.peek() == ';') return;
    const auto digits = in.value();
    if (digits.empty() || digits.size() > 4 ||
        digits.find_first_not_of("0123456789") != std::string::npos)
        return in.fail();
    out.version = std::stoi(digits);
    in.skip_blanks();
}

// ptype "." property "=" pvalue, or `reason = value`.
void read_property(Reader& in, AuthenticationResults::Result& result)
{
    AuthenticationResults::Property property{in.keyword(), {}};
    in.skip_blanks();
    if (in.take('.')) {
        in.skip_blanks();
        property.name += '.' + in.keyword();
        in.skip_blanks();
    }
    if (!in.take('=')) return in.fail();
    in.skip_blanks();
    property.value = in.value();
    in.skip_blanks();
    result.properties.push_back(std::move(property));
}

// method [ "/" version ] "=" result, then properties; or `none`.
void read_result(Reader& in, AuthenticationResults& out)
{
    AuthenticationResults::Result result;
    result.method = in.keyword();
    in.skip_blanks();
    if (result.method == "none" && (in.at_end() || in.peek() == ';')) return;
    if (in.take('/')) {
        in.skip_blanks();
        in.keyword();
        in.skip_blanks();
    }
    if (!in.take('=')) return in.fail();
    in.skip_blanks();
    result.result = in.keyword();
    in.skip_blanks();
    while (!in.at_end() && in.peek() != ';') read_property(in, result);
    out.results.push_back(std::move(result));
}

}  // namespace

const std::string* AuthenticationResults::Result::property(std::string_view name) const
{
    const auto found = std::find_if(properties.begin(), properties.end(),
                                    [&](const auto& one) { return one.name == name; });
    return found == properties.end() ? nullptr : &found->value;
}

std::optional<std::string> authserv_id_of(std::string_view value)
{
    Reader in{value};
    in.skip_blanks();
    auto id = ascii_lower(in.value());
    if (in.failed() || id.empty()) return std::nullopt;
    return id;
}

std::optional<AuthenticationResults> parse_authentication_results(std::string_view value)
{
    Reader in{value};
    AuthenticationResults out;
    in.skip_blanks();
    out.authserv_id = ascii_lower(in.value());
    in.skip_blanks();
    read_version(in, out);
    while (in.take(';')) {
        in.skip_blanks();
        if (!in.at_end() && in.peek() != ';') read_result(in, out);
    }
    if (in.failed() || !in.at_end() || out.authserv_id.empty()) return std::nullopt;
    return out;
}

}  // namespace lazaret::filter
