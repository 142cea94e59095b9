#include "milter/filter/rules/evals/uri_detail_match.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace lazaret::filter::rules {

Result<UriDetailMatch, std::string> UriDetailMatch::compile(const UriDetailTest& test)
{
    struct Name {
        std::string_view name;
        Key key;
    };
    static constexpr auto names = std::to_array<Name>({{"raw", Key::Raw},
                                                       {"type", Key::Type},
                                                       {"cleaned", Key::Cleaned},
                                                       {"text", Key::Text},
                                                       {"domain", Key::Domain},
                                                       {"host", Key::Host}});
    UriDetailMatch match;
    for (const auto& term : test.terms) {
        const auto name = std::find_if(names.begin(), names.end(),
                                       [&](const auto& each) { return each.name == term.key; });
        if (name == names.end()) return because("There is no key " + term.key + ".");
        auto expression = Expression::compile(term.pattern);
        if (!expression) return because(std::move(expression.error()));
        // Of two terms about the same, the later one counts, as in SpamAssassin.
        std::erase_if(match.terms_, [&](const auto& other) { return other.key == name->key; });
        match.terms_.push_back({name->key, term.negated, std::move(*expression)});
    }
    return match;
}

bool UriDetailMatch::meets(const UriDetail& uri, const Term& term, SparseTimeLimit& limit)
{
    const auto is_met = [&](std::string_view text) {
        if (limit.is_over()) return false;
        return term.negated ? term.expression.misses(text) : term.expression.matches(text);
    };
    switch (term.key) {
        case Key::Raw: return is_met(uri.raw);
        case Key::Type: {
            const auto types = names_of_types(uri.types);
            return std::any_of(types.begin(), types.end(), is_met);
        }
        case Key::Cleaned: return std::any_of(uri.cleaned.begin(), uri.cleaned.end(), is_met);
        case Key::Text: return std::any_of(uri.anchor_text.begin(), uri.anchor_text.end(), is_met);
        case Key::Domain:
            return std::any_of(uri.hosts.begin(), uri.hosts.end(),
                               [&](const auto& host) { return is_met(host.domain); });
        case Key::Host:
            return std::any_of(uri.hosts.begin(), uri.hosts.end(),
                               [&](const auto& host) { return is_met(host.host); });
    }
    return false;
}

bool UriDetailMatch::matches(const Uris& uris) const
{
    // A message may have ten thousand addresses, or one with as many texts. These rules never rest.
    SparseTimeLimit limit{most_time_of_message, texts_between_looks};
    return std::any_of(uris.details.begin(), uris.details.end(), [&](const auto& uri) {
        return std::all_of(terms_.begin(), terms_.end(),
                           [&](const auto& term) { return meets(uri, term, limit); });
    });
}

}  // namespace lazaret::filter::rules
