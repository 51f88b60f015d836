#!/bin/sh
# Builds and runs the fuzzer for a bounded time: run.sh [SECONDS] [FOLDER FOR THE CORPUS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../../Sources
egress=$sources/BaileyEgress
seconds=${1:-30}
work=${2:-$(mktemp -d)}
mkdir -p "$work/corpus"
flags="-O -parse-as-library -swift-version 6 -package-name bailey -enable-upcoming-feature InternalImportsByDefault -sanitize=fuzzer -I $work"
swiftc $flags -emit-module -emit-module-path "$work/BaileyCore.swiftmodule" -module-name BaileyCore -wmo \
  -c "$sources"/BaileyCore/*.swift -o "$work/core.o"
# Of NIO the parsers need a queue of bytes, no more.
cat > "$work/NIOCore.swift" <<'SWIFT'
public struct ByteBuffer: Sendable {
  public private(set) var bytes: ArraySlice<UInt8> = []
  public init() {}
  public var readableBytes: Int { bytes.count }
  public var readableBytesView: ArraySlice<UInt8> { bytes }
  public mutating func writeBytes(_ more: [UInt8]) { bytes += more }
  public mutating func readBytes(length: Int) -> [UInt8]? {
    guard (0...bytes.count).contains(length) else { return nil }
    defer { bytes = bytes.dropFirst(length) }
    return Array(bytes.prefix(length))
  }
  public mutating func readSlice(length: Int) -> ByteBuffer? {
    var slice = ByteBuffer()
    guard let read = readBytes(length: length) else { return nil }
    slice.writeBytes(read)
    return slice
  }
}
SWIFT
swiftc $flags -emit-module -emit-module-path "$work/NIOCore.swiftmodule" -module-name NIOCore -wmo \
  -c "$work/NIOCore.swift" -o "$work/nio.o"
swiftc $flags -wmo "$here"/*.swift "$egress"/Learn/*.swift "$egress"/Session/Refusal.swift "$egress"/Resolve/NameResolver.swift \
  "$egress"/Session/EgressRules.swift "$egress"/Resolve/DNSQuestion.swift "$egress"/Resolve/DNSAnswer.swift "$egress"/Connect/SOCKSRequest.swift \
  "$egress"/HTTP/RequestHead.swift "$egress"/HTTP/HTTPTarget.swift "$egress"/HTTP/HTTPToken.swift "$egress"/HTTP/ResponseHead.swift \
  "$egress"/HTTP/BodyDecoder.swift "$work/core.o" "$work/nio.o" -o "$work/fuzz"
"$work/fuzz" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 "$work/corpus" "$here/seeds"
