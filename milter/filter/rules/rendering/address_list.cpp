#include "milter/filter/rules/rendering/address_list.hpp"

#include <optional>

#include "milter/filter/rules/uris/idn.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"

namespace lazaret::filter::rules {

namespace {

/// Characters of atoms (RFC 5322 3.2.3), and all beyond ASCII (RFC 6532).
bool is_atext(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f &&
           std::string_view{"()<>[]:;@\\,.\""}.find(c) == std::string_view::npos;
}

/// An entry as it is read.
struct Entry {
    std::optional<std::string> phrase, mailbox, domain, comment;
    bool is_broken = false;
};

/// Reads a list from left to right. A step says whether more follows, the text ended, or the text
/// is not what the step reads.
class ListReader {
public:
    explicit ListReader(std::string_view text) : text_{text} {}

    std::vector<HeaderAddress> read()
    {
        if (skip_blanks() == Then::More) {
            for (;;) {
                if (address() == Then::Ended || !is_at(',')) break;
                ++at_;
                const auto then = skip_blanks();
                if (then == Then::Broken) add({});
                if (then != Then::More) break;
            }
        }
        return std::move(found_);
    }

private:
    enum class Then { More, Ended, Broken };

    [[nodiscard]] bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }
    [[nodiscard]] Then here() const { return at_ < text_.size() ? Then::More : Then::Ended; }

    Then skip_blanks()
    {
        while (at_ < text_.size()) {
            if (std::string_view{" \t\r\n"}.find(text_[at_]) != std::string_view::npos) ++at_;
            else if (text_[at_] != '(') break;
            else if (!skip_comment()) return Then::Broken;
        }
        return here();
    }

    /// A comment, comments inside it too; it is kept as the last one.
    bool skip_comment()
    {
        comment_.clear();
        int depth = 1;
        for (++at_; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '(') ++depth;
            if (c == ')' && --depth == 0) {
                ++at_;
                return true;
            }
            if (c == '\\' && ++at_ == text_.size()) return false;
            comment_ += text_[at_];
        }
        return false;
    }

