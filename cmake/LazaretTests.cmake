# Catch2 2.13 (Debian 12) and 3 (Debian 13) behind one header, tests/support/catch.hpp.
find_package(Catch2 REQUIRED)
# The test suite of RFC 7208 is YAML.
pkg_check_modules(YAML_CPP REQUIRED IMPORTED_TARGET yaml-cpp)
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
if(LAZARET_SANITIZE MATCHES "address")
    # The whole of Catch2 2.13 is compiled here, and is not what we test: 8 s instead of 40.
    set_source_files_properties(${CMAKE_SOURCE_DIR}/tests/support/main.cpp PROPERTIES
        COMPILE_OPTIONS "-O0;-g0;-fno-sanitize=address,undefined")
endif()

# lazaret_test_program(NAME SOURCE...): a Catch2 program. Sanitizers make an optimiser work hard on
# Catch2's macros, for nothing: what is tested stands in the libraries, and these stay optimised.
function(lazaret_test_program name)
    add_executable(${name} ${ARGN})
    target_link_libraries(${name} PRIVATE lazaret_test_main lazaret_catch)
    if(LAZARET_SANITIZE)
        target_compile_options(${name} PRIVATE -O0)
    endif()
endfunction()
