#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/rendering/rendering.hpp"

namespace lazaret::filter::rules {

/// Fills text, header, body_text, parts (but for what is rendered) and faults.
///
/// Reads as SpamAssassin does, oddities included: a part without boundary takes that around it, a
/// field that a boundary cuts is lost. Multiparts and attached messages are opened 20 deep, and
/// 4,000 parts at most; each level reads its bytes once.
void read_mime_tree(std::string_view message, Rendering& out);

}  // namespace lazaret::filter::rules
