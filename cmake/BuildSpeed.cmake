# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the build faster. Nothing here changes what is built.
option(FOS1_PCH "Use precompiled headers" ON)
option(FOS1_UNITY "Compile the sources of a library in batches" ON)

# ccache also serves files with a precompiled header, and clones in another directory: paths below the source tree are
# relative in the hashed input and in the compiled output (debug information, __FILE__).
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND FOS1_PCH)
    add_compile_options(-fpch-preprocess)
  endif()
endif()
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# fos1_precompiled(NAME LINK libs... HEADERS <headers>...): headers that are compiled once, for REUSE_FROM.
function(fos1_precompiled target)
  cmake_parse_arguments(ARG "" "" "LINK;HEADERS" ${ARGN})
  add_library(${target} OBJECT ${PROJECT_SOURCE_DIR}/cmake/pch.cpp)
  target_link_libraries(${target} PUBLIC ${ARG_LINK} PRIVATE fos1_warnings)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON AUTOMOC OFF)
  if(FOS1_PCH)
    target_precompile_headers(${target} PRIVATE ${ARG_HEADERS})
  endif()
endfunction()

# The expensive headers that nearly every file includes. Keep the lists short, because every build reads them.
set(headers <QByteArray> <QCborArray> <QCborMap> <QHash> <QList> <QLoggingCategory> <QObject> <QString> <QTimer> <algorithm>
  <chrono> <functional> <map> <memory> <optional> <set> <string> <vector>)
fos1_precompiled(fos1_pch LINK Qt6::Core HEADERS ${headers})
if(BUILD_TESTING)
  # Qt passes each test the paths of its directories for QFINDTESTDATA(), which our tests do not use. With these
  # definitions no two directories could share a precompiled header, and no two clones the compiler cache.
  get_target_property(definitions Qt6::Test INTERFACE_COMPILE_DEFINITIONS)
  list(FILTER definitions EXCLUDE REGEX QT_TESTCASE_)
  set_target_properties(Qt6::Test PROPERTIES INTERFACE_COMPILE_DEFINITIONS "${definitions}")
  unset(definitions)
  fos1_precompiled(fos1_test_pch LINK Qt6::Test Qt6::Network HEADERS ${headers} <QDir> <QElapsedTimer> <QFile> <QJsonArray>
    <QJsonDocument> <QJsonObject> <QProcess> <QTemporaryDir> <QTest>)
endif()
unset(headers)
