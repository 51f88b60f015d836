/// The packages below `lib` that Bailey brings along: those that modules name and do not declare themselves.
package enum PolicyLibrary {
  package static var names: [String] { LibraryTexts.texts.keys.sorted() }

  /// What reasons and errors call the file of a package.
  package static func file(_ name: String) -> String { prefix + name }

  package static let prefix = "library:"

  package static func text(_ name: String) -> [UInt8]? { LibraryTexts.texts[name].map { Array($0.utf8) } }

  /// The names of the packages that these modules need, and those that they need in turn.
  ///
  /// Found in the text, so that a module that does not parse needs nothing; a name in a comment costs no more than compiling one.
  package static func needed(by modules: [[UInt8]]) -> [String] {
    var declared: Set<String> = []
    var wanted: Set<String> = []
    for module in modules {
      declared.formUnion(mentions(after: "package lib.", in: module))
      wanted.formUnion(mentions(after: "data.lib.", in: module))
      if namesAll(module) { wanted.formUnion(names) }
    }
    var found: Set<String> = []
    while let name = wanted.subtracting(found).subtracting(declared).first(where: { LibraryTexts.texts[$0] != nil }) {
      found.insert(name)
      wanted.formUnion(mentions(after: "data.lib.", in: text(name) ?? []))
    }
    return found.sorted()
  }

  /// `import data.lib`: then any of them may follow.
  private static func namesAll(_ module: [UInt8]) -> Bool {
    module.ranges(of: Array("data.lib".utf8)).contains { range in
      guard range.upperBound < module.count else { return true }
      let next = module[range.upperBound]
      return next != UInt8(ascii: ".") && !isIdentifier(next)
    }
  }

  private static func mentions(after words: String, in module: [UInt8]) -> Set<String> {
    Set(
      module.ranges(of: Array(words.utf8)).map { range in
        String(decoding: module[range.upperBound...].prefix(while: isIdentifier), as: UTF8.self)
      })
  }

  private static func isIdentifier(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
    default: false
    }
  }
}

extension RegoPolicy.Module {
  static func library(for modules: [Self]) -> [Self] {
    PolicyLibrary.needed(by: modules.map(\.text)).compactMap { name in
      PolicyLibrary.text(name).map { Self(file: PolicyLibrary.file(name), text: $0) }
    }
  }
}
