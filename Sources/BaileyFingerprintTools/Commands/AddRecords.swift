internal import ArgumentParser
internal import BaileyCore
internal import BaileyFingerprints
internal import BaileyInspect

struct AddRecords: FingerprintTool {
  static let configuration = CommandConfiguration(
    commandName: "add-records", abstract: "Register a list of records: customers, accounts, patients.",
    discussion: """
      The file has comma-separated values with a line of names (RFC 4180; semicolons and tabs will do, too), or an object of JSON a line. A record is
      found by its cell of the primary column: alone it is a hint, with one more cell of the row within 300 bytes likely, with two certain. White space,
      punctuation and case do not matter. Cells of more than six words or 128 letters, and those that many rows have, are left out.

      EXAMPLES
        bailey fingerprint add-records customers.csv --primary email
        bailey fingerprint add-records people.jsonl --primary ssn --columns name,birthday,city --name people
      """)

  @Argument(help: "A file of at most 256 MiB.", completion: .file(extensions: ["csv", "tsv", "jsonl", "ndjson"]))
  var file: String
  @Option(
    help: ArgumentHelp(
      "The column that tells records apart: 6 letters or more, and hardly two the same.", valueName: "column"))
  var primary: String
  @Option(help: ArgumentHelp("The others that count, with commas between; all unless given.", valueName: "names"))
  var columns: String?
  @Option(help: ArgumentHelp("How findings call the list; the file's name unless given.", valueName: "name"))
  var name: String?
  @OptionGroup var output: OutputOptions

  func execute() throws(Fault) -> Int32 {
    let name = if let name { name } else { try SourceName.of(file) }
    let columns = (columns ?? "").split(separator: ",").map(String.init)
    let source = try RecordFile(file)
    let list = try store.addRecords(name) { (key) throws(Fault) in
      try source.index(name: name, primary: primary, columns: columns, key: key)
    }
    if output.json {
      Output.write([
        "ok": true, "name": .string(name), "kind": "records", "rows": .int(Int64(list.rows)),
        "found_by": .int(Int64(list.count)),
        "columns": .array(list.columns.map { .string($0) }),
      ])
    } else {
      Output.write(
        "registered \(printable(name)): \(list.count) of \(list.rows) rows, \(list.columns.map { printable($0) }.joined(separator: ", "))\n"
      )
    }
    return 0
  }
}
