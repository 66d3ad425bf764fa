# SPDX-License-Identifier: GPL-2.0-or-later
.PHONY: help run demo test test-faults test-deploy test-container deb container bench docs asan fuzz tidy format check-format check-tree flaky

help:
	@echo 'make run           build the host and run it in the foreground with the sample configuration'
	@echo 'make demo          a router with three VLANs, live, in network namespaces'
	@echo 'make test          build everything and run every test'
	@echo 'make asan          the tests again under AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make test-faults   random faults while everything runs (SEED=7 COUNT=200, ONLY="a part of their name")'
	@echo 'make deb           build the Debian packages in build/deb (COMMIT=...: of that commit)'
	@echo 'make test-deploy   install, upgrade and remove the packages on a real systemd (as root)'
	@echo 'make flaky         run the tests that needed a second try until they fail (N=20 times, TESTS="name name")'
	@echo 'make container     build the container image from the packages in build/deb (as root)'
	@echo 'make test-container  run the image on a network with a router and a client (as root)'
	@echo 'make bench         print measured costs next to their limits'
	@echo 'make fuzz          run the fuzz targets with libFuzzer (FUZZ_SECONDS=60 each)'
	@echo 'make tidy          clang-tidy over every source'
	@echo 'make format        format every source; make check-format only checks'
	@echo 'make check-tree    check the rules of the tree that no compiler checks'
	@echo 'make docs          write the reference pages from the CRDs'
	@echo 'Checks that a change must pass: .ci/run, or one of its steps: .ci/run tidy'

SOURCES = git ls-files -co --exclude-standard '*.cpp' '*.h'

run:
	@scripts/announce release 'make run installs what is missing, builds the host' 4 'starts it here, in the foreground'
	@scripts/setup run
	@cmake --preset release >/dev/null
	cmake --build --preset run
	@scripts/foreground build/release/bin/fos1-hostd --config samples/standalone/host.yaml

demo:
	@scripts/announce dev 'make demo installs what is missing, builds the host and its lab' 4 'runs a router here until Ctrl-C'
	@scripts/setup test
	@cmake --preset dev >/dev/null
	cmake --build --preset dev --target fos1-demo
	@scripts/foreground build/dev/bin/fos1-demo $(if $(TROUBLE),--trouble $(TROUBLE))

# TESTS: options of ctest, such as -R tst_firewall or -L system. BUILD: the target that these tests need.
test:
	@scripts/announce dev 'make test installs what is missing, builds host and tests' 6 'runs every test (8 minutes)'
	scripts/setup test
	cmake --preset dev
	cmake --build --preset dev $(if $(BUILD),--target $(BUILD))
	scripts/run-tests dev $(TESTS)

test-faults:
	@scripts/announce dev 'make test-faults installs what is missing, builds host and driver' 6 'inflicts $(or $(COUNT),200) faults (5 s each)'
	@scripts/setup test
	@cmake --preset dev >/dev/null
	cmake --build --preset dev --target tst_faults
	FAULTS_SEED=$(or $(SEED),7) FAULTS_COUNT=$(or $(COUNT),200) FAULTS_ONLY='$(ONLY)' build/dev/tests/tst_faults

deb:
	@scripts/setup deploy
	scripts/deb $(COMMIT)

# Uses the packages in build/deb; make deb builds them. EARLIER: a directory with those of an earlier commit, to upgrade from.
test-deploy:
	@scripts/setup deploy
	[ -e build/deb/*.changes ] || scripts/deb
	tests/deploy/test-deploy build/deb $(EARLIER)

# Of the packages in build/deb; make deb builds them.
container:
	@scripts/setup deploy
	[ -e build/deb/*.changes ] || scripts/deb
	scripts/container

test-container:
	@scripts/setup deploy
	[ -e build/container/fos1-host.tar ] || $(MAKE) container
	tests/deploy/test-container build/container/fos1-host.tar

bench:
	@scripts/announce bench 'make bench installs what is missing, builds the benchmarks' 4 'prints their figures (10 minutes)'
	scripts/setup test
	cmake --preset bench
	cmake --build --preset bench
	build/bench/tests/bench/bench_host
	build/bench/tests/bench/bench_changes
	build/bench/tests/bench/bench_chrony
	build/bench/tests/bench/bench_ticks
	build/bench/tests/bench/bench_groups
	build/bench/tests/bench/bench_vlans
	build/bench/tests/bench/bench_turns
	build/bench/tests/bench/bench_firewall
	build/bench/tests/bench/bench_dhcp
	build/bench/tests/bench/bench_dnsmasq
	build/bench/tests/bench/bench_dns
	build/bench/tests/bench/bench_packets
	build/bench/tests/bench/bench_cluster

asan:
	scripts/setup test
	cmake --preset asan
	cmake --build --preset asan
	scripts/run-tests asan $(TESTS)

flaky:
	scripts/flaky $(or $(N),20) $(TESTS)

fuzz:
	scripts/setup check
	cmake --preset fuzz
	cmake --build --preset fuzz
	scripts/fuzz

tidy:
	@scripts/setup check
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
	scripts/crd-reference crds/ntp.fos1.io_ntpnodes.yaml > docs/ntpnode.md
	scripts/crd-reference crds/networking.fos1.io_vlans.yaml > docs/vlan.md
