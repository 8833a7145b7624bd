# SPDX-License-Identifier: Apache-2.0
# Language level, warnings (each with its reason) and hardening for every target of the project.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(LIUHEN_CCACHE ccache)
if(LIUHEN_CCACHE)
    # What ccache asks for, or it passes over whatever uses a precompiled header.
    set(launcher "${CMAKE_COMMAND}" -E env "CCACHE_SLOPPINESS=pch_defines,time_macros" "${LIUHEN_CCACHE}")
    set(CMAKE_C_COMPILER_LAUNCHER "${launcher}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${launcher}")
endif()

set(LIUHEN_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize takes them; empty for none")
option(LIUHEN_FUZZ "build the libFuzzer drivers (clang only)" OFF)

add_library(liuhen_options INTERFACE)
target_include_directories(liuhen_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(liuhen_options INTERFACE
    -Wall -Wextra          # the usual net
    -Wconversion           # lengths from outside must not shrink silently
    -Wshadow               # a shadowed name hides which of two things is meant
    -Wold-style-cast       # C casts hide what they do
    -Wsuggest-override     # a virtual that overrides nothing is a bug
    -Wnon-virtual-dtor     # deleting through a base needs a virtual destructor
    -Werror                # a warning nobody must mend is noise
)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(liuhen_options INTERFACE
        -Wno-psabi         # notes on an ABI change of armhf that no library of ours exposes
        -Wno-maybe-uninitialized # g++ 12 reports tl::expected's storage, which its own flag guards
    )
endif()
target_compile_options(liuhen_options INTERFACE -fstack-protector-strong)
target_compile_definitions(liuhen_options INTERFACE _GLIBCXX_ASSERTIONS _FILE_OFFSET_BITS=64)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT LIUHEN_SANITIZE)
    # fortify needs optimisation and does not combine with the sanitizers' interceptors
    target_compile_options(liuhen_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
target_link_options(liuhen_options INTERFACE -Wl,-z,relro,-z,now)

if(LIUHEN_SANITIZE)
    target_compile_options(liuhen_options INTERFACE -fsanitize=${LIUHEN_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(liuhen_options INTERFACE -fsanitize=${LIUHEN_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND LIUHEN_SANITIZE MATCHES "undefined")
        # clang 14: "Cannot represent a difference across sections" in coroutines
        target_compile_options(liuhen_options INTERFACE -fno-sanitize=function)
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND LIUHEN_SANITIZE MATCHES "thread")
        # g++ 12 warns of the fences in Asio, which tsan does not model
        target_compile_options(liuhen_options INTERFACE -Wno-tsan)
        target_compile_definitions(liuhen_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
    endif()
endif()

# The standard library's headers and fmt, read once and not by each of a thousand files. Not with a
# sanitizer: those builds show that each file includes what it needs.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT LIUHEN_SANITIZE)
    find_package(fmt REQUIRED)
    # A precompiled header fits only who is compiled alike.
    target_compile_options(liuhen_options INTERFACE -fPIC -pthread -fpch-preprocess)
    add_library(liuhen_precompiled OBJECT "${CMAKE_CURRENT_LIST_DIR}/precompiled.cpp")
    target_link_libraries(liuhen_precompiled PRIVATE liuhen_options fmt::fmt)
    target_precompile_headers(liuhen_precompiled PRIVATE
        <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <mutex> <optional> <set>
        <span> <string> <string_view> <thread> <utility> <variant> <vector> <fmt/format.h>)
endif()

# liuhen_read_precompiled(TARGET)
function(liuhen_read_precompiled name)
    if(TARGET liuhen_precompiled)
        target_precompile_headers(${name} REUSE_FROM liuhen_precompiled)
        target_link_libraries(${name} PRIVATE fmt::fmt) # whose definitions the header was made with
    endif()
endfunction()
