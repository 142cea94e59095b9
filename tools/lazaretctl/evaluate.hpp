#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/records/verdict.hpp"
#include "milter/filter/learn/evaluation.hpp"
#include "tools/lazaretctl/labelled_mail.hpp"

namespace lazaret::tools {

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

/// Judges labelled mail in order, from a model that knows nothing but the lessons, which are taught
/// first and not judged; with `learning` it is taught each message after that was judged. Nobody's
/// virus signatures are asked, and no network: they are no matter of judgement, or know by now what
/// was unknown then. `progress` is told how many are done.
EvaluationRun evaluate_mail(const LabelledMail& mail, const LabelledMail& lessons, CheckSet checks,
                            bool learning, const RulesConfig& rules,
                            const std::function<void(std::size_t)>& progress);

}  // namespace lazaret::tools
