#include "milter/filter/rules/uris/text_addresses.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace lazaret::filter::rules {
namespace {

// What a byte can be to the search; SpamAssassin's classes, on bytes: 0xA0, meant as a
// no-break space, also ends an address inside some UTF-8 characters, and rules rely on it.
enum : std::uint8_t {
    ends = 1U << 0U,               // no address goes on
    ends_mail = 1U << 1U,          // no mail address goes on
    begins = 1U << 2U,             // an address may begin behind it
    begins_schemeless = 1U << 3U,  // a bare host may begin behind it
    word = 1U << 4U,
    host = 1U << 5U,
    digit = 1U << 6U,
    telling = 1U << 7U  // without one of these a word holds no address
};

using Classes = std::array<std::uint8_t, 256>;

constexpr void mark(Classes& classes, std::string_view bytes, std::uint8_t as)
{
    for (const char c : bytes) classes[static_cast<unsigned char>(c)] |= as;
}

constexpr Classes make_classes()
{
    Classes classes{};
    mark(classes, " \t\n\v\f\r\x1B\xA0", ends | ends_mail | begins | begins_schemeless);
    mark(classes, "><\"`}]{[|", ends | ends_mail);
    mark(classes, ",('", ends_mail);
    for (std::size_t byte = 0x80; byte < classes.size(); ++byte) classes[byte] |= ends_mail;
    mark(classes, "><\"'`,{[(|", begins);
    mark(classes, "!\"#$&'()*+,/:;<=>?@[\\]^`{|}~", begins_schemeless);
    mark(classes, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", word | host);
    mark(classes, "0123456789", word | host | digit);
    mark(classes, "_", word | host);
    mark(classes, "-.", host);
    mark(classes, ".:@", telling);
    return classes;
}

constexpr Classes classes = make_classes();

constexpr std::uint8_t class_of(char c) { return classes[static_cast<unsigned char>(c)]; }
constexpr bool is(char c, std::uint8_t what) { return (class_of(c) & what) != 0; }

constexpr std::size_t longest_rest = 2048;  // bytes behind a scheme, or of a path
constexpr std::size_t longest_side = 251;   // of a mail address, on either side of its @
constexpr std::size_t longest_host = 252;   // up to the dot before the top-level domain

constexpr char escape = '\x1B';

// Searches one text. Words that nothing inside ends are looked at one by one; all marks only move
// forward, which keeps it linear.
class Search {
public:
    Search(std::string_view text, const RegistryBoundaries& boundaries,
           const std::function<bool(const TextAddress&)>& take)
        : text_{text}, boundaries_{boundaries}, take_{take}, sign_{text.find('@')}
    {
    }

    void run()
    {
        for (std::size_t at = 0; at < text_.size() && !is_done_;) {
            // What tells of an address has something behind it; most words that end in a dot do
            // not go on.
            std::uint8_t seen = 0;
            std::uint8_t last = 0;
            std::size_t end = at;
            for (; end < text_.size(); ++end) {
                const auto byte = class_of(text_[end]);
                if ((byte & ends) != 0) break;
                seen |= last;
                last = byte;
            }
            if ((seen & telling) != 0) search_word(at, end);
            at = end + 1;
        }
    }

private:
    void search_word(std::size_t begin, std::size_t end)
    {
        word_end_ = end;
        for (auto at = begin; at < end && !is_done_;) {
            const auto match_end = may_begin(at) ? match(at) : at;
            at = match_end > at ? match_end : at + 1;
        }
    }

    [[nodiscard]] bool may_begin(std::size_t at) const
    {
        const bool is_word = is(text_[at], word);
        if (at == 0) return is_word;
        const char before = text_[at - 1];
        if (is(before, word) != is_word || is(before, begins)) return true;
        // Behind a shift of ISO 2022, as Japanese mail has them.
        return at >= 3 && text_[at - 3] == escape && text_[at - 2] == '(' && before != '\n';
    }

    // @return where the match ends, `at` when there is none.
    std::size_t match(std::size_t at)
    {
        if (match_scheme(at)) return keep(at, word_end_, TextAddress::Kind::Scheme, {});
        if (match_mail(at)) return keep(at, mail_end(at), TextAddress::Kind::Mail, {});
        if (const auto name = match_schemeless(at); !name.empty())
            return keep(at, word_end_, TextAddress::Kind::Schemeless, name);
        return at;
    }

    std::size_t keep(std::size_t begin, std::size_t end, TextAddress::Kind kind,
                     std::string_view name)
    {
        auto address = text_.substr(begin, end - begin);
        // A bracket that was not opened in the address closes one of the sentence's.
        const auto closing = address.substr(0, address.find('(')).rfind(')');
        address = address.substr(0, closing);
        constexpr std::string_view punctuation = "-~!@#^&*()_+=:;'?,.";
        const auto last = address.find_last_not_of(punctuation);
        address = address.substr(0, last == std::string_view::npos ? 0 : last + 1);
        is_done_ = !take_({kind, address, name});
        return end;
    }

    [[nodiscard]] bool has(std::size_t at, std::string_view prefix) const
    {
        return starts_ignoring_case(text_.substr(at, prefix.size()), prefix);
    }

    [[nodiscard]] std::size_t prefix_of_host(std::size_t at) const
    {
        if (has(at, "ftp.")) return 4;
        if (!has(at, "www")) return 0;
        std::size_t length = 3;
        while (length < 5 && at + length < word_end_ && is(text_[at + length], digit)) ++length;
        return at + length < word_end_ && text_[at + length] == '.' ? length + 1 : 0;
    }

    [[nodiscard]] bool match_scheme(std::size_t at) const
    {
        const char small = static_cast<char>(text_[at] | 0x20);
        if (small != 'h' && small != 'f' && small != 'w') return false;
        std::size_t prefix = 0;
        if (has(at, "http://")) prefix = 7;
        else if (has(at, "https://")) prefix = 8;
        else if (has(at, "ftp://")) prefix = 6;
        else prefix = prefix_of_host(at);
        return prefix != 0 && is_length(at + prefix, word_end_, longest_rest);
    }

    static bool is_length(std::size_t from, std::size_t to, std::size_t most)
    {
        return to > from && to - from <= most;
    }

    bool match_mail(std::size_t at)
    {
        constexpr std::string_view scheme = "mailto:";
        if (has(at, scheme) && is_length(at + scheme.size(), mail_end(at), longest_rest))
            return true;
        const auto sign = next_sign(at);
        return sign < mail_end(at) && is_length(at, sign, longest_side) &&
               is_length(sign + 1, mail_end(at), longest_side);
    }

    // Where a mail address that covers `at` would end.
    std::size_t mail_end(std::size_t at)
    {
        if (mail_end_ > at) return mail_end_;
        mail_end_ = at;
        while (mail_end_ < word_end_ && !is(text_[mail_end_], ends_mail)) ++mail_end_;
        return mail_end_;
    }

    // The first `@` from `at` on, in this word or later; the text's end when there is none.
    std::size_t next_sign(std::size_t at)
    {
        if (sign_ < at) sign_ = std::min(text_.find('@', at), text_.size());
        return sign_;
    }

    // @return the host; empty when there is no match.
    [[nodiscard]] std::string_view match_schemeless(std::size_t at) const
    {
        if (at > 0 && !is(text_[at - 1], begins_schemeless)) return {};
        if (!is(text_[at], word) || text_[at] == '_') return {};
        auto end = at;
        while (end < word_end_ && is(text_[end], host)) ++end;
        const auto rest = end;
        if (text_[end - 1] == '.') --end;
        const auto name = text_.substr(at, end - at);
        const auto dot = name.rfind('.');
        if (dot == std::string_view::npos || dot == 0 || dot > longest_host) return {};
        if (!ends_well(rest) || !boundaries_.is_top_level(name.substr(dot + 1))) return {};
        return name;
    }

    // Whether only a port and a path come, if anything.
    [[nodiscard]] bool ends_well(std::size_t at) const
    {
        if (at < word_end_ && text_[at] == ':') {
            const auto digits = ++at;
            while (at < word_end_ && is(text_[at], digit)) ++at;
            if (!is_length(digits, at, 5)) return false;
        }
        if (at == word_end_) return true;
        return text_[at] == '/' && is_length(at + 1, word_end_, longest_rest);
    }

    std::string_view text_;
    const RegistryBoundaries& boundaries_;
    const std::function<bool(const TextAddress&)>& take_;
    std::size_t sign_;
    std::size_t word_end_ = 0;
    std::size_t mail_end_ = 0;
    bool is_done_ = false;
};

}  // namespace

void find_text_addresses(std::string_view text, const RegistryBoundaries& boundaries,
                         const std::function<bool(const TextAddress&)>& take)
{
    Search{text, boundaries, take}.run();
}

}  // namespace lazaret::filter::rules
