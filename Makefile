# SPDX-License-Identifier: GPL-2.0-or-later
# The commands of the README. `make run` runs the host in the foreground, `make test` builds and runs every test.
.PHONY: run test bench asan tidy format check-format check-tree

SOURCES = git ls-files -co --exclude-standard '*.cpp' '*.h'

run:
	scripts/setup run
	cmake --preset release
	cmake --build --preset release
	scripts/foreground build/release/bin/fos1-hostd --config samples/standalone/host.yaml

test:
	scripts/setup test
	cmake --preset dev
	cmake --build --preset dev
	ctest --preset dev

bench:
	scripts/setup test
	cmake --preset bench
	cmake --build --preset bench
	build/bench/tests/bench/bench_host

asan:
	cmake --preset asan
	cmake --build --preset asan
	ctest --preset asan

tidy:
	scripts/tidy

format:
	$(SOURCES) | xargs clang-format-14 -i

check-format:
	$(SOURCES) | xargs clang-format-14 --dry-run --Werror

check-tree:
	scripts/check-tree
