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
