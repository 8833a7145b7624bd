# SPDX-License-Identifier: Apache-2.0
# One library per folder, one test binary per folder; both stay one call long.
include(CTest)

if(LIUHEN_SANITIZE MATCHES "thread")
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(LIUHEN_GLIB REQUIRED IMPORTED_TARGET glib-2.0)
    add_library(liuhen_glib_locks OBJECT "${CMAKE_SOURCE_DIR}/tools/sanitizers/glib_locks.cpp")
    target_link_libraries(liuhen_glib_locks PRIVATE PkgConfig::LIUHEN_GLIB)
endif()

# All that runs without a test; also what the build speaks.
add_custom_target(programs)

# Under tsan a program brings GLib's locks along, as an object: it must stand in front of GLib.
function(liuhen_show_glib_locks name)
    if(TARGET liuhen_glib_locks)
        target_sources(${name} PRIVATE $<TARGET_OBJECTS:liuhen_glib_locks>)
        target_link_options(${name} PRIVATE "-Wl,--export-dynamic-symbol=g_*")
    endif()
endfunction()

# liuhen_library(NAME SOURCES... ) -- later calls of target_link_libraries add what it needs.
function(liuhen_library name)
    add_library(${name} STATIC ${ARGN})
    target_link_libraries(${name} PUBLIC liuhen_options)
    liuhen_read_precompiled(${name})
endfunction()

function(liuhen_program name)
    add_executable(${name} ${ARGN})
    target_link_libraries(${name} PRIVATE liuhen_options)
    liuhen_read_precompiled(${name})
    liuhen_show_glib_locks(${name})
    add_dependencies(programs ${name})
endfunction()

# liuhen_test(NAME LABEL SOURCES...) -- a doctest binary; each case becomes a CTest test with that label.
function(liuhen_test name label)
    add_executable(${name} ${ARGN} "${CMAKE_SOURCE_DIR}/tests/support/main.cpp")
    target_link_libraries(${name} PRIVATE liuhen_options)
    liuhen_read_precompiled(${name})
    if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
        target_compile_options(${name} PRIVATE -O1) # a third less time to build; what is tested keeps -O2
    endif()
    liuhen_show_glib_locks(${name})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(${name} PROPERTIES LABELS "${label}" TIMEOUT 600)
endfunction()
