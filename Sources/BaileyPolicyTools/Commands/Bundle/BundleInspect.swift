internal import ArgumentParser
internal import BaileyCore
internal import BaileyPolicy

struct BundleInspect: PolicyTool {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what a bundle says of itself; nothing of it is verified.",
    discussion: """
      EXAMPLES
        bailey policy bundle inspect policies.tar.gz
        bailey policy bundle inspect policies.tar.gz --format json
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case pretty, json }

  @Option(name: .shortAndLong, help: "pretty or json.")
  var format = Format.pretty
  @Argument(help: "An archive, or a directory.", completion: .file())
  var path: String

  var isJSON: Bool { format == .json }

  func execute() throws(ToolFailure) -> Int32 {
    let files = try BundleSource(path).files
    let report = try ToolFailure.from { () throws(Fault) in try Self.report(files) }
    Output.write(format == .json ? report.shownText + "\n" : Self.text(report, path))
    return 0
  }

  private static func report(_ files: BundleFiles) throws(Fault) -> JSON {
    let bytes = files[BundleManifest.file]
    let manifest =
      try bytes.map { bytes throws(Fault) in try BundleManifest(bytes, name: files.name) } ?? BundleManifest()
    let signatures = try BundleSignature.claims(of: files)
    return [
      "revision": .string(manifest.revision),
      "roots": .array(manifest.roots.map { .string($0.joined(separator: "/")) }),
      "rego_version": .int(manifest.isVersion1 ? 1 : 0),
      "signatures": .array(signatures.map { ["keyid": .string($0.key), "alg": .string($0.algorithm)] }),
      "files": .array(
        files.paths.map { ["name": .string($0), "bytes": .int(Int64(files[$0]?.count ?? 0))] }),
    ]
  }

  private static func text(_ report: JSON, _ path: String) -> String {
    func list(_ key: String, _ text: (JSON) -> String) -> String {
      (report[key]?.array ?? []).map { printable(text($0)) }.joined(separator: ", ")
    }
    let signatures = list("signatures") { "\($0["keyid"]?.string ?? "") (\($0["alg"]?.string ?? ""))" }
    let heads = [
      ("revision", printable(report["revision"]?.string ?? "")), ("roots", list("roots") { "/" + ($0.string ?? "") }),
      ("rego version", "\(report["rego_version"]?.int ?? 1)"),
      ("signatures, not verified", signatures.isEmpty ? "none" : signatures),
    ]
    let files = (report["files"]?.array ?? []).map { file in
      "  \(printable(file["name"]?.string ?? ""))  \(file["bytes"]?.int ?? 0) bytes"
    }
    return printable(path) + "\n" + (heads.map { "\($0.0): \($0.1)" } + ["files:"] + files).joined(separator: "\n")
      + "\n"
  }
}
