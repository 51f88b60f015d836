#!/bin/sh
. "$(dirname "$0")/../fuzzer.sh"
egress=$sources/BaileyEgress
inspect=$sources/BaileyInspect/Decode
module BaileyCore "$sources"/BaileyCore/*.swift
checks="-O -sanitize=fuzzer,address"
libraries CBaileyInflate
# Of the inspection the inflater of messages is needed, of NIO a queue of bytes.
cat > "$work/Decoder.swift" <<'SWIFT'
protocol Decoder: AnyObject { func step(_ input: Span<UInt8>, into room: inout [UInt8]) -> DecoderStep }
struct DecoderStep {
  enum State { case more, end, broken, refused }
  var used: Int
  var made: Int
  var state: State
}
SWIFT
module BaileyInspect "$work/Decoder.swift" "$inspect/MessageInflater.swift" "$inspect/Inflater+Unsafe.swift"
cat > "$work/NIOCore.swift" <<'SWIFT'
public struct ByteBuffer: Sendable {
  private var bytes: ArraySlice<UInt8> = []
  public init() {}
  public init(bytes: [UInt8]) { self.bytes = bytes[...] }
  public var readableBytes: Int { bytes.count }
  public var readableBytesView: ArraySlice<UInt8> { bytes }
  public init(string: String) { bytes = ArraySlice(string.utf8) }
  public mutating func writeBytes(_ more: [UInt8]) { bytes += more }
  public mutating func writeString(_ more: String) { bytes += more.utf8 }
  public mutating func writeImmutableBuffer(_ more: ByteBuffer) { bytes += more.bytes }
  public mutating func readSlice(length: Int) -> ByteBuffer? {
    guard (0...bytes.count).contains(length) else { return nil }
    defer { bytes = bytes.dropFirst(length) }
    return ByteBuffer(bytes: Array(bytes.prefix(length)))
  }
}
SWIFT
module NIOCore "$work/NIOCore.swift"
socket=$egress/WebSocket
build "$egress"/Learn/*.swift "$egress"/Session/EgressRules.swift "$egress"/Request/RequestLimits.swift "$egress"/Request/Refusal+Rules.swift "$egress"/Request/PathAmbiguity.swift "$egress"/Request/PathSegment.swift "$egress"/Request/CanonicalTarget.swift "$egress"/Request/QueryString.swift \
  "$egress"/HTTP/HTTP1/HTTP1Encoding.swift "$egress/HTTP/HTTPToken.swift" "$egress/HTTP/HTTPMessage.swift" "$egress/HTTP/HTTP1/RequestHead.swift" \
  "$egress/Session/Refusal.swift" "$egress/Resolve/NameResolver.swift" "$egress"/Events/EventStream.swift \
  "$egress"/Events/StreamInspector.swift "$socket"/DeflateParameters.swift "$socket"/UTF8Check.swift "$socket"/WebSocketAgreement.swift \
  "$socket"/WebSocketClose.swift "$socket"/WebSocketContent.swift "$socket"/WebSocketFailure.swift "$socket"/WebSocketFrame.swift \
  "$socket"/WebSocketLane.swift "$socket"/WebSocketLimits.swift "$socket"/WebSocketQueue.swift "$socket"/WebSocketReader.swift \
  "@$work/objects" -lz -lzstd -lbrotlidec -lbz2 -llzma
run_checked -max_len=20000
