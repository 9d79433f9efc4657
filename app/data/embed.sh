#!/bin/sh
# embed.sh NAME FILE: prints C in which the text of FILE is the string NAME.
set -eu
printf 'extern const char %s[];\nconst char %s[] =\n' "$1" "$1"
sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/    "&\\n"/' "$2"
printf '    "";\n'
