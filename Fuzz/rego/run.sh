#!/bin/sh
# Globals of the Swift runtime look like leaks, so these are not searched for.
# Builds and runs the fuzzer for a bounded time: run.sh [SECONDS] [FOLDER FOR THE CORPUS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
seconds=${1:-30}
work=${2:-$(mktemp -d)}
mkdir -p "$work/corpus"
flags="-Onone -g -parse-as-library -swift-version 6 -package-name bailey -sanitize=fuzzer,address -I $work"
flags="$flags -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature InternalImportsByDefault"
find "$here/../../Sources/BaileyRego" -name '*.swift' > "$work/sources"
swiftc $flags -emit-module -emit-module-path "$work/BaileyRego.swiftmodule" -module-name BaileyRego -wmo -c "@$work/sources" -o "$work/rego.o"
swiftc $flags "$here"/*.swift "$work/rego.o" -o "$work/fuzz"
ASAN_OPTIONS=detect_leaks=0 "$work/fuzz" -max_total_time="$seconds" -max_len=2048 -timeout=20 -rss_limit_mb=2048 -detect_leaks=0 -artifact_prefix="$work/" -dict="$here/words" -print_final_stats=1 \
  "$work/corpus" "$here/seeds"
