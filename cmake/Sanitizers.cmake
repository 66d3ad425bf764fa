# SPDX-License-Identifier: GPL-2.0-or-later
# FOS1_SANITIZE=address,undefined or thread. It applies to the whole build, because plugins and host share one process.
if(FOS1_SANITIZE)
  add_compile_options(-fsanitize=${FOS1_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FOS1_SANITIZE})
  if(FOS1_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
# Instruments the parsers for libFuzzer; each target has its own main().
if(FOS1_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
