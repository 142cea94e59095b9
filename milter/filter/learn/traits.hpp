#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/mail/header_fields.hpp"

namespace lazaret::filter {

/// One sign by which a person would know the mail again: who writes, which list, what it is about,
/// where its links lead.
struct Trait {
    std::uint64_t hash = 0;  ///< of its kind and text; the index of a weight follows from it and
                             ///< from whose weight it is
    float size = 1.0F;       ///< how much it counts: a List-Id says more than a word
};

/// The traits of a message, each once: a few dozen, where 4-grams are thousands, so that each
/// account can have weights of its own for them.
///
/// Of the header: author (address, domain, name), Reply-To and Sender by their domains, List-Id,
/// domains that signed, words of the subject; of the text: hosts of links. Text is compared
/// without regard to the case of A to Z, and decoded (RFC 2047) where it is encoded. Takes any
/// bytes, never throws; time is bounded by what an Excerpt looks at.
class Traits {
public:
    static constexpr std::size_t most = 64;

    Traits() = default;
    Traits(std::span<const HeaderField> header, std::string_view text);

    [[nodiscard]] std::span<const Trait> all() const noexcept { return {traits_.data(), count_}; }

private:
    void add(char kind, std::string_view text, float size);
    void add_domains(char kind, std::string_view text, std::size_t at_most);
    void add_author(std::string_view from);
    void add_list(std::string_view list_id);
    void add_signer(std::string_view signature);
    void add_words(std::string_view subject);
    void add_hosts(std::string_view text);

    std::array<Trait, most> traits_;  // only the first count_ are ever read
    std::size_t count_ = 0;
};

}  // namespace lazaret::filter
