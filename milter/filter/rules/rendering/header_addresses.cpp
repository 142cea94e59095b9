#include "milter/filter/rules/rendering/header_addresses.hpp"

#include <algorithm>

#include "base/byte_class.hpp"
#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/rendering/address_list.hpp"
#include "milter/filter/rules/uris/idn.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"

namespace lazaret::filter::rules {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t longest_value = 8192;

/// Where the text goes on behind blanks.
std::size_t behind_blanks(std::string_view text, std::size_t at)
{
    return std::min(blanks.first_not_in(text, at), text.size());
}

/// Where a quoted string (`"`) or comment (`(`) that begins at `at` has ended; npos when it does
/// not end. Comments inside a comment are not allowed for.
std::size_t behind_quoted(std::string_view text, std::size_t at)
{
    const char open = text[at];
    for (auto place = at + 1; place < text.size(); ++place) {
        const char c = text[place];
        if (c == '\\') {
            ++place;
            continue;
        }
        if (open == '"' ? c == '"' : c == ')') return place + 1;
        if (open == '(' && c == '(') return npos;
    }
    return npos;
}

/// The length of an address, `user@domain`, that begins at `at`; 0 when none does.
std::size_t address_length(std::string_view text, std::size_t at)
{
    static constexpr ByteClass ends_user{"@<>()[],:; \t\n\v\f\r"};
    static constexpr ByteClass ends_domain{"\"<>()[],:; \t\n\v\f\r"};
    auto sign = npos;
    if (at < text.size() && text[at] == '"') {
        const auto end = behind_quoted(text, at);
        if (end != npos && end < text.size() && text[end] == '@') sign = end;
    }
    if (sign == npos) {
        sign = ends_user.first_in(text, at);
        if (sign == npos || sign == at || text[sign] != '@') return 0;
    }
    const auto domain = sign + 1;
    const auto end = std::min(ends_domain.first_in(text, domain), text.size());
    if (end > domain) return end - at;
    if (domain >= text.size() || text[domain] != '[') return 0;
    const auto close = text.find_first_not_of("0123456789:.", domain + 1);
    return close != npos && close > domain + 1 && text[close] == ']' ? close + 1 - at : 0;
}

bool is_address(std::string_view text)
{
    return !text.empty() && address_length(text, 0) == text.size();
}

/// Rules out what a missing quote makes of an address.
bool is_sound(std::string_view address)
{
    return !address.starts_with("\"\"@") && std::count(address.begin(), address.end(), '"') != 1;
}

std::string without_comments(std::string_view text)
{
    std::string kept;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text[at] == '(' ? behind_quoted(text, at) : npos;
        if (end == npos) kept += text[at++];
        else at = end;
    }
    return kept;
}

/// A phrase without its quotes and comments.
std::string plain_phrase(std::string_view phrase)
{
    std::string plain;
    for (std::size_t at = 0; at < phrase.size();) {
        if (phrase[at] != '"') {
            const auto end = std::min(phrase.find('"', at), phrase.size());
            plain += without_comments(phrase.substr(at, end - at));
            at = end;
            continue;
        }
        const auto end = behind_quoted(phrase, at);
        if (end == npos) {
            ++at;
            continue;
        }
        for (const char c : phrase.substr(at + 1, end - at - 2))
            if (c != '\\') plain += c;
        at = end;
    }
    return plain;
}

/// Takes the entries off a value, one by one from its front.
class ValueReader {
public:
    explicit ValueReader(std::string value) : value_{std::move(value)}, rest_{value_} {}

    std::vector<HeaderAddress> read()
    {
        while (!rest_.empty() && steps_left_ > 0 && take_entry()) {
        }
        if (rest_.find('@') != npos) take_bracketed();
        return std::move(found_);
    }

private:
    struct Entry {
        std::optional<std::string_view> phrase, address, comment;
        bool was_in_brackets = false;
    };

    bool take_entry()
    {
        const auto at = behind_blanks(rest_, 0);
        Entry entry;
        const auto end = end_of_entry(at, entry);
        if (end == npos) return false;
        add(entry);
        rest_.remove_prefix(end);
        return true;
    }

