# SPDX-License-Identifier: MIT
# fos1_add_plugin(NAME SOURCES ... [METADATA plugin.json] [SCHEMAS topic schemas ...] [LINK libs ...])
#
# Builds NAME.so (target fos1_plugin_NAME). All symbols are hidden except Qt's two, and none are undefined. Its metadata
# is METADATA plus what the build knows; the source names it with
#   Q_PLUGIN_METADATA(IID FOS1_PLUGIN_IID FILE "fos1_metadata.json")
include(${CMAKE_CURRENT_LIST_DIR}/Fos1PluginMetadata.cmake)

function(fos1_add_plugin name)
  cmake_parse_arguments(ARG "" "METADATA" "SOURCES;LINK;SCHEMAS" ${ARGN})
  set(where "fos1_add_plugin(${name})")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${where}: does not know \"${ARG_UNPARSED_ARGUMENTS}\"; "
      "it takes SOURCES, METADATA, SCHEMAS and LINK")
  endif()
  if(NOT ARG_SOURCES)
    message(FATAL_ERROR "${where}: needs SOURCES")
  endif()
  if(NOT ARG_METADATA)
    set(ARG_METADATA plugin.json)
  endif()
  set(target fos1_plugin_${name})
  set(metadata_dir ${CMAKE_CURRENT_BINARY_DIR}/${target}.metadata)
  fos1_write_plugin_metadata("${where}" "${ARG_METADATA}" "${ARG_SCHEMAS}" ${metadata_dir}/fos1_metadata.json)

  add_library(${target} MODULE ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE Fos1::Sdk Qt6::Core ${ARG_LINK})
  target_include_directories(${target} PRIVATE ${metadata_dir})
  set(exports ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin_exports.map)
  target_link_options(${target} PRIVATE -Wl,--version-script=${exports})
  # The executable, not the plugin, contains the sanitizer's runtime.
  if(NOT FOS1_SANITIZE AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    target_link_options(${target} PRIVATE -Wl,--no-undefined)
  endif()
  set_target_properties(${target} PROPERTIES AUTOMOC ON PREFIX "" OUTPUT_NAME ${name} LINK_DEPENDS ${exports}
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${target} PRIVATE cxx_std_20)
  if(FOS1_PLUGIN_OUTPUT_DIR)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${FOS1_PLUGIN_OUTPUT_DIR})
  endif()
endfunction()
