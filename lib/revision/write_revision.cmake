# SPDX-License-Identifier: GPL-2.0-or-later
cmake_minimum_required(VERSION 3.25)
# cmake -DSOURCE=... -DOUTPUT=... -P write_revision.cmake: writes revision.cpp if it says something else than before.
# An archive that git makes has its commit in .revision (.gitattributes); a checkout is asked.
file(STRINGS ${SOURCE}/.revision revision REGEX "^[0-9a-f]+$")
if(NOT revision)
  set(revision unknown)
  execute_process(COMMAND git -c safe.directory=* describe --always --abbrev=12 --dirty=+ --exclude=* WORKING_DIRECTORY ${SOURCE}
    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(revision ${found})
  endif()
endif()
string(REGEX REPLACE "^([0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f])[0-9a-f]*" "\\1" revision "${revision}")
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "// SPDX-License-Identifier: GPL-2.0-or-later
#include \"revision.h\"

const char* fos1::revision() { return \"@revision@\"; }
" @ONLY)
