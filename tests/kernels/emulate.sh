#!/bin/sh
# Runs the tests of the kernels, of network and scan, on CPUs this machine is not, under qemu-user:
#   tests/kernels/emulate.sh BUILD
# x86-64 without AVX and with AVX2 only take the programs of BUILD; for 64-bit ARM the core and its
# tests are cross-compiled, with Debian's arm64 packages of CUnit and cJSON, which are fetched into
# a temporary folder. Prints TAP.
set -eu
build=$(realpath "$1")
source=$(realpath "$(dirname "$0")/../..")
export TEST_SOURCE="$source"
"$source/.ci/install-packages" "$(dirname "$0")/packages"
ninja -C "$build" tests/test_kernels tests/test_network tests/test_scan_kernels >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Emulated arithmetic is slow: fewer shapes than the tests proper try.
for cpu in core2duo Haswell; do
    echo "== x86-64 $cpu"
    qemu-x86_64 -cpu "$cpu" "$build/tests/test_kernels" 40
    qemu-x86_64 -cpu "$cpu" "$build/tests/test_network"
    qemu-x86_64 -cpu "$cpu" "$build/tests/test_scan_kernels"
done

echo '== aarch64: fetch packages'
mkdir -p "$work/lists/partial" "$work/root"
apt="-oAPT::Architecture=arm64 -oAPT::Architectures=arm64 -oDir::State::Lists=$work/lists"
apt="$apt -oDir::Cache=$work -oAPT::Sandbox::User=root -qq"
apt-get $apt update
(cd "$work" && apt-get $apt download libcunit1 libcunit1-dev libcjson1 libcjson-dev)
for package in "$work"/*.deb; do
    dpkg -x "$package" "$work/root"
done

cd "$source"
lib="$work/root/usr/lib/aarch64-linux-gnu"
flags="-std=gnu17 -O3 -D_GNU_SOURCE -Wall -Wextra -Wno-missing-field-initializers -Icore -Icore/include -Itests -Itests/golden"
for test in kernels/test_kernels unit/test_network; do
    echo "== aarch64: $test"
    aarch64-linux-gnu-gcc $flags -isystem "$work/root/usr/include" core/base/*.c core/network/*.c core/network/arm/neon.c \
        tests/runner.c tests/golden/generated_model.c "tests/$test.c" \
        "$lib/libcunit.so" "$lib/libcjson.so" -lm -lpthread -o "$work/test"
    qemu-aarch64 -L /usr/aarch64-linux-gnu -E "LD_LIBRARY_PATH=$lib" "$work/test" 40
done

echo '== aarch64: kernels/test_scan_kernels'
scan="cascade group integral scan scan_choice scan_kernels scan_layout scan_scales arm/scan_neon"
aarch64-linux-gnu-gcc $flags -ffp-contract=off -Ivision -Ivision/include -Ivision/faces \
    -isystem "$work/root/usr/include" $(printf 'vision/faces/%s.c ' $scan) core/base/error.c core/base/picture.c \
    tests/runner.c tests/kernels/test_scan_kernels.c "$lib/libcunit.so" -lm -o "$work/test"
qemu-aarch64 -L /usr/aarch64-linux-gnu -E "LD_LIBRARY_PATH=$lib" "$work/test"
