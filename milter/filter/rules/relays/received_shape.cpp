#include "milter/filter/rules/relays/received_shape.hpp"

#include <algorithm>
#include <cassert>

#include "base/text.hpp"
#include "milter/filter/rules/relays/ip_text.hpp"

namespace lazaret::filter::rules {

/// One attempt: tries the parts one behind the other, and other lengths when the rest does not fit.
struct ReceivedShape::Run {
    const std::vector<Part>& parts;
    std::string_view line;
    Findings& findings;
    int steps_left = 4000;

    bool from(std::size_t part, std::size_t at)
    {
        for (;;) {
            if (part == parts.size()) return true;
            if (--steps_left < 0) return false;
            const auto& now = parts[part];
            switch (now.kind) {
                case Kind::Literal:
                    if (!line.substr(at).starts_with(now.literal)) return false;
                    at += now.literal.size();
                    break;
                case Kind::Open:
                case Kind::Close:
                    if (at < line.size() && line[at] == (now.kind == Kind::Open ? '[' : ']')) ++at;
                    break;
                case Kind::End:
                    if (at != line.size()) return false;
                    break;
                case Kind::Word:
                case Kind::Note:
                case Kind::Longest: return longest(part, at, reach(now.kind, at));
                case Kind::Shortest: return shortest(part, at);
                default: {
                    const auto length = fixed(now.kind, at);
                    if (length == 0) return false;
                    tell(now, at, length);
                    at += length;
                }
            }
            ++part;
        }
    }

private:
    /// How far a part of that kind could go from there.
    std::size_t reach(Kind kind, std::size_t at) const
    {
        if (kind == Kind::Longest) return line.size();
        const auto end = line.find(kind == Kind::Word ? ' ' : ')', at);
        return std::min(end, line.size());
    }

    /// The length of a part that has only one.
    std::size_t fixed(Kind kind, std::size_t at) const
    {
        const auto rest = line.substr(at);
        switch (kind) {
            case Kind::Ip: return ip_length(line, at);
            case Kind::Local: return localhost_length(line, at);
            case Kind::Ehlo: return rest.starts_with("HELO") || rest.starts_with("EHLO") ? 4 : 0;
            case Kind::Smtp:
                return rest.starts_with("ESMTP") ? 5 : rest.starts_with("SMTP") ? 4 : 0;
            default: {
                const auto end = rest.find_first_not_of("0123456789");
                return std::min(end, rest.size());
            }
        }
    }

    bool longest(std::size_t part, std::size_t at, std::size_t end)
    {
        const auto& now = parts[part];
        const auto least = at + (now.may_be_empty ? 0 : 1);
        if (end < least) return false;
        // Where a literal follows, only the places that begin like it are worth a try.
        const bool is_before_literal =
            part + 1 < parts.size() && parts[part + 1].kind == Kind::Literal;
        for (auto stop = end;; --stop) {
            const bool may = !is_before_literal ||
                             (stop < line.size() && line[stop] == parts[part + 1].literal[0]);
            if (may && from(part + 1, stop)) return tell(now, at, stop - at);
            if (stop == least || steps_left < 0) return false;
        }
    }

    bool shortest(std::size_t part, std::size_t at)
    {
        const auto& now = parts[part];
        const bool is_before_literal =
            part + 1 < parts.size() && parts[part + 1].kind == Kind::Literal;
        for (auto stop = at; stop <= line.size() && steps_left >= 0; ++stop) {
            if (is_before_literal) {
                stop = line.find(parts[part + 1].literal, stop);
                if (stop == std::string_view::npos) return false;
            }
            if (from(part + 1, stop)) return tell(now, at, stop - at);
        }
        return false;
    }

    bool tell(const Part& part, std::size_t at, std::size_t length)
    {
        if (part.told == Told::Count_) return true;
        const auto place = static_cast<std::size_t>(part.told);
        findings.text[place] = line.substr(at, length);
        findings.is_set[place] = true;
        return true;
    }
};

ReceivedShape::Part ReceivedShape::named_part(std::string_view name)
{
    struct Name {
        std::string_view name;
        Kind kind;
        Told told;
    };
    static constexpr auto names = std::to_array<Name>({
        {"[", Kind::Open, Told::Count_},
        {"]", Kind::Close, Told::Count_},
        {"address", Kind::Ip, Told::Count_},
        {"any", Kind::Shortest, Told::Count_},
        {"by", Kind::Word, Told::By},
        {"digits", Kind::Digits, Told::Count_},
        {"ehlo", Kind::Ehlo, Told::Count_},
        {"end", Kind::End, Told::Count_},
        {"extra", Kind::Shortest, Told::Extra},
        {"greeting", Kind::Note, Told::Helo},
        {"helo", Kind::Word, Told::Helo},
        {"ident", Kind::Word, Told::Ident},
        {"ip", Kind::Ip, Told::Ip},
        {"local", Kind::Local, Told::Count_},
        {"most", Kind::Longest, Told::Count_},
        {"note", Kind::Note, Told::Count_},
        {"rdns", Kind::Word, Told::Rdns},
        {"remark", Kind::Note, Told::Extra},
        {"sender", Kind::Word, Told::Sender},
        {"smtp", Kind::Smtp, Told::Extra},
        {"token", Kind::Word, Told::Extra},
        {"word", Kind::Word, Told::Count_},
    });
    const bool may_be_empty = name.ends_with('?');
    if (may_be_empty) name.remove_suffix(1);
    const auto* known = std::find_if(names.begin(), names.end(),
                                     [&](const Name& each) { return each.name == name; });
    assert(known != names.end());
    return {known->kind, may_be_empty || known->kind == Kind::Longest, known->told, {}};
}

ReceivedShape::ReceivedShape(std::string_view shape)
{
    while (!shape.empty()) {
        if (shape.front() == '{') {
            const auto end = shape.find('}');
            assert(end != std::string_view::npos);
            parts_.push_back(named_part(shape.substr(1, end - 1)));
            shape.remove_prefix(end + 1);
        } else {
            const auto end = std::min(shape.find('{'), shape.size());
            parts_.push_back({Kind::Literal, false, Told::Count_, shape.substr(0, end)});
            shape.remove_prefix(end);
        }
    }
}

bool ReceivedShape::fits(std::string_view line, Findings& findings) const
{
    findings = {};
    return Run{parts_, line, findings}.from(0, 0);
}

}  // namespace lazaret::filter::rules
