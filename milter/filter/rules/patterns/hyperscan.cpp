#if LAZARET_HYPERSCAN

#include "milter/filter/rules/patterns/hyperscan.hpp"

namespace lazaret::filter::rules {

HyperscanDatabase compiled_alone(const std::string& expression, unsigned flags)
{
    hs_database_t* made = nullptr;
    hs_compile_error_t* error = nullptr;
    hs_compile(expression.c_str(), flags, HS_MODE_BLOCK, nullptr, &made, &error);
    const HyperscanError why{error};
    return HyperscanDatabase{made};
}

}  // namespace lazaret::filter::rules

#endif
