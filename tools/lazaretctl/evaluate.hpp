#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/verdict.hpp"
#include "milter/filter/learn/evaluation.hpp"

namespace lazaret::tools {

/// One line of an index: a message whose label is known.
struct LabelledFile {
    filter::Label label = filter::Label::Ham;
    std::string path;  ///< as the index has it; relative to the folder of the index
};

/// An index, read.
struct LabelledMail {
    std::string folder;
    std::vector<LabelledFile> files;
    std::size_t left_out = 0;  ///< lines with labels that are neither spam, phish nor ham
};

/// Reads an index from its text. Throws Error{Usage} for a line without a tab.
LabelledMail parse_index(std::string_view text, const std::string& name);

/// Which checks are evaluated.
enum class CheckSet {
    Learned,  ///< only the learned one; the score is its log-odds
    Rules,    ///< all but the learned one; the score is the points
    All,      ///< both; the score is the points
};

/// What one message was given.
struct EvaluatedFile {
    LabelledFile file;
    double score = 0.0;   ///< see CheckSet
    double points = 0.0;  ///< the sum of the hits
    Class verdict = Class::Clean;
};

struct EvaluationRun {
    std::vector<EvaluatedFile> messages;
    std::vector<std::string> unread;  ///< `path: why`
    double seconds = 0.0;             ///< reading, judging and learning
    double judging_seconds = 0.0;     ///< judging alone
};

/// Judges labelled mail in order, from a model that knows nothing; with `learning` it is taught
/// each message after that was judged. Virus signatures are not asked: they are no matter of
/// judgement. `progress` is told how many are done.
EvaluationRun evaluate_mail(const LabelledMail& mail, CheckSet checks, bool learning,
                            const std::function<void(std::size_t)>& progress);

}  // namespace lazaret::tools
