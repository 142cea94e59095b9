#include "milter/filter/rules/rendering/attribute_words.hpp"

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

bool is_word_or_wide(char c) { return static_cast<unsigned char>(c) >= 0x80 || is_word(c); }

}  // namespace

std::optional<std::string_view> behind_equals(std::string_view text, std::string_view name,
                                              bool last)
{
    std::optional<std::string_view> found;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto next = find_ignoring_case(text.substr(at), name);
        if (next == std::string_view::npos) break;
        at += next;
        if (at > 0 && is_word_or_wide(text[at - 1])) continue;
        auto rest = text.substr(at + name.size());
        const auto skip = [&rest] {
            while (!rest.empty() && is_blank(rest[0])) rest.remove_prefix(1);
        };
        skip();
        if (!rest.starts_with('=')) continue;
        rest.remove_prefix(1);
        skip();
        found = rest;
        if (!last) break;
    }
    return found;
}

}  // namespace lazaret::filter::rules
