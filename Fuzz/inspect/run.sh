#!/bin/sh
# Builds and runs the fuzzer for a bounded time: run.sh [SECONDS] [FOLDER FOR THE CORPUS]
# Of the libraries behind the engine it takes what the debug build made: run `swift build` first. Only our own code looks for new ways.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$root/.build/debug
seconds=${1:-30}
work=${2:-$(mktemp -d)}
[ -f "$build/Modules/Crypto.swiftmodule" ] || { echo "swift build has to be run first" >&2; exit 1; }
mkdir -p "$work/corpus"
flags="-O -g -parse-as-library -swift-version 6 -package-name bailey -sanitize=fuzzer,address -I $work -I $build/Modules"
flags="$flags -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature InternalImportsByDefault"
for module in CBaileyRE2 CBaileyInflate CBaileyVectorscan; do
  flags="$flags -Xcc -fmodule-map-file=$build/$module.build/module.modulemap -Xcc -I -Xcc $root/Sources/$module/include"
done
checkouts=$root/.build/checkouts
for module in Yams/Sources/CYaml swift-crypto/Sources/CXKCPShims swift-crypto/Sources/CXKCP \
  swift-crypto/Sources/CCryptoBoringSSLShims swift-crypto/Sources/CCryptoBoringSSL; do
  flags="$flags -Xcc -fmodule-map-file=$checkouts/$module/include/module.modulemap -Xcc -I -Xcc $checkouts/$module/include"
done
find "$root/Sources/BaileyInspect" -name '*.swift' > "$work/sources"
swiftc $flags -emit-module -emit-module-path "$work/BaileyInspect.swiftmodule" -module-name BaileyInspect -wmo -c "@$work/sources" \
  -o "$work/BaileyInspect.code.o"
for module in CBaileyRE2 CBaileyInflate CBaileyVectorscan CYaml Crypto CryptoBoringWrapper CCryptoBoringSSL CCryptoBoringSSLShims CXKCP CXKCPShims; do
  find "$build/$module.build/" -name '*.o' 2>/dev/null | sed 's/.*/"&"/'
done > "$work/objects"
swiftc $flags "$here"/*.swift "$work/BaileyInspect.code.o" "@$work/objects" -lre2 -lstdc++ -lhs -lz -lzstd -lbrotlidec -lbz2 -o "$work/fuzz"
# Globals of the Swift runtime look like leaks, so these are not searched for.
ASAN_OPTIONS=detect_leaks=0 "$work/fuzz" -max_total_time="$seconds" -max_len=20000 -timeout=20 -rss_limit_mb=2048 -detect_leaks=0 \
  -artifact_prefix="$work/" -print_final_stats=1 "$work/corpus" "$here/seeds"
