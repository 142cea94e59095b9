#include "base/words/reason.hpp"

#include "base/html/shown_text.hpp"

namespace lazaret {

std::string reason(const Words& words, const Hit& hit)
{
    const auto& in_languages = hit.why_in.texts();
    const auto recorded = in_languages.find(words.language().code);
    if (recorded != in_languages.end()) return shown_line(recorded->second);
    const auto shown = shown_line(hit.why);
    const auto bracket = shown.ends_with(')') ? shown.find(" (") : std::string::npos;
    const auto sentence = shown.substr(0, bracket);
    if (sentence.empty()) return shown;
    return words(sentence.c_str()) +
           (bracket == std::string::npos ? std::string{} : shown.substr(bracket));
}

}  // namespace lazaret
