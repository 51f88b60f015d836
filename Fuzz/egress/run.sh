#!/bin/sh
. "$(dirname "$0")/../fuzzer.sh"
egress=$sources/BaileyEgress
module BaileyCore "$sources"/BaileyCore/*.swift
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
module NIOCore "$work/NIOCore.swift"
build "$egress"/Learn/*.swift "$egress"/Session/Refusal.swift "$egress"/Resolve/NameResolver.swift \
  "$egress"/Session/EgressRules.swift "$egress"/Resolve/DNSQuestion.swift "$egress"/Resolve/DNSAnswer.swift "$egress"/Connect/SOCKSRequest.swift \
  "$egress"/HTTP/RequestHead.swift "$egress"/HTTP/HTTPTarget.swift "$egress"/HTTP/HTTPToken.swift "$egress"/HTTP/ResponseHead.swift \
  "$egress"/HTTP/BodyDecoder.swift
run -max_len=4096
