package import BaileyCore
import BaileyLinux
package import NIOCore
package import NIOSSL
import NIOTLS

extension ChannelPipeline.SynchronousOperations {
  /// TLS towards a server; what comes after it is told that the connection is open when the server has proved its name.
  ///
  /// - Parameters:
  ///   - name: what its certificate must be for; without one, its address.
  ///   - fail: hears why it is not, or that the connection was cut off later.
  package func addTLS(_ context: NIOSSLContext, _ name: HostName?, _ fail: @escaping (HTTPFailure) -> Void) throws {
    try addHandler(NIOSSLClientHandler(context: context, serverHostname: name?.text))
    try addHandler(TLSGuard(name, fail))
  }
}

/// Nothing is asked before the server has proved who it is; where it has not, says why.
private final class TLSGuard: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let name: HostName?
  private let tell: (HTTPFailure) -> Void
  private var isProven = false

  init(_ name: HostName?, _ tell: @escaping (HTTPFailure) -> Void) {
    self.name = name
    self.tell = tell
  }

  /// What comes after this believes the connection open only when the handshake is done.
  func channelActive(context: ChannelHandlerContext) {}

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case .handshakeCompleted? = event as? TLSUserEvent else {
      return context.fireUserInboundEventTriggered(event)
    }
    let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
    guard let certificate, name.map({ Self.names(certificate, $0) }) ?? true else { return refuse(context, otherName) }
    if let weakness = CertificateStrength.weakness(of: certificate) { return refuse(context, weakness) }
    isProven = true
    // It says what was agreed on to be spoken.
    context.fireUserInboundEventTriggered(event)
    context.fireChannelActive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    // Where no length was told, this end is no end.
    case NIOSSLError.uncleanShutdown: fail(context, .malformed("it was cut off"))
    case is NIOSSLExtraError: refuse(context, otherName)
    case NIOSSLError.handshakeFailed(let error): refuse(context, reason(error, context))
    case let error as BoringSSLError: refuse(context, reason(error, context))
    default:
      fail(context, isProven ? .malformed("the connection broke") : .untrusted("TLS was not agreed on: it hung up"))
    }
  }

  private func refuse(_ context: ChannelHandlerContext, _ why: String) { fail(context, .untrusted(why)) }

  private func fail(_ context: ChannelHandlerContext, _ failure: HTTPFailure) {
    tell(failure)
    context.close(promise: nil)
  }

  private var otherName: String { "its certificate is not for \(name.map { "the name `\($0)`" } ?? "its address")" }

  private func reason(_ error: BoringSSLError, _ context: ChannelHandlerContext) -> String {
    guard case .sslError(let stack) = error, let word = stack.lazy.compactMap(Self.word).first else {
      return "TLS was not agreed on"
    }
    guard word == "CERTIFICATE_VERIFY_FAILED" else { return "TLS was not agreed on (\(word))" }
    let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
    let now = Clock.realTime / 1_000_000_000
    if let certificate, certificate.notValidAfter < now { return "its certificate has expired" }
    if let certificate, certificate.notValidBefore > now { return "its certificate is not valid yet" }
    return "its certificate comes from no authority that is trusted here"
  }

  /// The library tells its reasons only in a text, `error:…:SSL routines:…:WRONG_VERSION_NUMBER at FILE:LINE`.
  private static func word(_ error: BoringSSLInternalError) -> String? {
    error.description.split { $0 == ":" || $0 == " " }.map(String.init).first { word in
      word.count > 3 && word.first?.isLetter == true
        && word.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }
  }

  /// The name as it is, or with `*` for its first label (RFC 9525 section 6.3), byte by byte: a letter of Unicode that becomes one of ASCII is
  /// another letter.
  ///
  /// NIOSSL alone would also take a certificate for the address that the name happened to lead to, or a common name.
  private static func names(_ certificate: NIOSSLCertificate, _ name: HostName) -> Bool {
    let labels = name.labels
    let wildcard = labels.count > 2 ? "*." + labels.dropFirst().joined(separator: ".") : nil
    return certificate._subjectAlternativeNames().contains { entry in
      guard entry.nameType == .dnsName else { return false }
      let bytes = entry.contents.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
      return bytes.elementsEqual(name.text.utf8) || wildcard.map { bytes.elementsEqual($0.utf8) } ?? false
    }
  }
}
