#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text_hash.hpp"

namespace lazaret::filter::dns {

/// The kinds of records that the filter asks for (RFC 1035 3.2.2, RFC 3596).
enum class RecordType { A, Aaaa, Mx, Ns, Ptr, Txt };

/// `A`, `AAAA`, `MX`, `NS`, `PTR`, `TXT`.
std::string_view token(RecordType type);

/// One question to the DNS.
struct Question {
    std::string name;  ///< ASCII in small letters, without a dot at the end
    RecordType type = RecordType::A;

    auto operator<=>(const Question&) const = default;
};

struct QuestionHash {
    std::size_t operator()(const Question& question) const
    {
        return TextHash{}(question.name) * 31 + static_cast<std::size_t>(question.type);
    }
};

/// Questions in order, each once, in one piece of memory: there are a dozen of a message, hundreds
/// at worst.
class Questions {
public:
    Questions() = default;
    Questions(std::initializer_list<Question> questions);

    void insert(Question question);

    [[nodiscard]] bool contains(const Question& question) const;
    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
    [[nodiscard]] auto begin() const noexcept { return all_.begin(); }
    [[nodiscard]] auto end() const noexcept { return all_.end(); }

    /// Gives them away.
    [[nodiscard]] std::vector<Question> take() && noexcept { return std::move(all_); }

    bool operator==(const Questions&) const = default;

private:
    std::vector<Question> all_;
};

/// What the DNS says to a question.
struct Answer {
    enum class State {
        Found,     ///< there are records
        NoData,    ///< the name exists, without records of this type
        NoName,    ///< the name does not exist (NXDOMAIN)
        Failed,    ///< SERVFAIL, REFUSED, or a reply that cannot be read
        NoAnswer,  ///< nobody answered in time, or nobody was asked
    };
    State state = State::NoAnswer;

    /// The data of the records, at most most_records and most_data: for A and AAAA the address as
    /// text; for MX, NS and PTR a name as in Question::name (MX by preference, the best first; a
    /// "null MX" is an empty name); for TXT the strings of one record joined, as bytes of a
    /// stranger. Aliases were followed. Empty unless Found.
    std::vector<std::string> records;

    [[nodiscard]] bool is_found() const { return state == State::Found; }
    /// The DNS said that there is no such record: what SPF counts as a void look-up.
    [[nodiscard]] bool is_void() const { return state == State::NoData || state == State::NoName; }

    bool operator==(const Answer&) const = default;
};

/// Records of one answer that are looked at; the rest of a larger one is left out.
inline constexpr std::size_t most_records = 256;

/// Bytes of data that are kept of one answer; records that do not fit any more are left out. More
/// than an SPF record may have (auth::longest_spf_record).
inline constexpr std::size_t most_data = 20'000;

/// The question for a name that a stranger wrote: in small letters, without the dot at the end.
/// The name is empty when nobody can be asked about it (no name of at most 253 bytes with labels of
/// 1 to 63, or one below `onion`); its Answer is NoName, without a question on the wire.
Question question(std::string_view name, RecordType type);

/// The name below which a block list or the reverse zone keeps an address: `2.0.0.127` for
/// 127.0.0.2, 32 nibbles for IPv6 (RFC 5782 2.1, 2.4). An IPv4 address mapped into IPv6 is the IPv4
/// one. Empty when `ip` is no address.
std::string reversed(std::string_view ip);

/// The same of the address as bytes on the wire, 4 or 16.
std::string reversed(std::span<const std::uint8_t> address);

}  // namespace lazaret::filter::dns
