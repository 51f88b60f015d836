internal import ArgumentParser
internal import BaileyCore
internal import BaileyPolicy
internal import BaileyRego
internal import BaileyRegoLibraries

struct BundleBuild: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Make an archive of a directory of policies.",
    discussion: """
      Takes every .rego and data.json below the directory, but no tests (*_test.rego), and its .manifest. What is built is compiled first. The
      same files give the same bytes, as long as the signature does (EdDSA and RS256 do, ES256 and PS256 do not).

      EXAMPLES
        bailey policy bundle build Policies --revision 7 --output policies.tar.gz
        bailey policy bundle build Policies --root agent --root lib --signing-key key.pem --signing-alg EdDSA
      """)

  @Option(name: .shortAndLong, help: "The archive to make.", completion: .file())
  var output = "bundle.tar.gz"
  @Option(name: .shortAndLong, help: "The revision, in the place of the manifest's; numbers and moments have an order.")
  var revision: String?
  @Option(
    name: .long, help: "A part of `data` that the bundle owns, as a/b, in the place of the manifest's; repeatable.")
  var root: [String] = []
  @OptionGroup var signing: SigningOptions
  @Argument(help: "A directory.", completion: .directory)
  var directory: String

  func execute() throws(ToolFailure) -> Int32 {
    let source = try BundleSource(directory)
    let signer = try signing.signer()
    let (built, bundle) = try ToolFailure.from { () throws(Fault) in
      var files = try BundleFiles(name: output, files: contents(source.files))
      let bundle = try Bundle(files, keys: .init(), registry: Libraries.registry)
      if let signer { files = try BundleSignature.sign(files, signer) }
      return (try files.archive(), bundle)
    }
    try ToolOutput.replace(output, with: built)
    let name = bundle.manifest.revision.isEmpty ? "without a revision" : "revision \(bundle.manifest.revision)"
    Output.complain(printable("\(output): \(name), \(built.count) bytes"))
    return 0
  }

  /// Old signatures are left out: they are of other files.
  private func contents(_ files: BundleFiles) throws(Fault) -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for path in files.paths where Self.isPart(path) { contents[path] = files[path] }
    let manifest = try BundleManifest.edited(
      files[BundleManifest.file], revision: revision, roots: root.isEmpty ? nil : root, name: files.name)
    contents[BundleManifest.file] = manifest
    return contents
  }

  /// What is named so and cannot be used is kept, so that the check refuses it.
  private static func isPart(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    if name.hasSuffix(".rego") { return !name.hasSuffix("_test.rego") }
    return ["data.json", "data.yaml", "data.yml", "policy.wasm", "patch.json"].contains(name)
  }
}
