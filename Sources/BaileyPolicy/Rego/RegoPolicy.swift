package import BaileyCore
package import BaileyRego

/// A compiled set of modules that makes decisions; it cannot be changed and is shared.
///
/// Every package contributes by its documents `allow`, `ask`, `deny` and `oblige`, but for those below `lib` and those whose name
/// ends with `_test`.
package struct RegoPolicy: Sendable {
  /// One module; `file` is what reasons name.
  package struct Module: Sendable, Equatable {
    package var file: String
    package var text: [UInt8]
    package var isVersion1: Bool

    package init(file: String, text: [UInt8], isVersion1: Bool = true) {
      self.file = file
      self.text = text
      self.isVersion1 = isVersion1
    }
  }

  let contributions: Contributions
  /// Written for the inputs of other programs: asked in their words, see `FlatInput`.
  let isFlat: Bool
  /// Without those of the library.
  let ownPackages: [[String]]
  /// Base data of the modules; an object.
  let data: JSONText
  /// The same, read for all sessions.
  let base: BaseDocument
  /// For questions other than the contributions.
  let sources: [Source]
  let registry: Registry
  /// Where there is a name for it: a bundle's.
  package let revision: String?

  /// - Parameters:
  ///   - modules: without those of `PolicyLibrary`, which are added as they are named.
  ///   - registry: the builtins.
  ///   - data: base data as JSON; Bailey adds `manifest`.
  package init(_ modules: [Module], data: JSONText = JSONText(), revision: String? = nil, registry: Registry)
    throws(Fault)
  {
    let own = modules
    let modules = own + Module.library(for: own)
    let sources = modules.map { Source(name: $0.file, text: $0.text, isVersion1: $0.isVersion1) }
    let names = own.contains(where: \.isVersion1) ? Self.documents : Self.documents.union([Self.upload])
    do throws(CompileFailure) {
      contributions = try .compile(sources, names: names, registry: registry)
    } catch {
      throw Self.fault(error.errors, modules.map(\.file))
    }
    let paths = contributions.inputPaths.filter { $0.location.file < own.count }
    isFlat = Self.isFlat(own, reading: paths.map(\.names))
    ownPackages = Array(contributions.packages.prefix(own.count))
    self.data = data
    base = try Self.base(data, contributions.program)
    self.sources = sources
    self.registry = registry
    self.revision = revision
    try checkPackages(modules)
    try checkInput(modules)
  }

  /// Each session has a root of its own, with its manifest.
  static let maximumMembers = 1 << 16

  private static func base(_ data: JSONText, _ program: Program) throws(Fault) -> BaseDocument {
    let base: BaseDocument
    do throws(RegoError) { base = try BaseDocument(data.bytes, for: program) } catch {
      throw fault([error], program.files)
    }
    guard base.memberCount <= maximumMembers else {
      throw Fault(
        "policy-too-large", why: "its data has more than \(maximumMembers) members at the root",
        hint: "put them below a name of their own")
    }
    return base
  }

  static let documents: Set<String> = ["allow", "ask", "deny", "oblige"]
  /// Of modules of version 0: where it is there, it alone says which uploads are allowed.
  static let upload = "allow_upload"
  var hasUpload: Bool { contributions.documents.contains { $0.name == Self.upload } }

  private func checkPackages(_ modules: [Module]) throws(Fault) {
    for (module, package) in zip(modules, contributions.packages) where package.first == "manifest" {
      throw Fault(
        "policy-invalid", subject: module.file, why: "`data.manifest` is the manifest of the session",
        hint: "give the package another name")
    }
  }

  /// Modules of version 0 were written for the inputs of other programs, so their fields are not held against the schema.
  private func checkInput(_ modules: [Module]) throws(Fault) {
    for path in contributions.inputPaths {
      let module = modules[Int(path.location.file)]
      guard module.isVersion1, let (name, known) = InputSchema.unknown(in: path.names) else { continue }
      let near = Spelling.nearest(to: name, among: known).map { "did you mean `\($0)`?" }
      throw Fault(
        "policy-input-unknown", subject: "\(module.file):\(path.location.line)",
        why: "`input.\(path.names.joined(separator: "."))` is never there: `\(name)` is no field of the input",
        hint: near ?? "there are \(known.joined(separator: ", "))")
    }
  }

  private static func fault(_ errors: [RegoError], _ files: [String]) -> Fault {
    let texts = errors.map { $0.text(files: files) }
    let more = texts.count > 1 ? "\n" + texts.dropFirst().prefix(20).joined(separator: "\n") : ""
    return Fault("policy-invalid", why: (texts.first ?? "no error was told") + more, hint: "the policy is not in force")
  }
}

/// JSON that has been checked to be an object, as text: numbers stay as they were written.
package struct JSONText: Sendable, Equatable {
  package let bytes: [UInt8]
  /// Of its values, which all sessions share.
  static let maximumMemory = 64 << 20

  package init() { bytes = Array("{}".utf8) }

  package init(_ json: JSON) { bytes = json.object == nil ? Array("{}".utf8) : json.canonical }

  /// Nil for what is no JSON object, or needs too much memory.
  package init?(_ bytes: [UInt8]) {
    guard let document = try? Document(json: bytes, limit: Self.maximumMemory), document.isObject else { return nil }
    self.bytes = bytes
  }
}
