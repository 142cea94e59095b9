#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace lazaret {

/// One sentence in several languages, by the tag of the language (`de`). Copies share the texts,
/// which never change: each hit of a rule has those of the rule, and outlives it.
class Translations {
public:
    using Texts = std::map<std::string, std::string, std::less<>>;

    Translations() = default;
    explicit Translations(Texts texts)
        : texts_{texts.empty() ? nullptr : std::make_shared<const Texts>(std::move(texts))}
    {
    }

    [[nodiscard]] const Texts& texts() const
    {
        static const Texts none;
        return texts_ ? *texts_ : none;
    }

    bool operator==(const Translations& other) const
    {
        return texts_ == other.texts_ || texts() == other.texts();
    }

private:
    std::shared_ptr<const Texts> texts_;  ///< null: none
};

}  // namespace lazaret
