#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "milter/filter/dns/question.hpp"
#include "milter/filter/rules/patterns/expression.hpp"

namespace lazaret::filter::rules {

/// What an answer of the DNS must hold for a rule to hit: the sub-test of a list, which rule files
/// write in three ways. Never changes once made; threads may share it.
class AnswerTest {
public:
    using Read = Result<AnswerTest, std::string>;

    /// A list's listing: an address in 127.0.0.0/8, or any text.
    static AnswerTest listed();
    /// Any record.
    static AnswerTest any();

    /// As `check_rbl` has it: a number (bits of an address in 127.0.0.0/8), an address, or a
    /// pattern without delimiters.
    static Read of_list(std::string_view text);
    /// As `urirhssub` has it: bits, an address, `n1-n2`, `n/mask`; numbers decimal, 0x or dotted.
    static Read of_link(std::string_view text);
    /// As `askdns` has it: like of_link, or `/pattern/`, `"text"`, `[NXDOMAIN,2]`.
    static Read of_template(std::string_view text);
    /// As `check_hashbl_emails` has it: a pattern without delimiters.
    static Read of_hash(std::string_view text);

    /// Whether one of the answer's records is as it should be.
    /// @param takes_refusals  a record that says "you are blocked" counts like others; without, it
    ///                        never does (dns::is_refusal).
    [[nodiscard]] bool fits(const dns::Question& question, const dns::Answer& answer,
                            bool takes_refusals) const;

private:
    struct Anything {};
    struct Text {
        std::string text;
    };
    struct Bits {
        std::uint32_t bits;
    };
    struct Range {
        std::uint32_t first;
        std::uint32_t last;
    };
    struct Masked {
        std::uint32_t value;
        std::uint32_t mask;
    };
    struct Codes {
        std::vector<int> codes;  ///< of the response: 0 no error, 2 failure, 3 no such name
    };
    using Wanted = std::variant<Anything, Text, Bits, Range, Masked, Expression, Codes>;

    AnswerTest(Wanted wanted, bool loopback_only)
        : wanted_{std::move(wanted)}, loopback_only_{loopback_only}
    {
    }
    template <class Part>
    static Read made(Result<Part, std::string> wanted, bool loopback_only);
    static Result<Wanted, std::string> read_numbers(std::string_view text);
    static Result<Wanted, std::string> read_codes(std::string_view text);
    [[nodiscard]] bool fits_record(dns::RecordType type, const std::string& record) const;

    Wanted wanted_;
    bool loopback_only_;  ///< addresses outside of 127.0.0.0/8 are no answer of a list
};

}  // namespace lazaret::filter::rules
