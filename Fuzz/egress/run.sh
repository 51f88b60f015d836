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
  public init(string: String) { bytes = ArraySlice(string.utf8) }
  public mutating func writeBytes(_ more: [UInt8]) { bytes += more }
  public mutating func writeString(_ more: String) { bytes += more.utf8 }
  public mutating func writeImmutableBuffer(_ more: ByteBuffer) { bytes += more.bytes }
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
  "$egress"/HTTP/HTTP1/RequestHead.swift "$egress"/HTTP/HTTPTarget.swift "$egress"/HTTP/HTTPToken.swift "$egress"/HTTP/HTTP1/ResponseHead.swift \
  "$egress"/HTTP/HTTP1/BodyDecoder.swift "$egress"/HTTP/HTTP1/HTTP1Encoding.swift "$egress"/HTTP/HTTPMessage.swift \
  "$egress"/Request/PathAmbiguity.swift "$egress"/Request/PathSegment.swift "$egress"/Request/CanonicalTarget.swift \
  "$egress"/Request/QueryString.swift "$egress"/Request/Refusal+Rules.swift "$egress"/Request/RequestLimits.swift
run -max_len=4096
