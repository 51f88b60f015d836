#!/bin/sh
. "$(dirname "$0")/../fuzzer.sh"
checks="-Onone -g -sanitize=fuzzer,address"
find "$sources/BaileyRego" -name '*.swift' > "$work/sources"
module BaileyRego "@$work/sources"
build
run_checked -max_len=2048 -dict="$here/words"
