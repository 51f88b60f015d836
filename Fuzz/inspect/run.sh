#!/bin/sh
. "$(dirname "$0")/../fuzzer.sh"
build_inspection
# The examples of the rules, each behind the length of its pieces.
(grep -h 'examples:' "$here"/../../Policies/inspection/*.yaml || true) | sed "s/^ *examples: *\['\{0,1\}//" | head -c 200000 > "$work/examples"
split -l 4 -a 4 "$work/examples" "$work/corpus/examples-"
run_checked -max_len=20000 -dict="$here/words"
