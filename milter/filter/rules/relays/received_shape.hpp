#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace lazaret::filter::rules {

/// What a part of a Received line tells.
enum class Told : std::uint8_t { Ip, By, Helo, Rdns, Ident, Sender, Extra, Count_ };

/// The parts that a shape found, as views of the line; a part it does not have is empty and unset.
struct Findings {
    std::array<std::string_view, static_cast<std::size_t>(Told::Count_)> text;
    std::array<bool, static_cast<std::size_t>(Told::Count_)> is_set{};

    [[nodiscard]] std::string_view operator[](Told told) const
    {
        return text[static_cast<std::size_t>(told)];
    }
    [[nodiscard]] bool has(Told told) const { return is_set[static_cast<std::size_t>(told)]; }
};

/// The shape of a Received line: how one MTA writes it, as `{helo} ({rdns} [{ip}]) by {by} `.
///
/// What stands outside braces is meant literally. `{helo}`, `{rdns}`, `{by}`, `{ident}`, `{sender}`
/// are words without blanks, `{word}` is one that tells nothing; with `?`, as `{helo?}`, they may
/// be empty. `{ip}` is an address, `{address}` one that tells nothing, `{local}` a name of this
/// host, `{digits}` a number, `{[}` and `{]}` a bracket that may be missing, `{ehlo}` HELO or EHLO,
/// `{smtp}` SMTP or ESMTP. `{note}` is anything but a closing parenthesis; `{greeting}` is such a
/// note that is the HELO, `{remark}` one that is extra. `{token}` is an extra word. `{extra}` and
/// `{any}` are anything, shortest first, `{most}` anything, longest first; `{end}` is the line's
/// end. A shape need not reach it.
class ReceivedShape {
public:
    explicit ReceivedShape(std::string_view shape);

    /// Whether the line begins like that. Gives up, as if not, behind some 4,000 steps: a line
    /// made of many blanks and brackets shall not cost more.
    bool fits(std::string_view line, Findings& findings) const;

private:
    enum class Kind : std::uint8_t {
        Literal,
        Word,
        Ip,
        Local,
        Digits,
        Ehlo,
        Smtp,
        Open,
        Close,
        Note,
        Shortest,
        Longest,
        End
    };
    struct Part {
        Kind kind;
        bool may_be_empty = false;
        Told told = Told::Count_;
        std::string_view literal;
    };
    struct Run;
    static Part named_part(std::string_view name);

    std::vector<Part> parts_;
};

}  // namespace lazaret::filter::rules