    Then quoted(std::string& out)
    {
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '"') {
                ++at_;
                return skip_blanks();
            }
            if (text_[at_] == '\\' && ++at_ == text_.size()) return Then::Broken;
            if (text_[at_] != '\n' && text_[at_] != '\r') out += text_[at_];
        }
        return Then::Broken;
    }

    /// Atoms with dots between them, blanks around the dots. A local part may have dots anywhere.
    Then dot_atom(std::string& out, bool is_strict)
    {
        if (at_ == text_.size() || (is_strict && !is_atext(text_[at_]))) return Then::Broken;
        bool has_any = false;
        for (;;) {
            while (at_ < text_.size() && (is_atext(text_[at_]) || text_[at_] == '.')) {
                out += text_[at_++];
                has_any = true;
            }
            if (!has_any) return Then::Broken;
            const bool ends_in_dot = out.ends_with('.');
            const auto then = skip_blanks();
            if (then != Then::More) return then;
            const bool goes_on = is_at('.') || (ends_in_dot && is_atext(text_[at_]));
            if (!goes_on) return Then::More;
        }
    }

    /// Words and quoted strings, one blank between them.
    Then phrase(std::string& out)
    {
        if (at_ == text_.size()) return Then::Ended;
        if (is_at('.')) return Then::Broken;
        for (;;) {
            auto then = Then::More;
            if (is_at('"')) {
                then = quoted(out);
            } else {
                while (at_ < text_.size() && (is_atext(text_[at_]) || text_[at_] == '.'))
                    out += text_[at_++];
                then = skip_blanks();
            }
            if (then != Then::More) return then;
            if (!is_atext(text_[at_]) && text_[at_] != '"' && text_[at_] != '.') return Then::More;
            out += ' ';
        }
    }

    Then local_part(Entry& entry)
    {
        std::string text;
        const auto then = is_at('"') ? quoted(text) : dot_atom(text, false);
        if (then != Then::Broken) entry.mailbox = std::move(text);
        return then;
    }

    /// `@domain`, `@[literal]`.
    Then domain(std::string& out)
    {
        ++at_;
        if (skip_blanks() != Then::More) return Then::Broken;
        if (!is_at('[')) return dot_atom(out, true);
        const auto end = text_.find(']', at_);
        if (end == std::string_view::npos) return Then::Broken;
        out += text_.substr(at_, end + 1 - at_);
        at_ = end + 1;
        return skip_blanks();
    }

    /// `@route,@route:` in front of an address (RFC 5322 4.4).
    Then route()
    {
        while (is_at('@')) {
            std::string ignored;
            if (domain(ignored) != Then::More) return Then::Broken;
            while (is_at(',') || is_at(' ')) ++at_;
        }
        if (!is_at(':')) return Then::Broken;
        ++at_;
        return skip_blanks();
    }

    Then in_brackets(Entry& entry)
    {
        ++at_;
        auto then = skip_blanks();
        if (then == Then::More && is_at('@')) then = route();
        if (then != Then::More) return then;
        then = local_part(entry);
        if (then == Then::More && is_at('@')) {
            std::string name;
            then = domain(name);
            if (then != Then::Broken) entry.domain = std::move(name);
        }
        if (then != Then::More) return then;
        if (!is_at('>')) return Then::Broken;
        ++at_;
        return skip_blanks();
    }

    Then named_address(Entry& entry)
    {
        std::string name;
        if (phrase(name) != Then::More || !is_at('<')) return Then::Broken;
        if (!name.empty()) entry.phrase = std::move(name);
        comment_.clear();
        if (in_brackets(entry) == Then::Broken) {
            entry.is_broken = true;
        }
        if (!comment_.empty()) entry.comment = comment_;
        return here();
    }

    Then bare_address(Entry& entry)
    {
        comment_.clear();
        auto then = local_part(entry);
        if (then != Then::More) entry.is_broken = true;
        if (then != Then::Ended && is_at('@')) {
            std::string name;
            const auto behind = domain(name);
            if (behind != Then::Broken) entry.domain = std::move(name);
            if (behind != Then::More) then = behind;
        }
        if (!comment_.empty()) entry.comment = comment_;
        if (entry.is_broken && entry.mailbox && !entry.domain) {
            entry.phrase = std::move(entry.mailbox);
            entry.mailbox.reset();
        }
        return then;
    }

    Then mailbox()
    {
        const auto begin = at_;
        Entry entry;
        auto then = named_address(entry);
        if (then == Then::Broken) {
            entry = {};
            at_ = begin;
            then = bare_address(entry);
        }
        add(std::move(entry));
        return then;
    }

    /// `name: mailbox, mailbox;`. @return Broken when it is no group.
    Then group()
    {
        std::string name;
        if (phrase(name) != Then::More || !is_at(':')) return Then::Broken;
        ++at_;
        auto then = skip_blanks();
        while (then == Then::More && !is_at(';')) {
            if (mailbox() != Then::More || !is_at(',')) break;
            ++at_;
            then = skip_blanks();
        }
        if (!is_at(';')) return here();
        ++at_;
        return skip_blanks() == Then::Ended ? Then::Ended : Then::More;
    }

    Then address()
    {
        const auto begin = at_;
        const auto then = group();
        if (then != Then::Broken) return then;
        at_ = begin;
        return mailbox();
    }

    /// Puts the entry among the found, its address composed: a local part that is no dot-atom is
    /// quoted again.
    void add(Entry entry)
    {
        HeaderAddress address;
        if (entry.mailbox && entry.domain && !entry.domain->empty())
            address.address = quoted_if_needed(*entry.mailbox) + "@" + *entry.domain;
        const bool has_user = entry.mailbox.has_value();
        if (!address.address && !has_user && !entry.comment && entry.phrase &&
            is_plain_address(*entry.phrase)) {
            address.address = std::move(entry.phrase);
            entry.phrase.reset();
        }
        address.name = entry.phrase ? std::move(entry.phrase) : std::move(entry.comment);
        found_.push_back(std::move(address));
    }

    static bool is_plain_address(std::string_view text)
    {
        const auto sign = text.find('@');
        return sign != std::string_view::npos && sign > 0 &&
               text.find('@', sign + 1) == std::string_view::npos &&
               text.find_first_of(" \t\n\r") == std::string_view::npos &&
               is_valid_host_name(ascii_host(text.substr(sign + 1)));
    }

    static std::string quoted_if_needed(std::string_view mailbox)
    {
        bool needs = mailbox.starts_with('.') || mailbox.ends_with('.') ||
                     mailbox.find("..") != std::string_view::npos;
        for (const char c : mailbox) needs = needs || (!is_atext(c) && c != '.');
        if (!needs) return std::string{mailbox};
        std::string text = "\"";
        for (const char c : mailbox) {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
        return text + '"';
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string comment_;
    std::vector<HeaderAddress> found_;
};

}  // namespace

std::vector<HeaderAddress> read_address_list(std::string_view text)
{
    return ListReader{text}.read();
}

}  // namespace lazaret::filter::rules
