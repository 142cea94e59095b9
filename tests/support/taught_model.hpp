#pragma once

#include "milter/filter/learn/model.hpp"
#include "tests/support/taught_mail.hpp"

namespace lazaret::test {

/// A model that was taught so many messages of each kind, in turn.
inline filter::Model taught_model(std::size_t of_each)
{
    filter::Model model;
    for (std::size_t i = 0; i < of_each; ++i) {
        model.learn(wanted_mail(i), filter::Label::Ham);
        model.learn(spam_mail(i), filter::Label::Spam);
    }
    return model;
}

}  // namespace lazaret::test
