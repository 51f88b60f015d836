internal import ArgumentParser
internal import BaileyCore
internal import BaileyPolicy

struct BundleSign: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign a bundle.",
    discussion: """
      The signature covers every file. It takes the place of an older one: in an archive, or as .signatures.json in a directory.

      EXAMPLES
        bailey policy bundle sign policies.tar.gz --signing-key key.pem --signing-alg EdDSA
        bailey policy bundle sign Policies --signing-key key.pem --signing-alg ES256 --key-id company --scope write
      """)

  @Option(name: .shortAndLong, help: "The archive to make, in the place of the one that is read.", completion: .file())
  var output: String?
  @OptionGroup var signing: SigningOptions
  @Argument(help: "An archive, or a directory.", completion: .file())
  var path: String

  func execute() throws(ToolFailure) -> Int32 {
    guard let signer = try signing.signer() else {
      throw ToolFailure(
        Fault("policy-key-missing", why: "there is no key to sign with", hint: "name one with --signing-key"))
    }
    let source = try BundleSource(path)
    let signed = try ToolFailure.from { () throws(Fault) in try BundleSignature.sign(source.files, signer) }
    if source.isDirectory, output == nil {
      try ToolOutput.replace(path + "/" + BundleSignature.file, with: signed[BundleSignature.file] ?? [])
    } else {
      let archive = try ToolFailure.from { () throws(Fault) in try signed.archive() }
      try ToolOutput.replace(output ?? path, with: archive)
    }
    return 0
  }
}
