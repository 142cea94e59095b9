# Catch2 2.13 (Debian 12) and 3 (Debian 13) behind one header, tests/support/catch.hpp.
find_package(Catch2 REQUIRED)
add_library(lazaret_catch INTERFACE)
target_link_libraries(lazaret_catch INTERFACE Catch2::Catch2)
if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
    target_compile_definitions(lazaret_catch INTERFACE LAZARET_CATCH=3)
else()
    target_compile_definitions(lazaret_catch INTERFACE LAZARET_CATCH=2)
endif()

# main() for every Catch2 program, compiled once.
add_library(lazaret_test_main OBJECT ${CMAKE_SOURCE_DIR}/tests/support/main.cpp)
target_link_libraries(lazaret_test_main PRIVATE lazaret_options lazaret_catch)
