# SPDX-License-Identifier: GPL-2.0-or-later
# Warnings are errors. fos1_warnings(TARGET) for every target of ours.
add_library(fos1_warnings INTERFACE)
target_compile_options(fos1_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wconversion -Wno-sign-conversion -Wimplicit-fallthrough $<$<BOOL:${FOS1_WERROR}>:-Werror>)
