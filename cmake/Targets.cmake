# SPDX-License-Identifier: GPL-2.0-or-later
# The ways to define targets of this tree, so that no CMakeLists.txt below repeats them.

# fos1_target_defaults(NAME [PCH target]): warnings, and a precompiled header.
function(fos1_target_defaults target)
  cmake_parse_arguments(ARG "" "PCH" "" ${ARGN})
  if(NOT ARG_PCH)
    set(ARG_PCH fos1_pch)
  endif()
  target_link_libraries(${target} PRIVATE fos1_warnings)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(FOS1_PCH)
    target_precompile_headers(${target} REUSE_FROM ${ARG_PCH})
  endif()
endfunction()

# fos1_library(NAME SOURCES... [ALONE sources...] [LINK libs...]): a static library of this tree; its own directory is
# its include path. ALONE sources cannot be compiled in one batch with others, because of the headers that they include.
function(fos1_library target)
  cmake_parse_arguments(ARG "" "" "SOURCES;ALONE;LINK" ${ARGN})
  add_library(${target} STATIC ${ARG_SOURCES} ${ARG_ALONE})
  target_link_libraries(${target} PUBLIC fos1_sdk Qt6::Core ${ARG_LINK})
  target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  fos1_target_defaults(${target})
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${FOS1_UNITY})
  set_source_files_properties(${ARG_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# Every x.moc that is included and that AUTOMOC does not generate, for tools that need the sources without a build.
add_custom_target(fos1_mocs)

# fos1_moc(TARGET source [WITH_INCLUDES]): generates x.moc from x.cpp for TARGET without AUTOMOC, which would cost two
# more steps and a compilation. WITH_INCLUDES is for sources whose macros moc(1) must know.
function(fos1_moc target source)
  cmake_parse_arguments(ARG "WITH_INCLUDES" "" "" ${ARGN})
  get_filename_component(name ${source} NAME_WE)
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/${target}.moc)
  if(ARG_WITH_INCLUDES)
    qt_generate_moc(${source} ${dir}/${name}.moc TARGET ${target})
  else()
    qt_generate_moc(${source} ${dir}/${name}.moc)
  endif()
  set_target_properties(${target} PROPERTIES AUTOMOC OFF)
  target_sources(${target} PRIVATE ${dir}/${name}.moc)
  target_include_directories(${target} PRIVATE ${dir})
  add_custom_target(${target}_moc DEPENDS ${dir}/${name}.moc)
  add_dependencies(fos1_mocs ${target}_moc)
endfunction()

# How ctest fills its six slots (CMakePresets.json) on two cores: two tests that compute, or one of them and one that
# waits, or three that wait for daemons and need a core only now and then.
set(FOS1_COMPUTES 3)
set(FOS1_WAITS 2)

# What the tests with the label "plain" need, for a build of nothing else (.ci/run).
add_custom_target(fos1_plain)

# fos1_test(NAME [SOURCES files...] [LINK libs...] [LABELS labels...] [TIMEOUT seconds]): a Qt Test from tests/NAME.cpp
# (or NAME.cpp beside the CMakeLists.txt). Labels: "system" and "chronyd" run real daemons and wait for them; in "plain"
# tests a sanitizer could find nothing more (.ci/run). Tests with a longer timeout start earlier.
function(fos1_test target)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  set(main ${CMAKE_CURRENT_SOURCE_DIR}/tests/${target}.cpp)
  if(NOT EXISTS ${main})
    set(main ${CMAKE_CURRENT_SOURCE_DIR}/${target}.cpp)
  endif()
  add_executable(${target} ${main} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE fos1_sdk fos1_tree Qt6::Test Qt6::Network ${ARG_LINK})
  fos1_target_defaults(${target} PCH fos1_test_pch)
  fos1_moc(${target} ${main})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_test(NAME ${target} COMMAND ${target})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  if("plain" IN_LIST ARG_LABELS)
    add_dependencies(fos1_plain ${target})
  endif()
  set(places ${FOS1_COMPUTES})
  if("system" IN_LIST ARG_LABELS OR "chronyd" IN_LIST ARG_LABELS)
    set(places ${FOS1_WAITS})
  endif()
  set_tests_properties(${target} PROPERTIES TIMEOUT ${ARG_TIMEOUT} COST ${ARG_TIMEOUT} PROCESSORS ${places} LABELS "${ARG_LABELS}"
    ENVIRONMENT
    "QT_LOGGING_RULES=;ASAN_OPTIONS=detect_leaks=1:detect_odr_violation=0;UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1;LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/lsan.supp")
endfunction()

# fos1_tree_plugin(ID …): a plugin of this project, built by fos1_add_plugin() and installed beside the host. The target
# `fos1_plugins` contains all of them; targets that run a host depend on it.
add_custom_target(fos1_plugins)
function(fos1_tree_plugin id)
  fos1_add_plugin(${id} ${ARGN})
  fos1_target_defaults(fos1_plugin_${id})
  install(TARGETS fos1_plugin_${id} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/fos1/plugins)
  add_dependencies(fos1_plugins fos1_plugin_${id})
endfunction()

# fos1_plugin_helper(PROGRAM SOURCES … LINK …): a program of a plugin, which fos1ctl finds through "helpers" in the
# plugin's metadata.
function(fos1_plugin_helper program)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${program} ${ARG_SOURCES})
  target_link_libraries(${program} PRIVATE ${ARG_LINK})
  fos1_target_defaults(${program})
  set_target_properties(${program} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${CMAKE_INSTALL_LIBEXECDIR}/fos1/helpers)
  install(TARGETS ${program} DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/fos1/helpers)
  add_dependencies(fos1_plugins ${program})
endfunction()
