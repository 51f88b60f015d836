internal import ArgumentParser
internal import BaileyCore
internal import BaileyFingerprints

struct List: FingerprintTool {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "What is registered.",
    discussion: """
      EXAMPLES
        bailey fingerprint list
        bailey fingerprint list --json
      """)

  @OptionGroup var output: OutputOptions

  func execute() throws(Fault) -> Int32 {
    let items = try store.load()?.items ?? []
    if output.json {
      Output.write(["ok": true, "registered": .array(items.map(\.json))])
    } else if items.isEmpty {
      Output.complain("nothing is registered")
    } else {
      for item in items { Output.write(item.line) }
    }
    return 0
  }
}

extension RegisteredItem {
  var json: JSON {
    var members: [String: JSON] = ["name": .string(name), "kind": .string(kind.rawValue), "count": .int(Int64(count))]
    if !columns.isEmpty { members["columns"] = .array(columns.map { .string($0) }) }
    return .object(members)
  }

  fileprivate var line: String {
    let what = kind == .records ? "rows: " + columns.map { printable($0) }.joined(separator: ", ") : "hashes"
    return "\(kind.rawValue)  \(printable(name))  \(count) \(what)\n"
  }
}
