#!/bin/sh
. "$(dirname "$0")/../fuzzer.sh"
checks="-Onone -g -sanitize=fuzzer,address"
libraries CBaileyRE2 Yams CYaml Crypto CryptoExtras CryptoBoringWrapper CCryptoBoringSSL CCryptoBoringSSLShims CXKCP CXKCPShims SwiftASN1
for part in BaileyRego BaileyRegoLibraries; do
  find "$sources/$part" -name '*.swift' > "$work/sources"
  module $part "@$work/sources"
done
build "@$work/objects" -lre2 -lstdc++
run_checked -max_len=4096
