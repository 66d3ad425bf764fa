# SPDX-License-Identifier: GPL-2.0-or-later
# The few ways in which targets of this tree are made, so that no CMakeLists.txt below repeats them.

# One precompiled header of the costly standard and Qt headers, shared by every target.
add_library(fos1_pch OBJECT ${PROJECT_SOURCE_DIR}/cmake/pch.cpp)
target_link_libraries(fos1_pch PUBLIC Qt6::Core PRIVATE fos1_warnings)
set_target_properties(fos1_pch PROPERTIES POSITION_INDEPENDENT_CODE ON AUTOMOC OFF)
if(FOS1_PCH)
  target_precompile_headers(fos1_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch.h)
endif()

function(fos1_target_defaults target)
  target_link_libraries(${target} PRIVATE fos1_warnings)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(FOS1_PCH)
    target_precompile_headers(${target} REUSE_FROM fos1_pch)
  endif()
endfunction()

# fos1_library(NAME SOURCES... [LINK libs...]): a static library of this tree; its own folder is its include path.
function(fos1_library target)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${target} STATIC ${ARG_SOURCES})
  target_link_libraries(${target} PUBLIC fos1_sdk Qt6::Core ${ARG_LINK})
  target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  fos1_target_defaults(${target})
endfunction()

# fos1_test(NAME [SOURCES files...] [LINK libs...] [LABELS labels...] [TIMEOUT seconds]): a Qt Test from
# tests/NAME.cpp (or NAME.cpp beside the CMakeLists.txt).
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
  target_link_libraries(${target} PRIVATE fos1_sdk Qt6::Test Qt6::Network ${ARG_LINK})
  target_compile_definitions(${target} PRIVATE FOS1_SOURCE_DIR="${PROJECT_SOURCE_DIR}" FOS1_BINARY_DIR="${PROJECT_BINARY_DIR}"
    FOS1_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/tests/data")
  fos1_target_defaults(${target})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_test(NAME ${target} COMMAND ${target})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  set_tests_properties(${target} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}" ENVIRONMENT
    "QT_LOGGING_RULES=;ASAN_OPTIONS=detect_leaks=1:detect_odr_violation=0;UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1;LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/lsan.supp")
endfunction()
