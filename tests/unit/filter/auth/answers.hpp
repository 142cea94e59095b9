#pragma once

#include <string>
#include <utility>
#include <vector>

#include "milter/filter/dns/answers.hpp"

namespace lazaret::filter::auth::test {

/// Puts TXT records at a name.
inline void publish(dns::Answers& answers, const std::string& name,
                    std::vector<std::string> records)
{
    answers[dns::question(name, dns::RecordType::Txt)] = {dns::Answer::State::Found,
                                                          std::move(records)};
}

}  // namespace lazaret::filter::auth::test