    std::size_t end_of_entry(std::size_t at, Entry& entry)
    {
        const auto phrase_end = end_of_phrase(at);
        if (phrase_end < rest_.size() && rest_[phrase_end] == '<') {
            const auto end = end_of_bracketed(phrase_end, entry);
            if (end != npos) {
                if (phrase_end > at) entry.phrase = rest_.substr(at, phrase_end - at);
                return end;
            }
        }
        if (const auto length = address_length(rest_, at)) {
            const auto end = end_of_tail(at + length, entry);
            if (end != npos) {
                entry.address = rest_.substr(at, length);
                return end;
            }
        }
        // A blank alone makes an entry of its own when a comma follows.
        const auto begin = phrase_end == at && at > 0 ? at - 1 : at;
        if (phrase_end == begin) return npos;
        entry.comment.reset();
        const auto end = end_of_separator(phrase_end);
        if (end != npos) entry.phrase = rest_.substr(begin, phrase_end - begin);
        return end;
    }

    /// Where quoted strings and other text have ended: at `<`, `,`, `;`, or a quote left open.
    [[nodiscard]] std::size_t end_of_phrase(std::size_t at) const
    {
        while (at < rest_.size()) {
            if (rest_[at] == '"') {
                const auto end = behind_quoted(rest_, at);
                if (end == npos) return at;
                at = end;
            } else {
                const auto end = std::min(rest_.find_first_of("\",;<", at), rest_.size());
                if (end == at) return at;
                at = end;
            }
        }
        return at;
    }

    /// Behind a separator or at the end; npos when something else stands there.
    [[nodiscard]] std::size_t end_of_separator(std::size_t at) const
    {
        at = behind_blanks(rest_, at);
        if (at == rest_.size()) return at;
        return rest_[at] == ',' || rest_[at] == ';' ? at + 1 : npos;
    }

    /// Behind an optional comment and a separator.
    std::size_t end_of_tail(std::size_t at, Entry& entry) const
    {
        const auto open = behind_blanks(rest_, at);
        if (open < rest_.size() && rest_[open] == '(') {
            const auto close = behind_quoted(rest_, open);
            const auto end = close == npos ? npos : end_of_separator(close);
            if (end == npos) return npos;
            entry.comment = rest_.substr(open + 1, close - open - 2);
            return end;
        }
        return end_of_separator(at);
    }

    /// Calls `takes(end of content, behind '>')` for each place where `<` at `open` could be
    /// closed, the likeliest first: a lone `<` inside is mail's usual mistake.
    template <class Takes>
    std::size_t closed(std::size_t open, Takes takes)
    {
        const auto begin = behind_blanks(rest_, open + 1);
        const auto word = std::min(rest_.find_first_of(">@", begin), rest_.size());
        const auto word_end = std::min(blanks.first_in(rest_, word), rest_.size());
        if (word_end > word) {
            const auto close = behind_blanks(rest_, word_end);
            if (close > word_end && close < rest_.size() && rest_[close] == '>')
                if (const auto end = takes(begin, word_end, close + 1); end != npos) return end;
        }
        for (auto close = word_end; close > word + 1 && --steps_left_ > 0;) {
            if (rest_[--close] != '>') continue;
            if (const auto end = takes(begin, close, close + 1); end != npos) return end;
        }
        if (word == rest_.size() || rest_[word] != '>') return npos;
        auto content_end = word;
        while (content_end > begin && is_blank(rest_[content_end - 1])) --content_end;
        return takes(begin, content_end, word + 1);
    }

    std::size_t end_of_bracketed(std::size_t open, Entry& entry)
    {
        return closed(open, [&](std::size_t begin, std::size_t content_end, std::size_t behind) {
            Entry tail;
            const auto end = end_of_doubles(behind, tail, 0);
            if (end == npos) return npos;
            entry = tail;
            entry.address = rest_.substr(begin, content_end - begin);
            entry.was_in_brackets = true;
            return end;
        });
    }

