import BaileyCore

/// The members of a JSON package file that make its package manager start programs.
struct PackageFile {
  let keys: [String]
  /// Of the `scripts` member, only these; `nil` is all of them.
  let scripts: Set<String>?

  /// In `node_modules` only what an install runs counts: every dependency carries its author's own test scripts.
  static func npm(inDependencies: Bool) -> PackageFile {
    let lifecycle: Set<String> = [
      "preinstall", "install", "postinstall", "prepare", "preprepare", "postprepare", "prepublish", "dependencies",
    ]
    if inDependencies { return PackageFile(keys: ["gypfile"], scripts: lifecycle) }
    return PackageFile(
      keys: [
        "gypfile", "husky", "lint-staged", "simple-git-hooks", "pre-commit", "pre-push", "packageManager", "devEngines",
        "trustedDependencies", "pnpm",
      ], scripts: nil)
  }

  static let composer = PackageFile(keys: ["scripts", "plugins"], scripts: [])
  static let deno = PackageFile(keys: ["tasks"], scripts: [])

  /// Whether the two states differ in those members; a file that does not parse as a JSON object differs.
  func changed(_ old: [UInt8]?, _ new: [UInt8]?) -> Bool {
    guard let new, let after = members(new) else { return true }
    guard let old else { return after != [:] }
    guard let before = members(old) else { return true }
    return before != after
  }

  private func members(_ bytes: [UInt8]) -> [String: JSON]? {
    guard let file = try? JSON.parse(bytes, maximumBytes: 4 << 20), let object = file.object else { return nil }
    var result = object.filter { keys.contains($0.key) }
    if let all = object["scripts"] {
      guard let commands = all.object else { return nil }
      for (name, command) in commands where scripts?.contains(name) ?? true { result["scripts/" + name] = command }
    }
    return result
  }
}

/// The tables of a TOML file, told apart by their headers. No TOML parser: a comparison of lines can only say "changed" too often.
enum TOMLSections {
  static func changed(_ tables: Set<String>, _ old: [UInt8]?, _ new: [UInt8]?) -> Bool {
    guard let new else { return true }
    return lines(of: tables, in: old ?? []) != lines(of: tables, in: new)
  }

  /// Whether `build = …` of Cargo's `[package]` table differs; it names the script that runs before a compile.
  static func buildKey(_ old: [UInt8]?, _ new: [UInt8]?) -> Bool {
    guard let new else { return true }
    func build(_ bytes: [UInt8]) -> [String] {
      text(bytes).split(whereSeparator: \.isNewline).map { $0.filter { !$0.isWhitespace } }
        .filter {
          $0.hasPrefix("build=") || $0.hasPrefix("\"build\"=") || $0.hasPrefix("'build'=")
            || $0.hasPrefix("package.build=")
        }
    }
    return build(old ?? []) != build(new)
  }

  private static func lines(of tables: Set<String>, in bytes: [UInt8]) -> [String] {
    var result: [String] = []
    var isInside = false
    for line in text(bytes).split(whereSeparator: \.isNewline) {
      let bare = line.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
      if bare.hasPrefix("[") {
        let name = bare.drop { $0 == "[" }.prefix { $0 != "]" }
        isInside = tables.contains { name == $0 || name.hasPrefix($0 + ".") }
      }
      let isDotted = tables.contains { bare.hasPrefix($0 + ".") || bare.hasPrefix($0 + "=") }
      if isInside || isDotted, !bare.isEmpty, !bare.hasPrefix("#") { result.append(bare) }
    }
    return result
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
