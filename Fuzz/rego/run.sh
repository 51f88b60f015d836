#!/bin/sh
. "$(dirname "$0")/../fuzzer.sh"
checks="-Onone -g -sanitize=fuzzer,address"
find "$sources/BaileyRego" -name '*.swift' > "$work/sources"
module BaileyRego "@$work/sources"
build
# Globals of the Swift runtime look like leaks, so these are not searched for.
export ASAN_OPTIONS=detect_leaks=0
run -max_len=2048 -timeout=20 -rss_limit_mb=2048 -detect_leaks=0 -artifact_prefix="$work/" -dict="$here/words"
