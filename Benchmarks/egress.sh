#!/bin/bash
# Captured TCP through the gate beside HAProxy in TCP mode: requests a second (wrk), bytes a second (iperf3), in turn, in one run.
# Usage: Benchmarks/egress.sh PATH-OF-EgressBench [ROUNDS]
set -eu
bench=$1 rounds=${2:-5} dir=$(mktemp -d)
trap 'kill $(cat "$dir"/*.pid) 2>/dev/null; rm -rf "$dir"' EXIT
defaults='defaults
  timeout client 60s
  timeout server 60s
  timeout connect 5s'
cat >"$dir/origin.cfg" <<C
global
  nbthread 1
$defaults
frontend origin
  mode http
  bind 127.0.0.1:18100
  http-request return status 200 content-type text/plain string "$(printf 'x%.0s' $(seq 100))"
C
cat >"$dir/relay.cfg" <<C
global
  nbthread 2
$defaults
listen requests
  bind 127.0.0.1:18101
  server s 127.0.0.1:18100
listen bytes
  bind 127.0.0.1:18201
  server s 127.0.0.1:18200
C
haproxy -q -f "$dir/origin.cfg" -D -p "$dir/origin.pid"
haproxy -q -f "$dir/relay.cfg" -D -p "$dir/relay.pid"
"$bench" 18102 18100 & echo $! >"$dir/requests.pid"
"$bench" 18202 18200 & echo $! >"$dir/bytes.pid"
iperf3 -s -p 18200 -D -I "$dir/iperf.pid" >/dev/null
sleep 1
median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
rps() { wrk -t1 -c32 -d3 "http://127.0.0.1:$1/" | awk '/Requests.sec/ {print $2}'; }
gbps() { iperf3 -c 127.0.0.1 -p "$1" -t 3 -f g | awk '/receiver/ {print $7}'; }
for ((i = 0; i < rounds; i++)); do
  rps 18101 >>"$dir/hr"; rps 18102 >>"$dir/gr"; gbps 18201 >>"$dir/hb"; gbps 18202 >>"$dir/gb"
done
for f in hr gr hb gb; do declare $f="$(median <"$dir/$f")"; done
awk -v hr="$hr" -v gr="$gr" -v hb="$hb" -v gb="$gb" 'BEGIN {
  printf "requests/s: haproxy %d gate %d ratio %.2f\n", hr, gr, gr / hr
  printf "Gbit/s: haproxy %.2f gate %.2f ratio %.2f\n", hb, gb, gb / hb
  exit !(gr >= 0.8 * hr && gb >= 0.8 * hb) }'
