# SPDX-License-Identifier: GPL-2.0-or-later
# Warnings are errors. Call fos1_warnings(TARGET) for every target of this project.
add_library(fos1_warnings INTERFACE)
target_compile_options(fos1_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wconversion -Wno-sign-conversion -Wimplicit-fallthrough $<$<BOOL:${FOS1_WERROR}>:-Werror>)
target_compile_definitions(fos1_warnings INTERFACE QT_NO_CAST_TO_ASCII QT_NO_CAST_FROM_BYTEARRAY QT_NO_FOREACH QT_NO_KEYWORDS)
