#pragma once

// Catch2 2.13 and 3 have the same macros in other headers.
#if LAZARET_CATCH >= 3
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
