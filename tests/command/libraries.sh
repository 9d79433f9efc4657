#!/bin/sh
# libraries.sh MIEN MODULES SOURCE: the program starts without the libraries that only some commands
# use; each has its module. None of them tells where its source was. Prints TAP.
mien=$1 modules=$2 source=$3
if [ "$(uname -m)" != x86_64 ]; then
    echo "1..0 # SKIP libraries are loaded at the start on $(uname -m)"
    exit 0
fi
[ -x "$mien" ] || { echo "Bail out! $mien is missing"; exit 1; }
echo 1..4
at_start=$(LD_TRACE_LOADED_OBJECTS=1 "$mien" | grep -oE 'lib(SDL|cairo|png|lo[.]|mosquitto|systemd|websockets|av|sw|opencv)[^ ]*')
[ -z "$at_start" ] || { echo "# $at_start" | tr '\n' ' '; printf '\nnot '; }
echo "ok 1 - starts without libraries that it may not use"
missing=$(for name in charts png scaling video window; do ls "$modules/mien-$name.so"; done 2>&1 >/dev/null
    ldd "$modules"/mien-*.so 2>&1 | grep -E 'not found|No such file')
[ -z "$missing" ] || { echo "$missing" | sed 's/^/# /'; printf 'not '; }
echo "ok 2 - the modules bring them along"
if grep -aFl "$source/" "$mien" "$modules"/*.so | sed 's/^/# /' | grep .; then
    printf 'not '
fi
echo "ok 3 - none names the folder of the source"
for_jpeg=$(LD_DEBUG=files MIEN_MODEL="$source/models/ferplus-residual.safetensors" "$mien" image \
    "$source/tests/data/portrait-hopper-usn.jpg" 2>&1)
echo "$for_jpeg" | grep -q ': face 1' && ! echo "$for_jpeg" | grep -E 'calling init.*lib(av|sw)' || printf 'not '
echo "ok 4 - reads a JPEG without FFmpeg"
