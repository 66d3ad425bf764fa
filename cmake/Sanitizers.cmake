# SPDX-License-Identifier: GPL-2.0-or-later
# FOS1_SANITIZE=address,undefined or thread: for the whole build, since plugins and host share one process.
if(FOS1_SANITIZE)
  add_compile_options(-fsanitize=${FOS1_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FOS1_SANITIZE})
  if(FOS1_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
# What libFuzzer has to see of the parsers; its main() comes with each target.
if(FOS1_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
