#include "milter/filter/rules/network/answer_test.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.hpp"
#include "milter/filter/dns/blocked_lists.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::uint32_t loopback_mask = 0xff000000;
constexpr std::uint32_t loopback = 0x7f000000;

std::optional<std::uint32_t> number_of_address(std::string_view text)
{
    in_addr address{};
    if (inet_pton(AF_INET, std::string{text}.c_str(), &address) != 1) return std::nullopt;
    return ntohl(address.s_addr);
}

std::optional<std::uint32_t> plain_number(std::string_view text)
{
    int base = 10;
    if (text.starts_with("0x")) {
        base = 16;
        text.remove_prefix(2);
    }
    std::uint32_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_address(std::string_view text)
{
    return std::count(text.begin(), text.end(), '.') == 3 && is_digit(text.front()) &&
           text.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// The response's code; -1: there was no response.
int code_of(dns::Answer::State state)
{
    switch (state) {
        case dns::Answer::State::Found:
        case dns::Answer::State::NoData: return 0;
        case dns::Answer::State::Failed: return 2;
        case dns::Answer::State::NoName: return 3;
        case dns::Answer::State::NoAnswer: break;
    }
    return -1;
}

Result<Expression, std::string> bare_pattern(std::string_view text)
{
    return Expression::compile({std::string{text}, {}});
}

// Names as a zone file has them, which patterns were written for.
std::string shown(dns::RecordType type, const std::string& record)
{
    const bool is_name =
        type == dns::RecordType::Ns || type == dns::RecordType::Ptr || type == dns::RecordType::Mx;
    return is_name ? record + '.' : record;
}

}  // namespace

AnswerTest AnswerTest::listed() { return {Anything{}, true}; }
AnswerTest AnswerTest::any() { return {Anything{}, false}; }

template <class Part>
AnswerTest::Read AnswerTest::made(Result<Part, std::string> wanted, bool loopback_only)
{
    if (!wanted) return because(wanted.error());
    return AnswerTest{std::move(*wanted), loopback_only};
}

AnswerTest::Read AnswerTest::of_list(std::string_view text)
{
    if (are_digits(text)) {
        const auto bits = plain_number(text);
        if (!bits) return because(fmt::format("'{}' is too large a number", text));
        return AnswerTest{Bits{*bits}, true};
    }
    if (!text.empty() && is_address(text)) return AnswerTest{Text{std::string{text}}, true};
    return made(bare_pattern(text), true);
}

AnswerTest::Read AnswerTest::of_hash(std::string_view text)
{
    return made(bare_pattern(text), false);
}

AnswerTest::Read AnswerTest::of_link(std::string_view text)
{
    return made(read_numbers(text), false);
}

AnswerTest::Read AnswerTest::of_template(std::string_view text)
{
    const auto first = text.substr(0, 1);
    if (first == "/" || (first == "m" && text.size() > 1 && !is_word(text[1]))) {
        const auto pattern = read_pattern(text);
        if (!pattern) return because(pattern.error());
        return made(Expression::compile(*pattern), false);
    }
    if (text.size() > 1 && (first == "\"" || first == "'") && text.ends_with(first))
        return AnswerTest{Text{std::string{text.substr(1, text.size() - 2)}}, false};
    return made(first == "[" ? read_codes(text) : read_numbers(text), false);
}

Result<AnswerTest::Wanted, std::string> AnswerTest::read_numbers(std::string_view text)
{
    const auto sign = text.find_first_of("/-");
    const auto first_text = text.substr(0, sign);
    const auto dotted = number_of_address(first_text);
    const auto first = dotted ? dotted : plain_number(first_text);
    const auto wrong = [&] {
        return because(fmt::format("'{}' is neither numbers nor an address", valid_utf8(text)));
    };
    if (!first) return wrong();
    if (sign == std::string_view::npos)
        return dotted ? Wanted{Range{*first, *first}} : Wanted{Bits{*first}};
    const auto second_text = text.substr(sign + 1);
    const auto second_dotted = number_of_address(second_text);
    const auto second = second_dotted ? second_dotted : plain_number(second_text);
    if (!second) return wrong();
    return text[sign] == '-' ? Wanted{Range{*first, *second}} : Wanted{Masked{*first, *second}};
}

Result<AnswerTest::Wanted, std::string> AnswerTest::read_codes(std::string_view text)
{
    constexpr auto names = std::to_array<std::string_view>(
        {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"});
    Codes codes;
    const auto wrong = [&] {
        return because(fmt::format("'{}' is no list of response codes", valid_utf8(text)));
    };
    if (!text.ends_with(']')) return wrong();
    auto rest = text.substr(1, text.size() - 2);
    while (!rest.empty()) {
        const auto word = trimmed(rest.substr(0, rest.find(',')));
        rest.remove_prefix(std::min(rest.find(','), rest.size() - 1) + 1);
        const auto name = std::find_if(names.begin(), names.end(),
                                       [&](auto one) { return same_ignoring_case(one, word); });
        const auto number = plain_number(word);
        if (name != names.end()) codes.codes.push_back(static_cast<int>(name - names.begin()));
        else if (number && *number < 4096) codes.codes.push_back(static_cast<int>(*number));
        else return wrong();
    }
    if (codes.codes.empty()) return wrong();
    return Wanted{std::move(codes)};
}

bool AnswerTest::fits(const dns::Question& question, const dns::Answer& answer,
                      bool takes_refusals) const
{
    if (const auto* codes = std::get_if<Codes>(&wanted_))
        return std::find(codes->codes.begin(), codes->codes.end(), code_of(answer.state)) !=
               codes->codes.end();
    return std::any_of(answer.records.begin(), answer.records.end(), [&](const auto& record) {
        if (!takes_refusals && dns::is_refusal(question.name, question.type, record)) return false;
        return fits_record(question.type, record);
    });
}

bool AnswerTest::fits_record(dns::RecordType type, const std::string& record) const
{
    const bool is_number = type == dns::RecordType::A;
    if (is_number && loopback_only_ && !record.starts_with("127.")) return false;
    if (std::holds_alternative<Anything>(wanted_)) return true;
    const auto text = shown(type, record);
    if (const auto* exact = std::get_if<Text>(&wanted_)) return text == exact->text;
    if (const auto* pattern = std::get_if<Expression>(&wanted_)) return pattern->matches(text);
    const auto number = is_number ? number_of_address(record) : std::nullopt;
    if (!number) return false;
    if (const auto* bits = std::get_if<Bits>(&wanted_))
        return (*number & bits->bits) != 0 && (*number & loopback_mask) == loopback;
    if (const auto* range = std::get_if<Range>(&wanted_))
        return *number >= range->first && *number <= range->last;
    if (const auto* masked = std::get_if<Masked>(&wanted_))
        return (*number & masked->mask) == (masked->value & masked->mask);
    return false;
}

}  // namespace lazaret::filter::rules
