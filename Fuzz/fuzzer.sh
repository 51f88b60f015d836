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

# A fuzzer of the inspection. The module takes a minute and a half: who runs both names a folder of its own for it in BAILEY_FUZZ_MODULES.
build_inspection() {
  shared=${BAILEY_FUZZ_MODULES:-$work}
  checks="-O -g -sanitize=fuzzer,address"
  libraries CBaileyBytes CBaileyInflate CBaileyRE2 CBaileyVectorscan CYaml Crypto CryptoBoringWrapper CCryptoBoringSSL CCryptoBoringSSLShims CXKCP CXKCPShims
  find "$sources/BaileyInspect" -name '*.swift' > "$work/sources"
  if [ "$shared" = "$work" ]; then
    module BaileyInspect "@$work/sources"
  else
    # Its objects are copied last, and so tell that all is there.
    [ -e "$shared/code-BaileyInspect.o" ] || {
      module BaileyInspect "@$work/sources"
      cp "$work"/BaileyInspect.* "$work/code-BaileyInspect.o" "$shared"
    }
    cp "$shared"/BaileyInspect.* "$shared/code-BaileyInspect.o" "$work"
  fi
  build "@$work/objects" -lre2 -lstdc++ -lhs -lz -lzstd -lbrotlidec -lbz2 -llzma
}
