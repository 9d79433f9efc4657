#!/bin/sh
# archive.sh OBJCOPY AR OUTPUT LIBRARY... -- COMPILER...: makes a static library of one object, in
# which only public names are global. Those of several objects could not be hidden from programs.
set -eu
objcopy=$1 ar=$2 output=$3
shift 3
libraries=
while [ "$1" != -- ]; do
    libraries="$libraries $1"
    shift
done
shift
"$@" -r -nostdlib -o "$output.o" -Wl,--whole-archive $libraries -Wl,--no-whole-archive
"$objcopy" --localize-hidden "$output.o"
rm -f "$output"
"$ar" rcsD "$output" "$output.o"
rm "$output.o"
