#!/usr/bin/env bash
# HTTPS opened, decided, recorded and inspected by the gate beside HAProxy and nginx (TLS to TLS), Squid with ssl-bump and mitmproxy, in turn, in one run.
# Usage, as root (names by a mount of its own): Benchmarks/gate.sh FOLDER-OF-bailey [ROUNDS] [PEERS]
# Packages: haproxy nginx-light squid-openssl socat wrk nghttp2-client; MITMDUMP names mitmdump of a Python environment (mitmproxy 11.0.2), or it is left out.
set -euo pipefail
if [ -z "${GATE_BENCH:-}" ]; then GATE_BENCH=1 exec unshare -m --propagation private "$0" "$@"; fi
programs=$1 rounds=${2:-5} peers=${3:-direct gate haproxy nginx squid mitmproxy}
bailey=$(realpath "$programs/bailey") dir=$(mktemp -d /var/tmp/bailey-gate-XXXXXX)
chmod 755 "$dir" && cd "$dir"
mkdir -p home state config/bailey project && mkdir -m 700 run
export HOME=$dir/home XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config XDG_RUNTIME_DIR=$dir/run
end() {
  "$bailey" kill --all --controller >/dev/null 2>&1 || true
  kill $(cat "$dir"/*.pid "$dir"/squid/*.pid 2>/dev/null) 2>/dev/null || true
  sleep 1
  rm -rf -- "$dir"
}
trap end EXIT
cp /etc/hosts "$dir/hosts" && echo '127.0.0.1 bench.example' >> "$dir/hosts" && mount --bind "$dir/hosts" /etc/hosts

# An authority, and a server's certificate.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=bench -addext keyUsage=critical,keyCertSign 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -subj /CN=bench.example 2>/dev/null
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -out cert.pem -days 2 -extfile <(printf 'subjectAltName=DNS:bench.example') 2>/dev/null
cat cert.pem key.pem > both.pem; cat ca.pem ca.key > authority.pem

mkdir www && head -c 200 /dev/zero | tr '\0' x > www/small && head -c 268435456 /dev/zero > www/large
# Text, since zeros are no load for an inspection.
(find /usr/share/doc /usr/include -type f \( -name '*.h' -o -name copyright \) 2>/dev/null | sort | head -3000 | xargs cat | head -c 67108864) > www/text 2>/dev/null || true
tls="ssl_certificate $dir/cert.pem; ssl_certificate_key $dir/key.pem; ssl_session_cache none;"
cat > origin.conf <<C
worker_processes 1; pid $dir/origin.pid; error_log $dir/origin.err;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000; sendfile on; client_body_temp_path $dir/t1; proxy_temp_path $dir/t2; client_max_body_size 0;
  server { listen 127.0.0.1:18443 ssl http2; $tls root $dir/www; location /put { return 200; } } }
C
cat > nginx.conf <<C
worker_processes 1; pid $dir/nginx.pid; error_log $dir/nginx.err;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000; client_body_temp_path $dir/t3; proxy_temp_path $dir/t4;
  upstream o { server 127.0.0.1:18443; keepalive 64; }
  server { listen 127.0.0.1:18445 ssl http2; $tls
    location / { proxy_pass https://o; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_ssl_verify on; proxy_ssl_trusted_certificate $dir/ca.pem;
      proxy_ssl_name bench.example; proxy_ssl_server_name on; proxy_max_temp_file_size 0; } } }
C
cat > haproxy.cfg <<C
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
listen tls
  bind 127.0.0.1:18444 ssl crt $dir/both.pem alpn h2,http/1.1
  http-reuse always
  server s 127.0.0.1:18443 ssl verify required ca-file $dir/ca.pem sni str(bench.example)
C
cat > squid.conf <<C
http_port 127.0.0.1:18447 ssl-bump tls-cert=$dir/authority.pem generate-host-certificates=on dynamic_cert_mem_cache_size=4MB
sslcrtd_program /usr/lib/squid/security_file_certgen -s $dir/squid/certs -M 4MB
tls_outgoing_options cafile=$dir/ca.pem
acl all_ports port 18443
http_access allow all_ports
ssl_bump bump all
cache deny all
access_log none
cache_log $dir/squid/log
pid_filename $dir/squid/squid.pid
coredump_dir $dir/squid
workers 1
C
nginx -c "$dir/origin.conf" -p "$dir" 2>/dev/null
nginx -c "$dir/nginx.conf" -p "$dir" 2>/dev/null
haproxy -q -f haproxy.cfg -D -p haproxy.pid
case $peers in *squid*)
  install -d -o proxy -g proxy squid && chown proxy authority.pem
  setpriv --reuid proxy --regid proxy --clear-groups /usr/lib/squid/security_file_certgen -c -s "$dir/squid/certs" -M 4MB >/dev/null
  squid -f "$dir/squid.conf"
  socat TCP-LISTEN:18446,bind=127.0.0.1,fork,reuseaddr PROXY:127.0.0.1:bench.example:18443,proxyport=18447 2>/dev/null & echo $! > socat.pid ;;
esac
if [ -n "${MITMDUMP:-}" ]; then
  "$MITMDUMP" -q --mode reverse:https://bench.example:18443 --listen-host 127.0.0.1 -p 18448 --set confdir="$dir/mitm" --set ssl_verify_upstream_trusted_ca="$dir/ca.pem" \
    --set flow_detail=0 > mitm.log 2>&1 & echo $! > mitm.pid
else
  peers=${peers/mitmproxy/}
fi
printf 'authorities: [%s/ca.pem]\nnames: [{name: bench.example, address: 127.0.0.1}]\n' "$dir" > config/bailey/egress.yaml && chmod 600 config/bailey/egress.yaml
cd project
sleep 4

# PEER COMMAND…: the command, at that peer; U is the server's URL.
at() {
  local peer=$1 port
  shift
  case $peer in direct) port=18443 ;; haproxy) port=18444 ;; nginx) port=18445 ;; squid) port=18446 ;; mitmproxy) port=18448 ;; gate) port=18443 ;; esac
  if [ "$peer" = gate ]; then
    "$bailey" run -q --no-input --record none --allow-host bench.example:18443 --allow-host 127.0.0.1:18443 -- \
      env -u HTTPS_PROXY -u https_proxy -u ALL_PROXY -u all_proxy U="https://bench.example:$port" sh -c "$*"
  else
    U="https://bench.example:$port" sh -c "$*"
  fi
}
median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
baileyd() { pgrep -n -f "^$(dirname "$bailey")/baileyd" || pgrep -n -x baileyd; }

# NAME UNIT AWK-PROGRAM COMMAND…
compare() {
  local name=$1 unit=$2 take=$3 peer i
  shift 3
  for peer in $peers; do : > "$dir/figures.$peer"; done
  for ((i = 0; i < rounds; i++)); do
    for peer in $peers; do at "$peer" "$*" 2>"$dir/err.$peer" | awk "$take" >> "$dir/figures.$peer"; done
  done
  printf '| %s |' "$name"
  for peer in $peers; do printf ' %s %s %s |' "$peer" "$(median < "$dir/figures.$peer")" "$unit"; done
  echo
}
milliseconds='function ms(t) { return t ~ /us$/ ? t / 1000 : t ~ /ms$/ ? t + 0 : t * 1000 }'
compare 'requests/s, 32 connections' /s '/Requests.sec/ {print int($2)}' 'wrk -t1 -c32 -d4 $U/small'
compare 'median at 1 connection' ms "$milliseconds"'/50%/ {print ms($2)}' 'wrk -t1 -c1 -d3 --latency $U/small'
compare 'new connections/s' /s '/Requests.sec/ {print int($2)}' 'wrk -t1 -c32 -d4 -H "Connection: close" $U/small'
compare 'zeros down' MB/s '{print int($1 / 1e6)}' 'curl -ksS --http1.1 -o /dev/null -w "%{speed_download}\n" $U/large'
compare 'text down' MB/s '{print int($1 / 1e6)}' 'curl -ksS --http1.1 -o /dev/null -w "%{speed_download}\n" $U/text'
compare 'requests/s, HTTP/2, 4 x 8' /s '/^finished in/ {print int($4)}' 'h2load -n 40000 -c 4 -m 8 $U/small'
case $peers in *gate*)
  at gate 'head -c 1000000000 /dev/zero | curl -ksS --http1.1 -o /dev/null -T - $U/put; true' 2>/dev/null || true
  awk '/VmHWM|VmRSS/ {printf "baileyd %s %d MB after all of it\n", $1, $2 / 1024}' "/proc/$(baileyd)/status" ;;
esac
