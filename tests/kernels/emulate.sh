#!/bin/sh
# Runs the tests of the kernels, of network and scan, on CPUs this machine is not, under qemu-user:
#   tests/kernels/emulate.sh BUILD
# x86-64 with SSSE3, with SSE4.1 and with AVX2 only take the programs of BUILD. For 64-bit ARM meson
# cross-compiles libmien and all its tests, with Debian's arm64 packages of what they need, which are
# fetched into a temporary folder. Prints TAP.
set -eu
build=$(realpath "$1")
source=$(realpath "$(dirname "$0")/../..")
export TEST_SOURCE="$source"
"$source/.ci/install-packages" "$(dirname "$0")/packages"
ninja -C "$build" tests/test_kernels tests/test_network tests/test_scan_kernels >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Emulated arithmetic is slow: fewer shapes than the tests proper try.
for cpu in core2duo Penryn Haswell; do
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
(cd "$work" && apt-get $apt download libcunit1 libcunit1-dev libcjson1 libcjson-dev libexpat1 \
    libexpat1-dev)
for package in "$work"/*.deb; do
    dpkg -x "$package" "$work/root"
done

lib=$work/root/usr/lib/aarch64-linux-gnu
cat >"$work/aarch64" <<CROSS
[binaries]
c = 'aarch64-linux-gnu-gcc'
ar = 'aarch64-linux-gnu-ar'
objcopy = 'aarch64-linux-gnu-objcopy'
strip = 'aarch64-linux-gnu-strip'
pkgconfig = 'pkg-config'
exe_wrapper = ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu', '-E', 'LD_LIBRARY_PATH=$lib']
[built-in options]
c_args = ['-isystem', '$work/root/usr/include']
c_link_args = ['-L$lib', '-Wl,-rpath-link,$lib']
[properties]
pkg_config_libdir = '$lib/pkgconfig'
[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'aarch64'
endian = 'little'
CROSS
echo '== aarch64: libmien'
meson setup "$work/build" "$source" --cross-file "$work/aarch64" -Dwerror=true -Dprograms=false \
    -Dopencv=disabled -Dpython=disabled >&2
ninja -C "$work/build" >&2
status=0
meson test -C "$work/build" --no-rebuild >&2 || status=$?
grep -E '^(ok|not ok|#|Bail out!)' "$work/build/meson-logs/testlog.txt"
exit "$status"
