#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "milter/filter/rules/evals/eval.hpp"

namespace lazaret::filter::rules {

/// Where an e-mail address stands in a text.
struct AddressPlace {
    std::size_t begin = 0;
    std::size_t end = 0;  ///< begin, when there is none
};

/// The first address in a text whose `@` is at `from` or behind: name of at most 64 bytes, two to
/// five labels, the last of them a known top-level domain.
AddressPlace find_address(std::string_view text, std::size_t from,
                          const RegistryBoundaries& boundaries);

/// The addresses that a reader of the body is asked to write to, small letters, each once, in
/// order: those of mailto: links and of the text, but for those in `<>`, before `wrote:`, and in
/// the addresses of web pages. At most 40.
std::vector<std::string> body_addresses(const EvalContext& context);

}  // namespace lazaret::filter::rules
