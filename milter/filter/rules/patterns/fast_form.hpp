#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/patterns/pattern.hpp"

namespace lazaret::filter::rules {

/// Many patterns compiled into one database of Hyperscan (Vectorscan off amd64).
///
/// All texts are joined and scanned once: a call for each text costs more than the text. Between
/// two stands a line feed, so `^ $ \b` find there what they find at a text's ends, and only a
/// pattern that can take a line feed can match across. What that, or Hyperscan's weaker forms, may
/// find beyond the truth is given as not certain.
///
/// A short text that is alone is gone through by steps (StepScan): Hyperscan would take longer to
/// load what it needs of its tables than they take for the text. All that is found so is not
/// certain.
class FastForm {
public:
    struct Candidate {
        std::size_t pattern;
        std::size_t text;  ///< where its first match may be; texts before have none
        bool is_certain;   ///< it does match that text
        bool is_alone;     ///< other texts that it may match are given by themselves
    };

    /// Whether this program has Hyperscan, and the processor can run it.
    static bool is_possible();

    /// Patterns with an empty text are left out.
    static std::shared_ptr<const FastForm> find(const std::vector<Pattern>& patterns,
                                                TextCount texts, const std::string& cache);
    static std::shared_ptr<const FastForm> make(const std::vector<Pattern>& patterns,
                                                TextCount texts, const std::string& cache);

    /// Gives each pattern that may match, once, or once a text; in no order. Several threads may
    /// scan at once.
    void scan(std::span<const std::string_view> texts,
              const std::function<void(const Candidate&)>& take) const;

    FastForm(const FastForm&) = delete;
    FastForm& operator=(const FastForm&) = delete;
    ~FastForm();

private:
    struct Parts;
    explicit FastForm(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace lazaret::filter::rules
