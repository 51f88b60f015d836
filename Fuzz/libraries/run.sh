#!/bin/sh
# Builds and runs the fuzzer for a bounded time: run.sh [SECONDS] [FOLDER FOR THE CORPUS]
# Of the libraries behind the builtins it takes what the debug build made: run `swift build` first. Only our own code looks for new ways.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$root/.build/debug
seconds=${1:-30}
work=${2:-$(mktemp -d)}
[ -f "$build/Modules/CryptoExtras.swiftmodule" ] || { echo "swift build has to be run first" >&2; exit 1; }
mkdir -p "$work/corpus"
flags="-Onone -g -parse-as-library -swift-version 6 -package-name bailey -sanitize=fuzzer,address -I $work -I $build/Modules"
flags="$flags -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature InternalImportsByDefault"
flags="$flags -Xcc -fmodule-map-file=$build/CBaileyRE2.build/module.modulemap -Xcc -I -Xcc $root/Sources/CBaileyRE2/include"
checkouts=$root/.build/checkouts
for module in Yams/Sources/CYaml swift-crypto/Sources/CXKCPShims swift-crypto/Sources/CXKCP \
  swift-crypto/Sources/CCryptoBoringSSLShims swift-crypto/Sources/CCryptoBoringSSL; do
  flags="$flags -Xcc -fmodule-map-file=$checkouts/$module/include/module.modulemap -Xcc -I -Xcc $checkouts/$module/include"
done
for module in BaileyRego BaileyRegoLibraries; do
  find "$root/Sources/$module" -name '*.swift' > "$work/sources"
  swiftc $flags -emit-module -emit-module-path "$work/$module.swiftmodule" -module-name "$module" -wmo -c "@$work/sources" -o "$work/$module.code.o"
done
for module in CBaileyRE2 Yams CYaml Crypto CryptoExtras CryptoBoringWrapper CCryptoBoringSSL CCryptoBoringSSLShims CXKCP CXKCPShims SwiftASN1; do
  find "$build/$module.build/" -name '*.o' 2>/dev/null | sed 's/.*/"&"/'
done > "$work/objects"
swiftc $flags "$here"/*.swift "$work/BaileyRego.code.o" "$work/BaileyRegoLibraries.code.o" "@$work/objects" -lre2 -lstdc++ -o "$work/fuzz"
# Globals of the Swift runtime look like leaks, so these are not searched for.
ASAN_OPTIONS=detect_leaks=0 "$work/fuzz" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=2048 -detect_leaks=0 \
  -artifact_prefix="$work/" -print_final_stats=1 "$work/corpus" "$here/seeds"
