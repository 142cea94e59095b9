#pragma once

#include <cstdint>
#include <memory>

#include "milter/filter/learn/traits.hpp"

namespace lazaret::filter {

class Model;

/// How many messages a model was taught.
struct Experience {
    std::uint64_t ham = 0, spam = 0;              ///< of all kinds
    std::uint64_t alike_ham = 0, alike_spam = 0;  ///< of the kind of the one that is judged
    bool strict = false;  ///< a kind of which nothing is known from others: bulk mail
};

/// What a model thinks of a message.
struct Opinion {
    double shared = 0.0;  ///< log-odds, the same for all
    Experience experience;
    Traits traits;  ///< by which an account may think otherwise
};

/// What one version of the model thinks, with that version.
struct KnownOpinion {
    std::shared_ptr<const Model> model;
    Opinion opinion;
};

}  // namespace lazaret::filter
