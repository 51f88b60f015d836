package import BaileyCore
internal import BaileyLinux

extension GitStage {
  /// What the commit that was checked out at the start has at these paths, for three-way merges; paths that it has not are left out.
  ///
  /// Unfiltered: where attributes convert line ends or keywords, the working tree's bytes differ, and a merge shows a conflict.
  /// - Parameters:
  ///   - paths: relative to the project.
  ///   - limit: bytes of all contents together; what is beyond is left out too.
  package func baseContents(_ paths: [[UInt8]], limit: Int = 256 << 20) throws(Fault) -> [[UInt8]: [UInt8]] {
    guard let binary else { return [:] }
    var result: [[UInt8]: [UInt8]] = [:]
    for (directory, repository) in baseline.repositories {
      guard let commit = repository.table.resolve(repository.table.head) else { continue }
      let own = paths.filter { owner(of: $0) == directory && !$0.contains(0x0A) }
      if own.isEmpty { continue }
      let quarantine = try GitQuarantine(
        scratch: scratch, binary: binary, target: repository.location.commonDirectory + "/objects",
        digits: commit.utf8.count)
      defer { quarantine.remove() }
      let names = own.map { Array("\(commit):".utf8) + $0.dropFirst(directory.isEmpty ? 0 : directory.count + 1) }
      let said = try quarantine.git.run(
        ["cat-file", "--batch"], repository: quarantine.directory, alternates: [quarantine.target],
        input: Array((names + [[]]).joined(separator: [0x0A])), outputLimit: limit)
      for (path, content) in zip(own, Self.contents(said.output)) {
        if let content { result[path] = content }
      }
    }
    return result
  }

  package func baseContent(_ path: [UInt8]) throws(Fault) -> [UInt8]? { try baseContents([path])[path] }

  /// The deepest repository that holds a path.
  private func owner(of path: [UInt8]) -> [UInt8]? {
    baseline.repositories.keys.filter { $0.isEmpty || path.starts(with: $0 + [UInt8(ascii: "/")]) }
      .max { $0.count < $1.count }
  }

  /// Reads what `git cat-file --batch` writes: `OBJECT blob SIZE`, the bytes, a newline; or a line that ends in another word.
  static func contents(_ output: [UInt8]) -> [[UInt8]?] {
    var result: [[UInt8]?] = []
    var rest = output[...]
    while let end = rest.firstIndex(of: 0x0A) {
      let words = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
      rest = rest[(end + 1)...]
      guard words.count == 3, RefValue.objectName(words[0].utf8) != nil, let size = Int(words[2]), size >= 0
      else {
        result.append(nil)
        continue
      }
      if size >= rest.count { break }
      result.append(words[1] == "blob" ? Array(rest.prefix(size)) : nil)
      rest = rest.dropFirst(size + 1)
    }
    return result
  }
}
