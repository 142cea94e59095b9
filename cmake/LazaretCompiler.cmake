# How every target is compiled: warnings, sanitizers, and what makes a build faster.

add_library(lazaret_options INTERFACE)
target_include_directories(lazaret_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(lazaret_options INTERFACE LAZARET_VERSION="${PROJECT_VERSION}")
target_compile_options(lazaret_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wnull-dereference -Wimplicit-fallthrough
    -Wformat=2)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(lazaret_options INTERFACE -Wduplicated-cond -Wlogical-op -Wuseless-cast)
    # Sanitizers and inlining make these two guess wrong inside the standard library.
    target_compile_options(lazaret_options INTERFACE -Wno-maybe-uninitialized -Wno-null-dereference)
endif()
if(LAZARET_WERROR)
    target_compile_options(lazaret_options INTERFACE -Werror)
endif()
if(LAZARET_SANITIZE)
    target_compile_options(lazaret_options INTERFACE
        -fsanitize=${LAZARET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(lazaret_options INTERFACE -fsanitize=${LAZARET_SANITIZE})
endif()

# ASan and UBSan do not see the first character of an empty view asked for; this does.
target_compile_definitions(lazaret_options INTERFACE _GLIBCXX_ASSERTIONS)

# All that is not for debugging, so also what debhelper builds, whose CMAKE_BUILD_TYPE is None.
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_compile_options(lazaret_options INTERFACE -fstack-protector-strong -fstack-clash-protection)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
        target_compile_options(lazaret_options INTERFACE -fcf-protection)
    endif()
    target_link_options(lazaret_options INTERFACE -Wl,-z,relro -Wl,-z,now -pie)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
# Packages are linked the same everywhere, with mold installed or not.
if(MOLD_PROGRAM AND NOT LAZARET_FUZZ AND NOT CMAKE_BUILD_TYPE STREQUAL "None")
    target_link_options(lazaret_options INTERFACE -fuse-ld=mold)
endif()

# lazaret_library(NAME): a static library of ours, compiled with our options. The caller adds its
# sources, and with PRIVATE the foreign libraries that only its folder may include.
function(lazaret_library name)
    add_library(${name} STATIC)
    target_link_libraries(${name} PUBLIC lazaret_options)
endfunction()
