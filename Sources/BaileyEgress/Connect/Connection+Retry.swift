import BaileyCore
import BaileyLinux

/// The second ClientHello of TLS 1.3 (RFC 8446 section 4.1.2): it must name the same server as the first.
///
/// A server may answer the first with a HelloRetryRequest, and some take the name of the second. So what follows the first hello waits
/// until the server has answered; a client that guessed the request gains nothing.
extension Connection {
  enum Retry { case none, awaitingAnswer, awaitingHello }

  func watchForRetry() {
    guard let hello, claim?.name != nil else { return }
    retry = .awaitingAnswer
    up.allowance = hello.length
    down.allowance = 0
  }

  func inspectRetry() {
    do throws(Errno) {
      if retry == .awaitingAnswer { try inspectAnswer() }
      if retry == .awaitingHello, up.allowance == 0 { try inspectSecondHello() }
    } catch .tryAgain {
      return
    } catch {
      end(Refusal("connection-lost", "the connection broke"))
    }
  }

  private func peek(_ number: Int32, _ limit: Int) throws(Errno) -> [UInt8] {
    thread.buffer.bytes(0, try thread.buffer.receive(from: number, limit: limit, peek: true))
  }

  private func inspectAnswer() throws(Errno) {
    let bytes = try peek(upstream, HelloRetry.length)
    guard HelloRetry.begins(bytes) else { return release() }
    // An end in the middle of it is passed on as it is.
    guard bytes.count == HelloRetry.length || down.isEnding else { return }
    retry = .awaitingHello
    down.allowance = .max
  }

  private func release() {
    retry = .none
    up.allowance = .max
    down.allowance = .max
  }

  private func inspectSecondHello() throws(Errno) {
    let bytes = try peek(client, RequestHead.limit)
    if bytes.isEmpty { return release() }
    guard looksAgain(), bytes.count < RequestHead.limit else { return end(.tlsMalformed) }
    do throws(ClientHelloError) {
      guard let second = try HelloRetry.secondHello(bytes) else { return }
      if second.hidesName { return end(.nameHidden) }
      guard second.serverName == hello?.serverName else {
        return end(.mismatch(second.serverName ?? "none", claim?.text ?? ""))
      }
      release()
    } catch { end(.tlsMalformed) }
  }
}

/// What a HelloRetryRequest looks like, and what comes after it.
enum HelloRetry {
  /// Record and handshake headers, version, random.
  static let length = 43

  /// SHA-256 of "HelloRetryRequest" in the place of the random (RFC 8446 section 4.1.3).
  private static let random: [UInt8] = [
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11,
    0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
  ]
  /// `nil` is any byte: versions and lengths.
  private static let pattern: [UInt8?] = [22, 3, nil, nil, nil, 2, nil, nil, nil, 3, 3] + random

  /// Whether the bytes are one, or the beginning of one; no bytes at all are not.
  static func begins(_ bytes: [UInt8]) -> Bool {
    !bytes.isEmpty && zip(bytes, pattern).allSatisfy { $1 == nil || $0 == $1 }
  }

  /// The hello behind change_cipher_spec and early data; `nil` while more bytes are needed.
  static func secondHello(_ bytes: [UInt8]) throws(ClientHelloError) -> ClientHello? {
    var reader = ByteReader(bytes)
    while let type = reader.byte() {
      if type == 22 { return try ClientHello.parse(Array(bytes[(reader.position - 1)...])) }
      guard type == 20 || type == 23 else { throw .malformed }
      guard reader.short() != nil, let length = reader.short(), reader.take(length) != nil else { return nil }
    }
    return nil
  }
}
