#include "milter/filter/auth/results_field.hpp"

#include <algorithm>

namespace lazaret::filter::auth {
namespace {

constexpr std::size_t line_width = 78;
constexpr std::size_t longest_value = 255;

bool is_printable(char c) { return c >= ' ' && c <= '~'; }

// RFC 2045 5.1.
bool is_token(std::string_view text)
{
    constexpr std::string_view specials = "()<>@,;:\\\"/[]?= ";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_printable(c) && specials.find(c) == std::string_view::npos;
    });
}

std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

// The field as it grows, a line a result, folded.
class Field {
public:
    explicit Field(std::string_view authserv_id) : text_{as_value(authserv_id)} {}

    void begin(std::string_view method, Result result)
    {
        text_ += ";\n\t";
        const auto words = std::string{method} + '=' + std::string{token(result)};
        text_ += words;
        width_ = 8 + words.size();
    }

    // Leaves out what is empty or cannot be written.
    void add(std::string_view name, std::string_view value)
    {
        if (value.empty() || value.size() > longest_value ||
            !std::all_of(value.begin(), value.end(), is_printable))
            return;
        const auto words = std::string{name} + '=' + as_value(value);
        const bool fold = width_ + words.size() + 1 > line_width;
        text_ += fold ? "\n\t" : " ";
        text_ += words;
        width_ = (fold ? 8 : width_ + 1) + words.size();
    }

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    static std::string as_value(std::string_view text)
    {
        return is_token(text) ? std::string{text} : quoted(text);
    }

    std::string text_;
    std::size_t width_ = 0;
};

void write(Field& field, const SpfResult& spf, std::string_view property)
{
    field.begin("spf", spf.result);
    if (spf.result != Result::Pass) field.add("reason", spf.why);
    field.add(property, spf.domain);
}

void write(Field& field, const DkimResult& dkim)
{
    const bool is_test = dkim.is_testing && dkim.result == Result::Pass;
    field.begin("dkim", is_test ? Result::Neutral : dkim.result);
    field.add("reason", is_test ? "verifies, but its key is in testing" : dkim.why);
    field.add("header.d", dkim.domain);
    field.add("header.s", dkim.selector);
    field.add("header.a", dkim.algorithm);
    field.add("header.b", dkim.signature_begin);
}

void write(Field& field, const DmarcResult& dmarc)
{
    field.begin("dmarc", dmarc.result);
    field.add("reason", dmarc.why);
    field.add("header.from", dmarc.from_domain);
    if (!dmarc.record_domain.empty()) field.add("policy.dmarc", token(dmarc.policy));
}

}  // namespace

std::string authentication_results_value(const Authentication& results,
                                         std::string_view authserv_id)
{
    Field field{authserv_id};
    if (!results.spf_helo.domain.empty()) write(field, results.spf_helo, "smtp.helo");
    write(field, results.spf_mail_from, "smtp.mailfrom");
    for (const auto& signature : results.dkim) write(field, signature);
    if (results.dkim.empty()) field.begin("dkim", Result::None);
    write(field, results.dmarc);
    field.begin("arc", results.arc.result);
    field.add("reason", results.arc.why);
    return field.text();
}

}  // namespace lazaret::filter::auth
