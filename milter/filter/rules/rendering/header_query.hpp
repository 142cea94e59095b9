#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/rendering/header_block.hpp"
#include "milter/filter/rules/rendering/rendering.hpp"
#include "milter/filter/rules/uris/registry_boundaries.hpp"

namespace lazaret::filter::rules {

/// What a `header` rule looks at: a field's name, or a name for several of them, and what is taken
/// of it, as `From:addr`, `ALL:raw`, `Received:first:ip`. A value; threads may share it.
///
/// Names beside those of fields: ALL, ALL-TRUSTED, ALL-UNTRUSTED, ALL-INTERNAL, ALL-EXTERNAL,
/// MESSAGEID (capitals only), ToCc, EnvelopeFrom, X-Spam-Relays-Trusted, -Untrusted, -Internal,
/// -External. Behind colons: raw, addr, name, host, domain, ip, revip, first, last; others are not
/// minded.
class HeaderQuery {
public:
    static HeaderQuery parse(std::string_view text);

    /// Whether a word behind a colon means something.
    [[nodiscard]] static bool is_modifier(std::string_view word);

    /// Whether it asks for all fields, or for those of some hosts.
    [[nodiscard]] bool is_of_whole_fields() const noexcept;

    /// All values, each with the line end SpamAssassin gives it (whole fields have one, parts of
    /// them none). Reads the fields anew each time: who asks often keeps the answer.
    [[nodiscard]] std::vector<std::string> values(const Rendering& rendering,
                                                  const RegistryBoundaries& boundaries) const;

    /// The values as one text, for `=~`; nothing when there is no value at all (`exists:`). A rule
    /// without if-unset takes nothing for the empty text.
    [[nodiscard]] std::optional<std::string> text(const Rendering& rendering,
                                                  const RegistryBoundaries& boundaries) const;

    /// The first value without line end, the way eval functions ask; empty when there is none.
    [[nodiscard]] std::string first(const Rendering& rendering,
                                    const RegistryBoundaries& boundaries) const;

    /// What is equal has the same answer for each message.
    auto operator<=>(const HeaderQuery&) const = default;

private:
    enum class Subject : std::uint8_t {
        Field,
        All,
        AllTrusted,
        AllUntrusted,
        AllInternal,
        AllExternal,
        EnvelopeFrom,
        RelaysTrusted,
        RelaysUntrusted,
        RelaysInternal,
        RelaysExternal,
        ToCc,
        MessageId
    };
    struct Known;
    struct Modifier;
    static std::span<const Modifier> modifiers();

    [[nodiscard]] FieldLines all_fields(const Rendering& rendering) const;
    [[nodiscard]] LineRange range_in(const FieldLines& lines, const Relays& relays) const;
    [[nodiscard]] std::vector<std::string> whole_fields(const Rendering& rendering) const;
    [[nodiscard]] std::optional<std::string> whole_text(const Rendering& rendering) const;
    [[nodiscard]] std::vector<std::string> unmodified(const Rendering& rendering) const;
    template <typename Value>
    void keep_one(std::vector<Value>& values) const;
    [[nodiscard]] std::vector<std::string> address_parts(const Rendering& rendering) const;
    void add_parts(const std::vector<HeaderAddress>& entries,
                   std::vector<std::string>& found) const;
    [[nodiscard]] std::vector<std::string> hosts_in(const std::vector<std::string>& values,
                                                    const RegistryBoundaries& boundaries) const;
    [[nodiscard]] std::vector<std::string> ips_in(const std::vector<std::string>& values) const;

    std::string name_;  ///< in small letters, without modifiers
    Subject subject_ = Subject::Field;
    bool has_modifier_ = false;  ///< any of these:
    bool is_raw_ = false;
    bool wants_address_ = false;
    bool wants_name_ = false;
    bool wants_host_ = false;
    bool wants_domain_ = false;
    bool wants_ip_ = false;
    bool wants_reversed_ip_ = false;
    bool wants_first_ = false;
    bool wants_last_ = false;
};

}  // namespace lazaret::filter::rules
