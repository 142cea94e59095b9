#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/text.hpp"
#include "base/text_hash.hpp"
#include "milter/filter/rules/evals/sender_eval_groups.hpp"
#include "milter/filter/rules/evals/word_shape.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {

const std::string& received_text(const EvalContext& context)
{
    auto& memory = context.memory.sender.received;
    if (memory) return *memory;
    std::string text;
    for (const char c : context.headers.text("Received"))
        if (!is_blank(c)) text += c;
        else if (!text.ends_with(' ')) text += ' ';
    return memory.emplace(std::move(text));
}

namespace {

// `contact NAME@HOST; run by ezmlm`, alone on a line.
bool is_by_ezmlm(std::string_view mailing_list)
{
    return has_words(mailing_list, "^contact ?*@?*; run by ezmlm$") &&
           without_blanks(mailing_list).ends_with("ezmlm");
}

}  // namespace

bool has_lost_received(const EvalContext& context)
{
    const auto& traces = context.headers.values("Received");
    if (traces.empty()) return true;
    const auto& received = context.headers.text("Received");
    if (has_words(received, "from groups.msn.com (?*.msn.com$")) return true;
    const auto& lists = context.headers.values("Mailing-List");
    if (std::none_of(lists.begin(), lists.end(), is_by_ezmlm)) return false;
    const auto& delivered = context.headers.values("Delivered-To");
    return std::any_of(delivered.begin(), delivered.end(),
                       [](const auto& to) { return has_words(to, "^mailing list ?*@?"); }) &&
           (has_words(received, "qmail # invoked from network); # ??? #") ||
            has_words(received, "qmail # invoked by ?*); # ??? #") ||
            has_words(received, "qmail # invoked by ?* ?*); # ??? #"));
}

namespace {

unsigned gated_through_received_hdr_remover(const EvalContext& context,
                                            std::span<const std::string>)
{
    return has_lost_received(context);
}

// Lists and gateways that write Message-IDs of their own.
unsigned check_messageid_not_usable(const EvalContext& context, std::span<const std::string>)
{
    const auto unsubscribe = ascii_lower(without_blanks(context.headers.text("List-Unsubscribe")));
    if (has_words(unsubscribe, "<mailto:leave-?*@?*>$") && unsubscribe.ends_with('>')) return 1;
    if (has_words(unsubscribe, "<mailto:?*-unsubscribe@?*>$") && unsubscribe.ends_with('>'))
        return 1;
    if (has_lost_received(context)) return 1;
    const auto& received = context.headers.text("Received");
    return contains(received, "/CWT/DCE)") || contains(received, "iPlanet Messaging Server");
}

/// How many bytes of a text are of the kinds that header fields may not have as they are.
struct OddBytes {
    std::size_t controls = 0;  ///< but for tab and line ends
    std::size_t high = 0;      ///< 0x80 to 0xFF
    std::size_t deletes = 0;   ///< 0x7F
};

constexpr std::size_t block_bytes = 8;

/// Whether all bytes of a block are from 0x20 to 0x7E. No for a block that is not whole.
bool is_plain(std::string_view block)
{
    constexpr std::uint64_t each = 0x0101'0101'0101'0101;
    constexpr std::uint64_t highest = each * 0x80;
    if (block.size() != block_bytes) return false;
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, block.data(), sizeof bytes);
    // Where all are below 0x80, no sum or difference reaches into the next byte.
    if ((bytes & highest) != 0 || ((bytes + each) & highest) != 0) return false;
    return (((bytes | highest) - each * 0x20) & highest) == highest;
}

