#include "milter/filter/rules/evals/body_addresses.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/evals/globs.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t most_addresses = 40;
constexpr std::size_t most_linked = 20;
constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_label = 61;
constexpr int most_labels = 5;

constexpr bool is_atom(char c)
{
    return is_word(c) || contains("!#$%&'*+/=?^`{|}~-", std::string_view{&c, 1});
}

constexpr bool is_label(char c) { return is_letter(c) || is_digit(c); }

// Where the name before the `@` at `at` begins: dots only between atoms, 64 bytes at most, which
// may cut a longer one at a dot; `at` when there is none.
std::size_t start_of_name(std::string_view text, std::size_t at)
{
    std::size_t start = at;
    std::size_t here = at;
    while (here > 0 && at - here < longest_name) {
        const char before = text[here - 1];
        if (is_atom(before)) --here;
        else if (before == '.' && here < at && is_atom(text[here])) {
            start = here;
            if (here < 2 || !is_atom(text[here - 2])) return start;
            --here;
        } else {
            return here;
        }
    }
    // Either the text begins here, or the name is as long as it may be.
    return here == 0 || !is_atom(text[here - 1]) ? here : start;
}

// Where the domain at `at` ends; `at` when it is none, or not below a known registry.
std::size_t end_of_domain(std::string_view text, std::size_t at,
                          const RegistryBoundaries& boundaries)
{
    auto label = at;
    for (int count = 1; count <= most_labels; ++count) {
        auto end = label;
        while (end < text.size() && (is_label(text[end]) || text[end] == '-')) ++end;
        if (end == label) return at;
        const bool goes_on = end + 1 < text.size() && text[end] == '.' && is_label(text[end + 1]);
        if (!goes_on)
            return count > 1 && boundaries.is_top_level(text.substr(label, end - label)) ? end : at;
        if (end - label > longest_label || text[label] == '-' || text[end - 1] == '-') return at;
        label = end + 1;
    }
    return at;
}

}  // namespace

AddressPlace find_address(std::string_view text, std::size_t from,
                          const RegistryBoundaries& boundaries)
{
    for (auto at = text.find('@', from); at != std::string_view::npos;
         at = text.find('@', at + 1)) {
        const auto begin = start_of_name(text, at);
        if (begin == at) continue;
        const auto end = end_of_domain(text, at + 1, boundaries);
        if (end > at + 1) return {begin, end};
    }
    return {};
}

namespace {

class Collector {
public:
    explicit Collector(const RegistryBoundaries& boundaries) : boundaries_{boundaries} {}

    void add(std::string_view address)
    {
        auto small_address = ascii_lower(address);
        if (seen_.insert(small_address).second) list.push_back(std::move(small_address));
    }

    void add_link(std::string_view uri)
    {
        constexpr std::string_view scheme = "mailto:";
        if (!starts_ignoring_case(uri, scheme)) return;
        uri.remove_prefix(scheme.size());
        const auto place = find_address(uri.substr(0, 512), 0, boundaries_);
        if (place.end > 0 && place.begin == 0) add(uri.substr(0, place.end));
    }

    void add_text(std::string_view text);

    std::vector<std::string> list;

private:
    const RegistryBoundaries& boundaries_;
    TextSet seen_;
};

// How much of a text belongs to the address of a web page that has an `@`, or `%40`, and whose
// scheme stands before it; 0: none does. 255 bytes count before the sign, and behind.
std::size_t page_with_address(std::string_view text)
{
    constexpr std::size_t most = 255;
    const auto near = text.substr(0, 2 * most + 3);
    const auto* blank = std::find_if(near.begin(), near.end(), is_blank);
    const auto word = near.substr(0, static_cast<std::size_t>(blank - near.begin()));
    const auto sign = word.substr(0, most + 1).rfind('@');
    const auto escaped = word.substr(0, most + 3).rfind("%40");
    if (sign == std::string_view::npos && escaped == std::string_view::npos) return 0;
    const auto end_of_sign =
        std::max(sign + 1, escaped == std::string_view::npos ? 0 : escaped + 3);
    return std::min(word.size(), end_of_sign + most);
}

// A paragraph without such addresses.
std::string without_pages(std::string_view text)
{
    std::string out;
    for (auto at = find_ignoring_case(text, "http"); at != std::string_view::npos;
         at = find_ignoring_case(text, "http")) {
        const auto scheme = text.substr(at + 4);
        const std::size_t rest = at + 4 + (!scheme.empty() && small(scheme.front()) == 's' ? 1 : 0);
        const bool is_page = text.substr(rest).starts_with("://");
        const auto length = is_page ? page_with_address(text.substr(rest + 3)) : 0;
        out.append(text.substr(0, length > 0 ? at : rest));
        if (length > 0) out += ' ';
        text.remove_prefix(length > 0 ? rest + 3 + length : rest);
    }
    return out.append(text);
}

constexpr auto contact_words =
    std::to_array<std::string_view>({"fax", "facsi", "tel", "phone", "mail", "email", "e-mail"});

// `> `, or ` wrote:` in any language: somebody is quoted.
bool is_quoted(std::string_view behind)
{
    if (behind.starts_with('>')) return true;
    const auto word = without_leading_blanks(behind);
    if (word.size() == behind.size() || behind.size() - word.size() > 10) return false;
    const auto letters = static_cast<std::size_t>(
        std::find_if_not(word.begin(), word.end(), is_letter) - word.begin());
    if (letters < 2 || letters > 11 || letters >= word.size() || word[letters] != ':') return false;
    return std::none_of(contact_words.begin(), contact_words.end(),
                        [&](auto one) { return starts_ignoring_case(word, one); });
}

void Collector::add_text(std::string_view paragraph)
{
    if (!contains(paragraph, "@")) return;
    const auto kept = without_pages(paragraph);
    const std::string_view text = kept;
    std::size_t from = 0;
    while (list.size() < most_addresses) {
        const auto [begin, end] = find_address(text, from, boundaries_);
        if (end == 0) return;
        from = end;
        const bool is_link = begin >= 7 && same_ignoring_case(text.substr(begin - 7, 7), "mailto:");
        if (is_link || !is_quoted(text.substr(end))) add(text.substr(begin, end - begin));
    }
}

}  // namespace

std::vector<std::string> body_addresses(const EvalContext& context)
{
    Collector collector{context.boundaries};
    for (const auto& uri : context.rendering.uris.details)
        if (collector.list.size() < most_linked && uri.is(UriElement::A) &&
            !uri.is(UriOrigin::Parsed))
            collector.add_link(uri.raw);
    for (const auto paragraph : context.rendering.body)
        if (collector.list.size() < most_addresses) collector.add_text(paragraph);
    return std::move(collector.list);
}

}  // namespace lazaret::filter::rules
