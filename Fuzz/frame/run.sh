#!/bin/sh
# Builds and runs the fuzzer for a bounded time: run.sh [SECONDS] [FOLDER FOR THE CORPUS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../../Sources
seconds=${1:-30}
work=${2:-$(mktemp -d)}
mkdir -p "$work/corpus"
flags="-O -parse-as-library -swift-version 6 -package-name bailey -enable-upcoming-feature InternalImportsByDefault -sanitize=fuzzer -I $work"
swiftc $flags -emit-module -emit-module-path "$work/BaileyCore.swiftmodule" -module-name BaileyCore -wmo \
  -c "$sources"/BaileyCore/*.swift -o "$work/core.o"
# Frames and messages only: they read no socket, and need of BaileyLinux no more than a descriptor's close.
cat > "$work/Descriptor.swift" <<'SWIFT'
package struct Descriptor: ~Copyable, Sendable {
  package init(owning descriptor: Int32) {}
}
SWIFT
swiftc $flags -emit-module -emit-module-path "$work/BaileyLinux.swiftmodule" -module-name BaileyLinux -wmo \
  -c "$work/Descriptor.swift" -o "$work/linux.o"
swiftc $flags -emit-module -emit-module-path "$work/BaileyWire.swiftmodule" -module-name BaileyWire -wmo \
  -c "$sources"/BaileyWire/Frames/*.swift "$sources"/BaileyWire/Messages/*.swift -o "$work/wire.o"
swiftc $flags "$here"/*.swift "$work/core.o" "$work/linux.o" "$work/wire.o" -o "$work/fuzz"
"$work/fuzz" -max_total_time="$seconds" -max_len=8192 -print_final_stats=1 "$work/corpus" "$here/seeds"
