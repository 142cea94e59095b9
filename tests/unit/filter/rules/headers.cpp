#include "milter/filter/rules/language/rule.hpp"
#include "milter/filter/rules/patterns/pattern_set.hpp"
#include "milter/filter/rules/rendering/rendering.hpp"
