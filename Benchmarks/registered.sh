#!/usr/bin/env bash
# What is registered: sources found in excerpts, other files taken for them, and the time it all takes. Sources are checkouts of the build, other
# files those of this machine. RegisteredBench is built with the benchmarks (scripts/bench).
set -eu
cd "$(dirname "$0")/.."
bench=$PWD/.build-bench/release/RegisteredBench work=$(mktemp -d /var/tmp/bailey-registered-XXXXXX)
trap 'rm -rf -- "$work"' EXIT

list() { find "$@" -type f \( -name '*.swift' -o -name '*.c' -o -name '*.h' -o -name '*.py' -o -name '*.pm' -o -name '*.pl' -o -name '*.md' -o -name '*.txt' -o -name '*.rs' -o -name '*.sh' -o -name '*.js' \) -size +1k -size -1024k 2>/dev/null | LC_ALL=C sort; }

for source in swift-nio GRDB.swift swift-argument-parser; do list ".build/checkouts/$source" | sed "s|^|$source\t|"; done > "$work/sources"
list Sources | sed "s|^|bailey\t|" >> "$work/sources"
python=$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
for part in asyncio email http xml; do list "$python/$part" | sed "s|^|python-$part\t|"; done >> "$work/sources"

list /usr/include /usr/share/perl /usr/lib/python3 "$python" .build/checkouts | grep -vE "checkouts/(swift-nio|GRDB.swift|swift-argument-parser)/|$python/(asyncio|email|http|xml)/" > "$work/others"
shuf --random-source=<(yes) "$work/others" | head -400 | xargs cat 2>/dev/null | tail -c 20000000 > "$work/sample"
wc -l "$work/sources" "$work/others" | head -2
"$bench" sources "$work/sources" "$work/others" "$work/sample"
[ -z "${ONLY_SOURCES:-}" ] || exit 0
"$bench" values "$work/sample"
"$bench" records "$work/sample"