    /// Some mailers write the address twice: `<a@b> <a@b>`.
    std::size_t end_of_doubles(std::size_t at, Entry& entry, int depth)
    {
        const auto open = behind_blanks(rest_, at);
        if (open < rest_.size() && rest_[open] == '<' && depth < 4) {
            const auto end = closed(open, [&](std::size_t, std::size_t, std::size_t behind) {
                return end_of_doubles(behind, entry, depth + 1);
            });
            if (end != npos) return end;
        }
        return end_of_tail(at, entry);
    }

    void add(const Entry& entry)
    {
        std::optional<std::string> address;
        if (entry.address) {
            address = entry.was_in_brackets ? without_comments(*entry.address)
                                            : std::string{*entry.address};
            if (!is_address(*address) || !is_sound(*address)) address.reset();
        }
        std::optional<std::string> name;
        if (entry.phrase) name = plain_phrase(*entry.phrase);
        if (name && !address && is_named_address(*name)) {
            address = std::move(name);
            name.reset();
        } else if (name && (name->empty() || (address && *name == *address))) {
            name.reset();
        }
        if (!name && entry.comment) name = std::string{*entry.comment};
        add(std::move(address), std::move(name));
    }

    void add(std::optional<std::string> address, std::optional<std::string> name)
    {
        if (address) {  // two signs: what stands before the second
            const auto second = address->find('@', address->find('@') + 1);
            if (second != npos) address->resize(second);
        }
        found_.push_back({std::move(address), std::move(name)});
    }

    static bool is_named_address(std::string_view name)
    {
        if (!is_address(name) || !is_sound(name)) return false;
        const auto sign = name.find('@');
        const auto host = name.substr(sign + 1);
        return is_valid_host_name(ascii_host(host.substr(0, host.find('@'))));
    }

    /// What no entry could be made of may have addresses in brackets yet.
    void take_bracketed()
    {
        for (auto at = rest_.find('<'); at != npos; at = rest_.find('<', at + 1)) {
            const auto length = address_length(rest_, at + 1);
            const auto address = rest_.substr(at + 1, length);
            if (length > 0 && rest_.substr(at + 1 + length).starts_with('>') && is_sound(address))
                add(std::string{address}, std::nullopt);
        }
    }

    std::string value_;
    std::string_view rest_;
    std::vector<HeaderAddress> found_;
    int steps_left_ = 20000;  ///< places looked at for `>`
};

std::string without_escaped_backslashes(std::string_view value)
{
    std::string kept;
    kept.reserve(value.size());
    for (std::size_t at = 0; at < value.size(); ++at) {
        if (value[at] == '\\' && at + 1 < value.size() && value[at + 1] == '\\') ++at;
        else kept += value[at];
    }
    return kept;
}

/// A group's members: what stands behind `name:`, nothing when `;` follows at once.
std::string_view group_members(std::string_view value)
{
    static constexpr ByteClass ends_name{"\"()<>"};
    const auto stop = std::min(ends_name.first_in(value), value.size());
    const auto colon = value.substr(0, stop).rfind(':');
    if (colon == npos || colon == 0) return value;
    const auto rest = value.substr(behind_blanks(value, colon + 1));
    if (!rest.starts_with(';')) return rest;
    const auto line = rest.find('\n');
    return line == npos ? std::string_view{} : rest.substr(line);
}

}  // namespace

std::vector<HeaderAddress> read_header_addresses(std::string_view value)
{
    value = value.substr(0, longest_value);
    const auto last = blanks.last_not_in(value);
    if (last == npos) return {};
    const auto simple = without_escaped_backslashes(value);
    const auto trimmed_value = std::string_view{simple}.substr(0, blanks.last_not_in(simple) + 1);
    const auto members = group_members(trimmed_value);
    std::vector<HeaderAddress> found;
    if (blanks.first_not_in(members) != npos) found = ValueReader{std::string{members}}.read();

    const auto commas = static_cast<std::size_t>(std::count(value.begin(), value.end(), ','));
    if (!found.empty() && found.size() >= commas + 1) return found;
    auto listed = read_address_list(simple);
    if (listed.size() <= found.size()) return found;
    // An entry of which nothing is left is named by the whole value; some dozens are enough.
    int names_left = 50;
    for (auto& entry : listed)
        if (!entry.address && !entry.name && names_left-- > 0) entry.name = simple;
    return listed;
}

}  // namespace lazaret::filter::rules
