# Read by run.sh [SECONDS] [FOLDER FOR THE CORPUS] of each fuzzer in Swift: builds it and runs it for a bounded time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../../Sources
seconds=${1:-30}
work=${2:-$(mktemp -d)}
mkdir -p "$work/corpus"
flags="-parse-as-library -swift-version 6 -package-name bailey -I $work"
flags="$flags -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature InternalImportsByDefault"
checks="-O -sanitize=fuzzer"

module() { # NAME FILE…
  module=$1
  shift
  swiftc $flags $checks -emit-module -emit-module-path "$work/$module.swiftmodule" -module-name "$module" -wmo \
    -c "$@" -o "$work/code-$module.o"
}

# Of these files, the fuzzer's own and all modules.
build() { # FILE…
  swiftc $flags $checks -wmo "$here"/*.swift "$@" "$work"/code-*.o -o "$work/fuzz"
}

run() { # OPTION…
  "$work/fuzz" -max_total_time="$seconds" -print_final_stats=1 "$@" "$work/corpus" "$here/seeds"
}

# For code that stands on libraries: takes what the debug build made of them, so run `swift build` first. Only our own code looks for new ways.
libraries() { # MODULE…
  root=$here/../..
  built=$root/.build/debug
  [ -d "$built/Modules" ] || { echo "swift build has to be run first" >&2; exit 1; }
  flags="$flags -I $built/Modules"
  for library in "$@"; do
    for place in "$root/Sources/$library" "$root"/.build/checkouts/*/Sources/"$library"; do
      [ -d "$place/include" ] || continue
      map=$place/include/module.modulemap
      [ -f "$map" ] || map=$built/$library.build/module.modulemap
      flags="$flags -Xcc -fmodule-map-file=$map -Xcc -I -Xcc $place/include"
    done
    find "$built/$library.build/" -name '*.o' 2>/dev/null | sed 's/.*/"&"/'
  done > "$work/objects"
}

# With the checks of addresses. Globals of the Swift runtime look like leaks, so these are not searched for.
run_checked() { # OPTION…
  export ASAN_OPTIONS=detect_leaks=0
  run -timeout=20 -rss_limit_mb=2048 -detect_leaks=0 -artifact_prefix="$work/" "$@"
}

# A module that several fuzzers share. It takes a minute and more: who runs them one after the other names a folder for it in BAILEY_FUZZ_MODULES.
shared_module() { # NAME
  shared=${BAILEY_FUZZ_MODULES:-$work}
  # Its objects are copied last, and so tell that all is there.
  if [ ! -e "$shared/code-$1.o" ]; then
    find "$sources/$1" -name '*.swift' > "$work/sources"
    module "$1" "@$work/sources"
    [ "$shared" = "$work" ] || cp "$work/$1".* "$work/code-$1.o" "$shared"
  else
    cp "$shared/$1".* "$shared/code-$1.o" "$work"
  fi
}

cryptography='Crypto CryptoBoringWrapper CCryptoBoringSSL CCryptoBoringSSLShims CXKCP CXKCPShims'
inspected='CBaileyBytes CBaileyInflate CBaileyRE2 CBaileyVectorscan CYaml'
archives='-lre2 -lstdc++ -lhs -lz -lzstd -lbrotlidec -lbz2 -llzma'

build_inspection() {
  checks="-O -g -sanitize=fuzzer,address"
  libraries $inspected $cryptography
  shared_module BaileyInspect
  build "@$work/objects" $archives
}

# A fuzzer of the gate: its code as it is, on everything else as the debug build made it.
build_egress() {
  # Package declarations are seen under the name that the debug build gave the package: that of its folder, more or less.
  package=$(grep '"-module-name","BaileyCore"' "$here/../../.build/debug.yaml" | sed -n 's/.*"-package-name","\([^"]*\)".*/\1/p' | head -1)
  flags=$(printf '%s' "$flags" | sed "s/-package-name bailey/-package-name $package/")
  checks="-O -g -sanitize=fuzzer,address -enable-testing"
  libraries BaileyCore BaileyInspect BaileyLinux BaileyTLS CBaileyLinux CBaileyZlib $inspected $cryptography CryptoExtras _CryptoExtras \
    X509 SwiftASN1 _CertificateInternals NIOCore NIOPosix NIOSSL NIOTLS NIOHTTP2 NIOHTTP1 NIOHPACK NIOConcurrencyHelpers _NIODataStructures _NIOBase64 \
    CNIOAtomics CNIOLinux CNIOPosix CNIODarwin CNIOWindows CNIOOpenBSD CNIOFreeBSD CNIOWASI CNIOSHA1 CNIOLLHTTP CNIOBoringSSL CNIOBoringSSLShims \
    Atomics _AtomicsShims DequeModule OrderedCollections InternalCollectionsUtilities BasicContainers ContainersPreview
  shared_module BaileyEgress
  build "@$work/objects" $archives
}
