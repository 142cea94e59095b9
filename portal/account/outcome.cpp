#include "portal/account/outcome.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/base64.hpp"
#include "base/mail/mac.hpp"
#include "portal/notice.hpp"

namespace lazaret::portal {
namespace {

// It opens nothing, so that half of a usual MAC is enough.
constexpr std::size_t mac_bytes = 16;

std::string mac_over(const SealKeys& keys, const Visit& visit, std::string_view numbers)
{
    // The context keeps what is sealed for another purpose from being taken for an outcome.
    const auto text =
        fmt::format("lazaret portal outcome\n{}.{}.{}.{}", visit.realm ? "realm" : "account",
                    visit.tenant, visit.account, numbers);
    return base64url(mac_of(newest_key(keys), text, mac_bytes));
}

std::string sent_text(const Words& words, long count, Whose whose)
{
    switch (whose) {
        case Whose::Own: break;
        case Whose::Host:
            return words.plural("{count} message is being sent to its recipient.",
                                "{count} messages are being sent to their recipient.", count);
        case Whose::Realm:
            return words.plural("{count} message is being sent to whom it is for.",
                                "{count} messages are being sent to whom they are for.", count);
    }
    return words.plural("{count} message is being sent to you.",
                        "{count} messages are being sent to you.", count);
}

}  // namespace

std::string seal_outcome(const SealKeys& keys, const Visit& visit, const Outcome& outcome)
{
    const auto numbers = fmt::format("{}.{}.{}.{}", outcome.released, outcome.deleted,
                                     outcome.listed, outcome.too_many);
    return numbers + '.' + mac_over(keys, visit, numbers);
}

std::optional<Outcome> open_outcome(const SealKeys& keys, const Visit& visit, std::string_view text)
{
    const auto last = text.rfind('.');
    if (text.size() > 200 || last == std::string_view::npos) return std::nullopt;
    auto numbers = text.substr(0, last);
    if (!is_same_secret(text.substr(last + 1), mac_over(keys, visit, numbers))) return std::nullopt;
    Outcome outcome;
    for (auto* number : {&outcome.released, &outcome.deleted, &outcome.listed, &outcome.too_many}) {
        const auto* end = numbers.data() + numbers.size();
        const auto read = std::from_chars(numbers.data(), end, *number);
        if (read.ec != std::errc{}) return std::nullopt;
        numbers.remove_prefix(static_cast<std::size_t>(read.ptr - numbers.data()));
        if (!numbers.empty()) numbers.remove_prefix(1);
    }
    return outcome;
}

std::string outcome_text(const Words& words, const Outcome& outcome, Whose whose)
{
    std::string text;
    const auto add = [&](std::size_t count, const std::string& sentence) {
        if (count > 0) text += (text.empty() ? "" : " ") + sentence;
    };
    const auto number = [](std::size_t count) { return static_cast<long>(count); };
    add(outcome.listed,
        words.plural("{count} entry stands on the lists.", "{count} entries stand on the lists.",
                     number(outcome.listed)));
    add(outcome.released, sent_text(words, number(outcome.released), whose));
    add(outcome.deleted, words.plural("{count} message was deleted.",
                                      "{count} messages were deleted.", number(outcome.deleted)));
    if (outcome.too_many > 0)
        add(1, (text.empty() ? words("Nothing was changed") + ". " : std::string{}) +
                   lists_are_full(words));
    return text.empty() ? words("There was nothing left to do.") : text;
}

}  // namespace lazaret::portal