OddBytes odd_bytes(std::string_view text)
{
    enum Kind : std::uint8_t { Usual, Control, High, Delete };
    static constexpr auto kinds = [] {
        std::array<std::uint8_t, 256> table{};
        for (std::size_t byte = 0; byte < table.size(); ++byte) {
            const bool is_control = byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
            table.at(byte) = is_control     ? Control
                             : byte >= 0x80 ? High
                             : byte == 0x7f ? Delete
                                            : Usual;
        }
        return table;
    }();
    std::array<std::size_t, 4> counts{};
    while (!text.empty()) {
        const auto block = text.substr(0, block_bytes);
        text.remove_prefix(block.size());
        if (is_plain(block)) continue;
        for (const char c : block) ++counts[kinds[static_cast<unsigned char>(c)]];
    }
    return {counts[Control], counts[High], counts[Delete]};
}

// A single cent, pound or registered sign in a subject is let through.
bool has_one_exempt_sign(std::string_view text)
{
    return std::count_if(text.begin(), text.end(),
                         [](char c) { return c == '\xa2' || c == '\xa3' || c == '\xae'; }) == 1;
}

unsigned check_illegal_chars(const EvalContext& context, std::span<const std::string> arguments)
{
    auto query = std::string{argument(arguments, 0)};
    if (!query.ends_with(":raw")) query += ":raw";
    const std::string_view text = context.headers.text(query);
    if (without_leading_blanks(text).empty()) return 0;
    const auto odd = odd_bytes(text);
    if (odd.high > 0 && odd.controls == 0 && valid_utf8(text) == text) return 0;
    auto illegal = odd.controls + odd.high + odd.deletes;
    if (illegal > 0 && same_ignoring_case(query, "subject:raw") && has_one_exempt_sign(text))
        --illegal;
    const auto share = static_cast<double>(illegal) / static_cast<double>(text.size());
    return share >= number_argument(arguments, 1).value_or(0.0) &&
           static_cast<double>(illegal) >= number_argument(arguments, 2).value_or(0.0);
}

unsigned check_header_count_range(const EvalContext& context,
                                  std::span<const std::string> arguments)
{
    const auto& values = context.headers.values(argument(arguments, 0));
    const auto different = TextViewSet{values.begin(), values.end()}.size();
    return static_cast<double>(different) >= number_argument(arguments, 1).value_or(0.0) &&
           static_cast<double>(different) <= number_argument(arguments, 2).value_or(0.0);
}

constexpr auto fields_with_any_text = std::to_array<std::string_view>(
    {"x-vms-to", "x-uidl", "x-face", "to", "cc", "from", "subject", "references", "in-reply-to",
     "message-id", "x-message-id", "resent-message-id", "x-original-message-id"});

// `%NAME`: a place that the sender's program should have filled in.
bool has_template(std::string_view text)
{
    for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
        if (at + 2 < text.size() && is_capital(text[at + 1]) &&
            (is_capital(text[at + 2]) || text[at + 2] == '_' || text[at + 2] == '-'))
            return true;
    return false;
}

// Lines count, not fields: the later lines of a folded one have no name that excuses them.
unsigned check_unresolved_template(const EvalContext& context, std::span<const std::string>)
{
    std::string_view rest = context.headers.text("ALL");
    if (!contains(rest, "%")) return 0;
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (!has_template(line)) continue;
        const auto colon = line.find(':');
        const auto name = ascii_lower(line.substr(0, std::min(colon, line.size())));
        if (colon == std::string_view::npos ||
            std::find(fields_with_any_text.begin(), fields_with_any_text.end(), name) ==
                fields_with_any_text.end())
            return 1;
    }
    return 0;
}

// `<`, 28 capitals, `.`, and the sender's own address: a kind of spam program.
unsigned check_ratware_name_id(const EvalContext& context, std::span<const std::string>)
{
    constexpr std::size_t capitals = 28;
    const std::string_view id = context.headers.text("MESSAGEID");
    for (auto at = id.find('<'); at != std::string_view::npos; at = id.find('<', at + 1)) {
        const auto word = id.substr(at + 1);
        if (word.size() <= capitals || word[capitals] != '.' ||
            !std::all_of(word.begin(), word.begin() + capitals, is_capital))
            continue;
        const auto end = word.find('>');  // behind the rest: each `<` would look for the same one
        if (end == std::string_view::npos) return 0;
        if (end < capitals + 2) continue;
        const std::string_view from = context.headers.text("From");
        const auto address = '<' + std::string{word.substr(capitals + 1, end - capitals - 1)} + '>';
        const auto found = from.find(address);
        if (found == std::string_view::npos) return 0;
        const auto name = without_blanks(from.substr(0, found));
        return name.size() > 2 && name.ends_with('"') && name[name.size() - 2] != '"' &&
               contains(name.substr(0, name.size() - 1), "\"");
    }
    return 0;
}

