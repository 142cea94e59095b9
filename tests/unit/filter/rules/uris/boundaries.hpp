#pragma once

#include <string>
#include <vector>

#include "milter/filter/rules/uris/registry_boundaries.hpp"

namespace lazaret::filter::rules {

/// A small world: com, example, org, test, uk, us, рф; co.uk, fed.us; sites.co.example.
inline const RegistryBoundaries& small_world()
{
    static const RegistryBoundaries boundaries{
        std::vector<std::string>{"com", "EXAMPLE", "org", "test", "uk", "us", "рф"},
        std::vector<std::string>{"co.uk", "fed.us", "co.example"},
        std::vector<std::string>{"sites.co.example"}};
    return boundaries;
}

}  // namespace lazaret::filter::rules
