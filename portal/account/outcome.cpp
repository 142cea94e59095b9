#include "portal/account/outcome.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <charconv>

#include "base/base64.hpp"
#include "base/error.hpp"

namespace lazaret::portal {
namespace {

// It opens nothing, so that half of a usual MAC is enough.
constexpr std::size_t mac_bytes = 16;

std::string mac_of(const SealKeys& keys, const Visit& visit, std::string_view numbers)
{
    const auto* key = keys.find(keys.newest());
    if (!key) throw Error{Error::Kind::Bug, "the newest key is not among the keys"};
    // The context keeps what is sealed for another purpose from being taken for an outcome.
    const auto text =
        fmt::format("lazaret portal outcome\n{}.{}.{}", visit.tenant, visit.account, numbers);
    std::array<unsigned char, mac_bytes> mac{};
    crypto_generichash(mac.data(), mac.size(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size(), reinterpret_cast<const unsigned char*>(key->data()),
                       key->size());
    return base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

}  // namespace

std::string seal_outcome(const SealKeys& keys, const Visit& visit, const Outcome& outcome)
{
    const auto numbers = fmt::format("{}.{}.{}", outcome.released, outcome.deleted, outcome.listed);
    return numbers + '.' + mac_of(keys, visit, numbers);
}

std::optional<Outcome> open_outcome(const SealKeys& keys, const Visit& visit, std::string_view text)
{
    const auto last = text.rfind('.');
    if (text.size() > 200 || last == std::string_view::npos) return std::nullopt;
    auto numbers = text.substr(0, last);
    const auto expected = mac_of(keys, visit, numbers);
    const auto given = text.substr(last + 1);
    if (given.size() != expected.size() ||
        sodium_memcmp(given.data(), expected.data(), expected.size()) != 0)
        return std::nullopt;
    Outcome outcome;
    for (auto* number : {&outcome.released, &outcome.deleted, &outcome.listed}) {
        const auto* end = numbers.data() + numbers.size();
        const auto read = std::from_chars(numbers.data(), end, *number);
        if (read.ec != std::errc{}) return std::nullopt;
        numbers.remove_prefix(static_cast<std::size_t>(read.ptr - numbers.data()));
        if (!numbers.empty()) numbers.remove_prefix(1);
    }
    return outcome;
}

std::string outcome_text(const Words& words, const Outcome& outcome)
{
    std::string text;
    const auto add = [&](std::size_t count, const std::string& sentence) {
        if (count > 0) text += (text.empty() ? "" : " ") + sentence;
    };
    const auto number = [](std::size_t count) { return static_cast<long>(count); };
    add(outcome.listed,
        words.plural("{count} entry stands on your lists.", "{count} entries stand on your lists.",
                     number(outcome.listed)));
    add(outcome.released,
        words.plural("{count} message is being sent to you.",
                     "{count} messages are being sent to you.", number(outcome.released)));
    add(outcome.deleted, words.plural("{count} message was deleted.",
                                      "{count} messages were deleted.", number(outcome.deleted)));
    return text.empty() ? words("There was nothing left to do.") : text;
}

}  // namespace lazaret::portal