// The recipient's domain and name, the other way round, as the name of the envelope's sender.
unsigned check_ratware_envelope_from(const EvalContext& context, std::span<const std::string>)
{
    const auto to = ascii_lower(context.headers.text("To:addr"));
    const auto from = ascii_lower(context.headers.text("EnvelopeFrom:addr"));
    const auto at = to.find('@');
    if (from.empty() || at == std::string::npos || at == 0 || at + 1 == to.size()) return 0;
    const bool is_rewritten = from.starts_with("srs") && from.size() > 4 && is_digit(from[3]) &&
                              contains("=+-", std::string_view{from}.substr(4, 1));
    if (is_rewritten) return 0;
    const auto domain = context.boundaries.registered_domain(std::string_view{to}.substr(at + 1));
    if (!context.boundaries.is_valid_domain(domain)) return 0;
    const auto name = to.substr(0, at) + '@';
    for (auto found = from.find(domain); found != std::string::npos;
         found = from.find(domain, found + 1)) {
        const auto behind = found + domain.size() + 1;
        if (is_word_border(from, found) && behind < from.size() &&
            std::string_view{from}.substr(behind).starts_with(name))
            return 1;
    }
    return 0;
}

unsigned check_for_matching_env_and_hdr_from(const EvalContext& context,
                                             std::span<const std::string>)
{
    return same_ignoring_case(context.headers.text("EnvelopeFrom:addr"),
                              context.headers.text("From:addr"));
}

// The last two labels behind the last `@`; empty when there are none.
std::string_view two_labels(std::string_view address)
{
    const auto at = address.rfind('@');
    if (at == std::string_view::npos) return {};
    const auto domain = address.substr(at + 1);
    const auto last = domain.rfind('.');
    if (last == std::string_view::npos || last + 1 == domain.size() || last == 0) return domain;
    const auto before = domain.rfind('.', last - 1);
    if (before == std::string_view::npos || before == 0 || before + 1 == last) return domain;
    return domain.substr(before + 1);
}

unsigned check_equal_from_domains(const EvalContext& context, std::span<const std::string>)
{
    const auto from = two_labels(context.headers.text("From:addr"));
    const auto envelope = two_labels(context.headers.text("EnvelopeFrom:addr"));
    return !from.empty() && !envelope.empty() && !same_ignoring_case(from, envelope);
}

constexpr auto table = std::to_array<EvalEntry>({
    {"gated_through_received_hdr_remover", "HeaderEval", gated_through_received_hdr_remover, {}},
    {"check_messageid_not_usable", "HeaderEval", check_messageid_not_usable, {}},
    {"check_illegal_chars", "HeaderEval", check_illegal_chars, {}, 3},
    {"check_header_count_range", "HeaderEval", check_header_count_range, {}, 3},
    {"check_unresolved_template", "HeaderEval", check_unresolved_template, {}},
    {"check_ratware_name_id", "HeaderEval", check_ratware_name_id, {}},
    {"check_ratware_envelope_from", "HeaderEval", check_ratware_envelope_from, {}},
    {"check_for_matching_env_and_hdr_from", "HeaderEval", check_for_matching_env_and_hdr_from, {}},
    {"check_equal_from_domains", "HeaderEval", check_equal_from_domains, {}},
});

}  // namespace

std::span<const EvalEntry> header_evals() { return table; }

}  // namespace lazaret::filter::rules
