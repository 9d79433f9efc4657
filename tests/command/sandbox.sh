#!/bin/sh
# sandbox.sh MIEN INTRUDER SOURCE: whoever takes over a decoder gets at no other file, program or
# network, and the outputs are written all the same. Prints TAP.
set -u
mien=$1 intruder=$2 source=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/in" "$work/out" "$work/elsewhere"
cd "$work" || exit 1
echo secret >elsewhere/secret
cp "$source/tests/data/portrait-hopper-usn.jpg" in/a.jpg
number=0

# check NAME STATUS
check() {
    number=$((number + 1))
    [ "$2" = 0 ] || { sed 's/^/# /' said; printf 'not '; }
    echo "ok $number - $1"
}

# intrude LIBRARY ARGUMENT…
intrude() {
    library=$1
    shift
    rm -f elsewhere/written
    INTRUDER=$library INTRUDER_READS=elsewhere/secret INTRUDER_WRITES=elsewhere/written \
        LD_PRELOAD=$intruder "$mien" "$@" >said 2>&1
}

# is_kept_out, can_do_all: by what the intruder said
is_kept_out() {
    [ "$(grep -c '^intruder: .*\(Permission denied\|not permitted\)$' said)" = 4 ]
}
can_do_all() {
    [ "$(grep -c '^intruder: .*: done$' said)" = 4 ]
}

make_data() {
    printf '\0\0\10\3\0\0\0\4\0\0\0\60\0\0\0\60' >in/d-images.idx3-ubyte
    head -c 9216 /dev/zero | tr '\0' 'x' >>in/d-images.idx3-ubyte
    printf '\0\0\10\1\0\0\0\4\0\1\2\1' >in/d-labels.idx1-ubyte
    gzip in/d-*
}

make_data
ffmpeg -nostdin -v error -loop 1 -framerate 10 -t 0.4 -i in/a.jpg -vf scale=320:-2 \
    -pix_fmt yuv420p in/a.mkv -frames:v 1 elsewhere/a.bmp 2>said || { echo "1..0 # SKIP ffmpeg cannot make a recording"; exit 0; }

intrude libavformat image --no-sandbox elsewhere/a.bmp
can_do_all
check "without the sandbox an intruder can do all" $?
# A kernel without Landlock, or a container that forbids it, has only a part of the sandbox.
MIEN_LOG_LEVEL=debug "$mien" image in/a.jpg >said 2>&1
if grep -q 'no sandbox' said; then
    echo "ok 2 - no more to try # SKIP $(sed -n 's/.*\(no sandbox.*\)/\1/p' said | head -n 1)"
    echo 1..2
    exit 0
fi
intrude libavformat image elsewhere/a.bmp -o out/a.png
is_kept_out && [ -s out/a.png ]
check "image keeps an intruder out" $?
intrude libturbojpeg image in/a.jpg -o out/a.png -y
is_kept_out
check "also one in a JPEG" $?
intrude libavformat annotate in/a.mkv -o out/a.mp4 --jsonl out/a.jsonl --report out/a.html --plot out/a.png -y
is_kept_out && [ -s out/a.mp4 ] && [ -s out/a.jsonl ] && [ -s out/a.html ]
check "annotate keeps an intruder out" $?
intrude libz evaluate --data in/d --confusion out/c.png
is_kept_out && [ -s out/c.png ]
check "evaluate keeps an intruder out" $?
intrude libavformat annotate "in/*.mkv" -o out/new/ --csv out/new/
[ "$(grep -c denied said)" != 0 ] && [ -s out/new/a.mkv ] && [ -s out/new/a.csv ]
check "a batch writes into a folder that it makes" $?

ln -s "$work/elsewhere/real.csv" out/link.csv
: >elsewhere/real.csv
cp in/a.jpg elsewhere/b.jpg
ln -s "$work/elsewhere/b.jpg" in/b.jpg
"$mien" image in -y --csv out/link.csv -o out/pictures/ >said 2>&1 && [ -s out/pictures/b.jpg ]
check "folders and links in them are read, a link's target is replaced" $?
[ -L out/link.csv ] && [ -s elsewhere/real.csv ] && [ -s out/pictures/a.jpg ]
check "and the link stays" $?
mkfifo pipe
cat pipe >piped &
"$mien" image in/a.jpg --jsonl pipe >said 2>&1
check "a pipe is written to" $?
wait
[ -s piped ] && "$mien" image - <in/a.jpg >said 2>&1
check "standard input is read" $?
echo "1..$number"
