# SPDX-License-Identifier: MIT
# The SDK in an installation: headers, library, schemas, CMake package, pkg-config file.
include(CMakePackageConfigHelpers)

set(FOS1_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/Fos1Sdk)
set(FOS1_SCHEMA_DIR ${CMAKE_INSTALL_DATADIR}/fos1/schemas)
set(FOS1_PLUGIN_DIR ${CMAKE_INSTALL_LIBDIR}/fos1/site-plugins)

install(TARGETS fos1_sdk EXPORT Fos1SdkTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/fos1 DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY contracts/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fos1/contracts FILES_MATCHING PATTERN "*.h"
  PATTERN schemas EXCLUDE PATTERN tests EXCLUDE)
install(DIRECTORY contracts/schemas DESTINATION ${CMAKE_INSTALL_DATADIR}/fos1)

install(EXPORT Fos1SdkTargets NAMESPACE Fos1:: DESTINATION ${FOS1_CMAKE_DIR})
configure_package_config_file(cmake/Fos1SdkConfig.cmake.in Fos1SdkConfig.cmake INSTALL_DESTINATION ${FOS1_CMAKE_DIR}
  PATH_VARS FOS1_SCHEMA_DIR FOS1_PLUGIN_DIR)
write_basic_package_version_file(Fos1SdkConfigVersion.cmake VERSION ${FOS1_SDK_VERSION}.0 COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/Fos1SdkConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/Fos1SdkConfigVersion.cmake
  cmake/Fos1AddPlugin.cmake cmake/Fos1AddPluginTest.cmake cmake/Fos1PluginMetadata.cmake cmake/plugin_exports.map
  DESTINATION ${FOS1_CMAKE_DIR})

# Files that programs look up at run time are also copied to the build tree, which has the layout of an installation.
file(GLOB_RECURSE template RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS template/*)
file(GLOB schemas RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/contracts CONFIGURE_DEPENDS contracts/schemas/*.json)
set(copies)
function(fos1_share base)
  foreach(file IN LISTS ARGN)
    set(copy ${PROJECT_BINARY_DIR}/${CMAKE_INSTALL_DATADIR}/fos1/${file})
    add_custom_command(OUTPUT ${copy} DEPENDS ${base}/${file} COMMAND ${CMAKE_COMMAND} -E copy ${base}/${file} ${copy})
    list(APPEND copies ${copy})
  endforeach()
  set(copies ${copies} PARENT_SCOPE)
endfunction()
fos1_share(${CMAKE_CURRENT_SOURCE_DIR} ${template})
fos1_share(${CMAKE_CURRENT_SOURCE_DIR}/contracts ${schemas})
add_custom_target(fos1_sdk_data ALL DEPENDS ${copies})
install(DIRECTORY template DESTINATION ${CMAKE_INSTALL_DATADIR}/fos1)

# Relative to the pkg-config file, so that an installation can be moved.
file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" FOS1_PC_PREFIX "\${pcfiledir}/${up}")
configure_file(cmake/fos1sdk.pc.in fos1sdk.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/fos1sdk.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
