internal import ArgumentParser
internal import BaileyCore
internal import BaileyLinux
internal import BaileyPolicy

/// `bailey policy bundle`: bundles in OPA's format.
struct BundleTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle", abstract: "Build, sign, verify and inspect bundles in OPA's format.",
    discussion: """
      EXAMPLES
        bailey policy bundle build Policies --revision 7 --root agent --output policies.tar.gz
        bailey policy bundle sign policies.tar.gz --signing-key key.pem --signing-alg EdDSA
        bailey policy bundle verify policies.tar.gz --verification-key key.pub.pem
        bailey policy bundle inspect policies.tar.gz
      """,
    subcommands: [BundleBuild.self, BundleSign.self, BundleVerify.self, BundleInspect.self])
}

/// With which key a bundle is signed.
struct SigningOptions: ParsableArguments {
  enum Algorithm: String, CaseIterable, ExpressibleByArgument {
    case edDSA = "EdDSA"
    case es256 = "ES256"
    case es384 = "ES384"
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
  }

  @Option(name: .long, help: "A private key, PEM or JWK, that only its owner can read.", completion: .file())
  var signingKey: String?
  @Option(name: .long, help: "How to sign.")
  var signingAlg = Algorithm.rs256
  @Option(name: .long, help: "What the key is called where the signature is verified.")
  var keyID = "default"
  @Option(name: .long, help: "What the signature is for.")
  var scope = ""

  func signer() throws(ToolFailure) -> BundleSignature.Signer? {
    guard let signingKey else { return nil }
    let key = try ToolFailure.from { () throws(Fault) in try SecretFile.read(signingKey, DiskFiles()) }
    return BundleSignature.Signer(key: key, keyIdentifier: keyID, algorithm: signingAlg.rawValue, scope: scope)
  }
}

/// By which key a bundle must be signed.
struct VerificationOptions: ParsableArguments {
  @Option(name: .long, help: "A public key, PEM or JWK; ID=FILE names it; may be repeated.", completion: .file())
  var verificationKey: [String] = []
  @Option(name: .long, help: "What a key without a name of its own is called.")
  var keyID = "default"
  @Option(name: .long, help: "What the signature must be for.")
  var scope = ""

  func keys() throws(ToolFailure) -> BundleSignature.Keys {
    var keys = BundleSignature.Keys(scope: scope)
    for word in verificationKey {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      let (name, path) = parts.count == 2 ? (parts[0], parts[1]) : (keyID, word)
      keys.keys[name] = try PolicyFiles.read(path)
    }
    return keys
  }
}
