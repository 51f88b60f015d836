internal import ArgumentParser
internal import BaileyCore
internal import BaileyPolicy
internal import BaileyRegoLibraries

struct BundleVerify: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a bundle's signature, files, roots and modules.",
    discussion: """
      Exits with 1 when the bundle would not be put in force: wrong or missing files, an unknown key, a name that leads outside, a package
      outside of the roots, a module that does not compile, or a revision that is older than --active.

      EXAMPLES
        bailey policy bundle verify policies.tar.gz --verification-key key.pub.pem
        bailey policy bundle verify policies.tar.gz --verification-key company=key.jwk --scope write --active 6
      """)

  @OptionGroup var verification: VerificationOptions
  @Option(name: .long, help: "The revision in force, which the bundle must not be older than.")
  var active: String?
  @Argument(help: "An archive, or a directory.", completion: .file())
  var path: String

  func execute() throws(ToolFailure) -> Int32 {
    let keys = try verification.keys()
    guard !keys.keys.isEmpty else {
      throw ToolFailure(
        Fault("policy-key-missing", why: "there is no key to verify with", hint: "name one with --verification-key"))
    }
    let files = try BundleSource(path).files
    let (bundle, claims) = try ToolFailure.from { () throws(Fault) in
      let bundle = try Bundle(files, keys: keys, active: active, registry: Libraries.registry)
      return (bundle, try BundleSignature.claims(of: files))
    }
    let signers = claims.map { "\($0.key) (\($0.algorithm))" }.joined(separator: ", ")
    let revision = bundle.manifest.revision.isEmpty ? "" : "revision \(bundle.manifest.revision), "
    Output.write(printable("\(path): \(revision)\(files.paths.count) files, signed by \(signers)") + "\n")
    return 0
  }
}
