import BaileyCore
import BaileyLinux
import BaileyTestSupport
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import BaileyTLS

/// Servers that prove who they are, and servers that do not, against what every door of Bailey believes.
@Suite("Certificates of servers")
struct CertificateCases {
  /// A server's certificate for `www.kind.example`, made by `openssl`, that differs from a good one in one thing.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var key = "ec -pkeyopt ec_paramgen_curve:P-256"
    var digest = "sha256"
    var start = "-1 day"
    var end = "+1 day"
    var names = "DNS:www.kind.example"
    var more = ""
    /// `root` is trusted, so is `rsa`, with an RSA key; `other` is not. `inner` is below `root`, and sent along. `self` is nobody.
    var signer = "root"
    /// Extensions of `inner`.
    var inner = "basicConstraints=critical,CA:TRUE"
    /// `nil`: it proves its name.
    var refusal: String?

    static let unknown = "comes from no authority that is trusted here"
    static let other = "is not for the name"
  }

  static let cases: [Case] = [
    Case(testDescription: "a good one"),
    Case(testDescription: "a good one with an RSA key", key: "rsa:2048", signer: "rsa"),
    Case(testDescription: "for a wildcard of its parent", names: "DNS:*.kind.example"),
    Case(testDescription: "below an intermediate one", signer: "inner"),
    Case(
      testDescription: "below one for names that hold it", signer: "inner",
      inner: "basicConstraints=critical,CA:TRUE\nnameConstraints=critical,permitted;DNS:kind.example"),
    Case(testDescription: "expired", start: "-2 days", end: "-1 day", refusal: "has expired"),
    Case(testDescription: "not valid yet", start: "+1 day", end: "+2 days", refusal: "is not valid yet"),
    Case(testDescription: "for another host", names: "DNS:www.evil.example", refusal: Case.other),
    Case(testDescription: "for a wildcard that is too wide", names: "DNS:*.example", refusal: Case.other),
    Case(testDescription: "for part of a label", names: "DNS:w*.kind.example", refusal: Case.other),
    Case(testDescription: "for the address alone", names: "IP:127.0.0.1", refusal: Case.other),
    Case(
      testDescription: "for a letter that only Unicode takes for k", names: "DNS:www.\u{212A}ind.example,IP:127.0.0.1",
      refusal: Case.other),
    Case(testDescription: "with a common name alone", names: "", refusal: Case.other),
    Case(testDescription: "signed by itself", signer: "self", refusal: Case.unknown),
    Case(testDescription: "of an unknown root", signer: "other", refusal: Case.unknown),
    Case(
      testDescription: "below one for other names", signer: "inner",
      inner: "basicConstraints=critical,CA:TRUE\nnameConstraints=critical,permitted;DNS:unkind.example",
      refusal: Case.unknown),
    Case(
      testDescription: "below one that excludes it", signer: "inner",
      inner: "basicConstraints=critical,CA:TRUE\nnameConstraints=critical,excluded;DNS:www.kind.example",
      refusal: Case.unknown),
    Case(
      testDescription: "below one that is no authority", signer: "inner", inner: "basicConstraints=critical,CA:FALSE",
      refusal: Case.unknown),
    Case(testDescription: "for clients", more: "extendedKeyUsage=clientAuth", refusal: Case.unknown),
    Case(
      testDescription: "with a critical extension nobody knows", more: "1.2.3.4=critical,ASN1:NULL",
      refusal: Case.unknown),
    Case(testDescription: "with a weak key", key: "rsa:1024", refusal: "RSA key of less than 2048 bits"),
    Case(testDescription: "signed by SHA-1 and RSA", digest: "sha1", signer: "rsa", refusal: "proves nothing any more"),
    Case(testDescription: "signed by SHA-1 and ECDSA", digest: "sha1", refusal: "proves nothing any more"),
  ]

  @Test("A server proves its name by a strong certificate of a trusted authority, or is not asked", arguments: cases)
  func handshake(_ theirs: Case) async throws {
    let scratch = try await Self.make(theirs)
    let failure = try await Self.connect(scratch)
    guard let refusal = theirs.refusal else {
      #expect(failure == nil)
      return
    }
    guard case .untrusted(let why)? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(why.contains(refusal), "\(why)")
  }

  @Test("An authority with a weak key is not believed, whoever names it")
  func weakAuthority() async throws {
    let scratch = try await Self.make(Case(testDescription: ""), root: "rsa:1024")
    let security = HTTPSecurity(authorities: Array(try scratch.read("roots.pem").utf8))
    #expect(throws: HTTPFailure.untrusted("an authority here has an RSA key of less than 2048 bits")) {
      try TLSContexts(protocols: []).context(security)
    }
  }

  // MARK: openssl

  private static func make(_ theirs: Case, root: String = "rsa:2048") async throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write(script, to: "make.sh")
    let names = theirs.names.isEmpty ? "" : "subjectAltName=\(theirs.names)\n"
    try scratch.write("basicConstraints=CA:FALSE\n\(names)\(theirs.more)\n", to: "leaf.ext")
    try scratch.write(theirs.inner + "\n", to: "inner.ext")
    let words = ["make.sh", theirs.key, theirs.digest, theirs.start, theirs.end, theirs.signer, root]
    let made = try Background { try? Tool("/bin/sh", directory: scratch.path).run(words) }
    let result = try #require(await made.value)
    try #require(result.status == 0, "\(result.errors)")
    return scratch
  }

  private static let script = """
    set -e
    key=$1 digest=$2 start=$(date -u -d "$3" +%Y%m%d%H%M%SZ) end=$(date -u -d "$4" +%Y%m%d%H%M%SZ) signer=$5
    ec="ec -pkeyopt ec_paramgen_curve:P-256"
    cat > ca.cnf <<X
    [ca]
    default_ca=here
    [here]
    database=index
    new_certs_dir=.
    rand_serial=yes
    policy=any
    unique_subject=no
    [any]
    commonName=optional
    X
    : > index
    for name in root other; do
      openssl req -x509 -newkey $ec -nodes -keyout $name.key -out $name.pem -days 2 -subj "/CN=$name"
    done
    openssl req -x509 -newkey $6 -nodes -keyout rsa.key -out rsa.pem -days 2 -subj "/CN=rsa"
    sign() { # NAME SIGNER DIGEST START END
      openssl ca -batch -notext -config ca.cnf -cert $2.pem -keyfile $2.key -in $1.csr -out $1.pem -md $3 -startdate $4 -enddate $5 -extfile $1.ext
    }
    openssl req -newkey $ec -nodes -keyout inner.key -out inner.csr -subj "/CN=inner"
    sign inner root sha256 $(date -u -d "-1 day" +%Y%m%d%H%M%SZ) $(date -u -d "+1 day" +%Y%m%d%H%M%SZ)
    openssl req -newkey $key -nodes -keyout leaf.key -out leaf.csr -subj "/CN=www.kind.example"
    if [ $signer = self ]; then openssl x509 -req -in leaf.csr -signkey leaf.key -out leaf.pem -days 1 -extfile leaf.ext
    else sign leaf $signer $digest $start $end; fi
    if [ $signer = inner ]; then cat inner.pem >> leaf.pem; fi
    cat root.pem rsa.pem > roots.pem
    """

  // MARK: both sides

  /// - Returns: why the client does not believe the server.
  private static func connect(_ scratch: Scratch) async throws -> HTTPFailure? {
    let server = try await server(scratch)
    let context = try TLSContexts(protocols: []).context(
      HTTPSecurity(authorities: Array(try scratch.read("roots.pem").utf8)))
    let name = try HostName("www.kind.example")
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let promise = loop.makePromise(of: Void.self)
    let client = try await ClientBootstrap(group: loop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addTLS(context, name) { promise.fail($0) }
          try channel.pipeline.syncOperations.addHandler(Proven(promise))
        }
      }
      .connect(host: "127.0.0.1", port: server.localAddress?.port ?? 0).get()
    defer { for channel in [client, server] { channel.close(promise: nil) } }
    do { try await promise.futureResult.get() } catch let failure as HTTPFailure { return failure }
    return nil
  }

  private static func server(_ scratch: Scratch) async throws -> any Channel {
    let chain = try NIOSSLCertificate.fromPEMFile(scratch.path + "/leaf.pem")
    let key = try NIOSSLPrivateKey(file: scratch.path + "/leaf.key", format: .pem)
    let context = try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
    return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  /// What comes after the guard hears of a connection only when it is proven.
  private final class Proven: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let promise: EventLoopPromise<Void>
    init(_ promise: EventLoopPromise<Void>) { self.promise = promise }
    func channelActive(context: ChannelHandlerContext) { promise.succeed(()) }
    func channelInactive(context: ChannelHandlerContext) { promise.fail(HTTPFailure.malformed("it went")) }
  }
}
