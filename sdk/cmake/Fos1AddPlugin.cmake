# SPDX-License-Identifier: MIT
# fos1_add_plugin(NAME SOURCES ... [LINK ...]): a plugin .so that exports nothing but Qt's two plugin symbols and
# leaves no symbol undefined. Its metadata file is named in Q_PLUGIN_METADATA.
set(FOS1_PLUGIN_EXPORTS ${CMAKE_CURRENT_LIST_DIR}/plugin_exports.map)

function(fos1_add_plugin name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  set(target fos1_plugin_${name})
  add_library(${target} MODULE ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE Fos1::Sdk Qt6::Core ${ARG_LINK})
  target_link_options(${target} PRIVATE -Wl,--version-script=${FOS1_PLUGIN_EXPORTS})
  set_target_properties(${target} PROPERTIES LINK_DEPENDS ${FOS1_PLUGIN_EXPORTS})
  if(NOT FOS1_SANITIZE)
    target_link_options(${target} PRIVATE -Wl,--no-undefined)
  endif()
  set_target_properties(${target} PROPERTIES AUTOMOC ON PREFIX "" OUTPUT_NAME ${name} CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON)
  if(FOS1_PLUGIN_OUTPUT_DIR)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${FOS1_PLUGIN_OUTPUT_DIR})
  endif()
endfunction()
