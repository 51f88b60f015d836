#!/bin/sh
# Builds and runs the fuzzer for a bounded time: run.sh [SECONDS] [FOLDER FOR THE CORPUS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
seconds=${1:-30}
work=${2:-$(mktemp -d)}
mkdir -p "$work/corpus"
swiftc -O -parse-as-library -swift-version 6 -sanitize=fuzzer -emit-module -emit-module-path "$work/BaileyMerkle.swiftmodule" \
  -module-name BaileyMerkle -wmo -c "$here"/../../Sources/BaileyMerkle/*.swift -o "$work/merkle.o"
swiftc -O -parse-as-library -swift-version 6 -sanitize=fuzzer -I "$work" "$here"/*.swift "$work/merkle.o" -o "$work/fuzz"
"$work/fuzz" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 "$work/corpus" "$here/seeds"
