#include "base/words/list_words.hpp"

namespace lazaret {

std::string list_words(const Words& words, ListKind kind)
{
    switch (kind) {
        case ListKind::Allow: return words("You always allow this sender:");
        case ListKind::Deny: return words("You block this sender:");
        case ListKind::Newsletter: return words("You accept this newsletter:");
    }
    return {};
}

}  // namespace lazaret
