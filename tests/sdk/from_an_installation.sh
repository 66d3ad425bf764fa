#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a plugin with `fos1ctl plugin new` in a directory of its own, with nothing but an installation: it builds, its
# test passes, it conforms, and a running host loads it in both modes. Then the same with pkg-config instead of CMake.
# Finally compares the page for authors with these files and commands.
#   from_an_installation.sh BUILD-TREE SOURCE-TREE SANITIZERS
set -euo pipefail
build=$1
source=$2
sanitize=$3

# Not below a home directory, because the runner's user must be able to read the plugin.
work=$(mktemp -d /tmp/fos1-sdk-XXXXXX)
chmod 755 "$work"
host=
clean_up() {
    [ -z "$host" ] || kill "$host" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT
step() { printf '\n== %s (after %s s)\n' "$*" "$SECONDS"; }
fail() {
    echo "FAILED: $*"
    exit 1
}

step "installation"
cmake --install "$build" --prefix "$work/usr" >"$work/install.log" || fail "cmake --install: $(tail -5 "$work/install.log")"
export PATH=$work/usr/bin:$PATH
export CMAKE_PREFIX_PATH=$work/usr
export CMAKE_EXPORT_COMPILE_COMMANDS=ON
# Host and plugin share a process, so either both or neither use a sanitizer.
if [ -n "$sanitize" ]; then
    export CXXFLAGS="-fsanitize=$sanitize -fno-omit-frame-pointer" LDFLAGS="-fsanitize=$sanitize"
    export ASAN_OPTIONS=detect_leaks=0
fi

step "scaffold"
cd "$work"
started=$SECONDS
fos1ctl plugin new com.example.hello --directory hello
cd hello
# The commands of the scaffold's own README, unchanged.
# shellcheck disable=SC2016
sed -n '/^```sh$/,/^```$/p' README.md | grep -v '^```' >commands.sh
[ -s commands.sh ] || fail "README.md has no commands"
cat commands.sh
bash -euo pipefail commands.sh >"$work/build.log" 2>&1 || {
    cat "$work/build.log"
    fail "the commands of README.md"
}
echo "built, tested and checked in $((SECONDS - started)) s"
grep -q '100% tests passed' "$work/build.log" || fail "its test did not run"
if grep -q '^FAIL' "$work/build.log"; then
    fail "fos1-plugin-check: $(grep '^FAIL' "$work/build.log")"
fi
if grep -E -e "$source/|$build/" build/compile_commands.json; then
    fail "it was built with files that are not installed"
fi
exported=$(nm -D --defined-only --format=posix build/com.example.hello.so | cut -d' ' -f1 | LC_ALL=C sort | tr '\n' ' ')
[ "$exported" = "qt_plugin_instance qt_plugin_query_metadata_v2 " ] || fail "it exports $exported"

step "mistakes are refused"
cp -r "$work/hello" "$work/undefined"
sed -i 's/return {};  .*/return QString::number(nobodyHasThis());/; 1a extern "C" int nobodyHasThis();' \
    "$work/undefined/hello_plugin.cpp"
if [ -z "$sanitize" ] && (cd "$work/undefined" && cmake -S . -B build --fresh && cmake --build build) >"$work/undefined.log" 2>&1; then
    fail "an undefined symbol was linked"
fi
[ -n "$sanitize" ] || grep -q "undefined reference to .nobodyHasThis" "$work/undefined.log" || fail "$(tail "$work/undefined.log")"
echo '{"id": 5' >"$work/undefined/plugin.json"
if (cd "$work/undefined" && cmake -S . -B build --fresh) >"$work/metadata.log" 2>&1; then
    fail "broken metadata was taken"
fi
grep -q "plugin.json" "$work/metadata.log" || fail "$(cat "$work/metadata.log")"
# A directory that is not empty, an invalid id: nothing is written.
! fos1ctl plugin new com.example.hello --directory "$work/hello" 2>/dev/null || fail "it wrote into a full directory"
! fos1ctl plugin new Hello --directory "$work/other" 2>/dev/null || fail "it took a bad id"
[ ! -e "$work/other" ] || fail "a bad id left a directory"

step "in a running host, both ways"
cd "$work/hello"
cmake --install build --prefix "$work/usr" >/dev/null
for mode in default local remote; do
    mkdir -p "$work/$mode/manifests"
    {
        printf 'stateDir: state\nhttp: {enabled: false}\ndbus: {enabled: false}\n'
        [ "$mode" = default ] || printf 'isolation:\n  com.example.hello: {mode: %s}\n' "$mode"
        cat host.yaml
        printf '  crd-watcher: {directory: manifests}\n'
    } >"$work/$mode/host.yaml"
    "$work/usr/bin/fos1-hostd" --config "$work/$mode/host.yaml" >"$work/$mode/log" 2>&1 &
    host=$!
    export FOS1_SOCKET=$work/$mode/state/run/control.sock
    for ((i = 0; i < 100; i++)); do
        shown=$(fos1ctl plugin show com.example.hello 2>/dev/null || true)
        ! grep -q '^State *Running' <<<"$shown" || break
        sleep 0.1
    done
    grep -q '^State *Running' <<<"$shown" || fail "in mode $mode: $shown $(cat "$work/$mode/log")"
    where='runner [0-9]'
    [ "$mode" != local ] || where='in the host'
    grep -q "^Location *$where" <<<"$shown" || fail "in mode $mode it does not run as \"$where\": $shown"
    fos1ctl plugin restart com.example.hello
    kill "$host"
    wait "$host" || fail "the host ended with $?: $(cat "$work/$mode/log")"
    host=
    echo "mode $mode: $(grep '^Runs' <<<"$shown")"
done

step "pkg-config"
export PKG_CONFIG_PATH
PKG_CONFIG_PATH=$(dirname "$(find "$work/usr" -name fos1sdk.pc)")
cat >"$work/consumer.cpp" <<'EOT'
#include <cstdio>

#include "fos1/plugin.h"
#include "fos1/version.h"
#include "time/sync_state.h"

int main() {
    const fos1::time::SyncState state;
    std::printf("%d.%d %d\n", FOS1_SDK_MAJOR, FOS1_SDK_MINOR, static_cast<int>(state.encode().size()));
}
EOT
read -ra flags <<<"$(pkg-config --cflags --libs fos1sdk) ${CXXFLAGS:-}"
c++ -std=c++20 -fPIC "$work/consumer.cpp" -o "$work/consumer" "${flags[@]}"
version=$(LD_LIBRARY_PATH=$(pkg-config --variable=libdir fos1sdk) "$work/consumer" | cut -d' ' -f1)
[ "$version" = "$(pkg-config --variable=sdk_version fos1sdk)" ] || fail "versions differ: $version"

step "the page for authors"
# Each file and each command on the page equals that of the scaffold.
page=$source/docs/writing-a-plugin.md
while read -r command; do
    [ -z "$command" ] || grep -qxF "$command" "$page" || fail "$page lacks the command \"$command\""
done <commands.sh
for file in plugin.json hello_plugin.cpp hello_plugin.h; do
    # shellcheck disable=SC2016
    awk -v name="$file" '$0 ~ "^`" name "`" {found = 1} found && /^```/ {if (inside) exit; inside = 1; next} inside' "$page" >"$work/shown"
    [ -s "$work/shown" ] || fail "$page does not show $file"
    diff -u "$work/shown" "$work/hello/$file" || fail "$page shows another $file than the scaffold has"
done

step "done"
