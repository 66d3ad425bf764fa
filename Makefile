# SPDX-License-Identifier: GPL-2.0-or-later
# The commands of the README. `make run` runs the host in the foreground, `make demo` shows it at work in a
# network of its own, `make test` builds and runs every test.
.PHONY: run demo test bench docs asan fuzz tidy format check-format check-tree

SOURCES = git ls-files -co --exclude-standard '*.cpp' '*.h'

run:
	scripts/setup run
	cmake --preset release
	cmake --build --preset release
	scripts/foreground build/release/bin/fos1-hostd --config samples/standalone/host.yaml

demo:
	scripts/setup test
	cmake --preset dev
	cmake --build --preset dev --target fos1-demo
	scripts/foreground build/dev/bin/fos1-demo

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
	build/bench/tests/bench/bench_changes
	build/bench/tests/bench/bench_chrony
	build/bench/tests/bench/bench_vlans
	build/bench/tests/bench/bench_firewall
	build/bench/tests/bench/bench_cluster

asan:
	cmake --preset asan
	cmake --build --preset asan
	ctest --preset asan

fuzz:
	scripts/setup test
	cmake --preset fuzz
	cmake --build --preset fuzz
	scripts/fuzz

tidy:
	scripts/tidy

format:
	$(SOURCES) | xargs clang-format-14 -i

check-format:
	$(SOURCES) | xargs clang-format-14 --dry-run --Werror

check-tree:
	scripts/check-tree

docs:
	scripts/crd-reference crds/ntp.fos1.io_ntpservices.yaml crds/tests/data/design-example.yaml > docs/ntpservice.md
	scripts/crd-reference crds/ntp.fos1.io_ntpclients.yaml samples/router/manifests/kiosks.yaml > docs/ntpclient.md
	scripts/crd-reference crds/networking.fos1.io_vlans.yaml > docs/vlan.md
