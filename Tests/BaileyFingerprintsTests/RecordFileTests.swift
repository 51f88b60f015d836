import BaileyCore
import BaileyInspect
import Testing

@testable import BaileyFingerprints

@Suite("Files of records")
struct RecordFileTests {
  private func rows(_ text: String) throws(RowIssue) -> [[String]] {
    var reader = CSVReader(Array(text.utf8))
    var rows: [[String]] = []
    while let row = try reader.next() { rows.append(row.map { String(decoding: $0, as: UTF8.self) }) }
    return rows
  }

  @Test("Comma-separated values are read as RFC 4180 has them")
  func values() throws {
    #expect(try rows("a,b\r\n1,2\r\n") == [["a", "b"], ["1", "2"]])
    #expect(try rows("\u{FEFF}a,b\n\"x, \"\"y\"\"\n z\",\n\n") == [["a", "b"], ["x, \"y\"\n z", ""]])
    #expect(try rows("a;b\n1,5;2") == [["a", "b"], ["1,5", "2"]])
    #expect(try rows("a\tb\n\"\"\tc") == [["a", "b"], ["", "c"]])
    #expect(try rows("") == [])
  }

  @Test(
    "What is no such file is refused with its place",
    arguments: [
      ("a,b\n1,\"x", 2, 3), ("a,b\n1,\"x\"y\n", 2, 6), ("a,b\n1,x\"y\n", 2, 4), ("a,b\n1,\0\n", 2, 3),
      ("a,b\r1,2\n", 1, 4),
      ("a,b\n\"\n\n\n\",\"\0\"", 5, 4),
    ])
  func refused(text: String, line: Int, column: Int) {
    #expect { try rows(text) } throws: { ($0 as? RowIssue).map { [$0.line, $0.column] } == [line, column] }
  }

  @Test("Cells and rows beyond the limits are refused")
  func limits() {
    let long = String(repeating: "x", count: CSVReader.longestCell + 1)
    for text in [long, "\"" + long + "\"", String(repeating: ",", count: 2000)] {
      #expect(throws: RowIssue.self) { try rows(text) }
    }
  }

  private let key = SipHash(low: 1, high: 2)

  private func fault(_ text: String, primary: String = "mail", columns: [String] = []) -> Fault? {
    do throws(Fault) {
      _ = try RecordFile("f", bytes: Array(text.utf8)).index(name: "n", primary: primary, columns: columns, key: key)
      return nil
    } catch { return error }
  }

  private let body = (0..<30).map { "\($0),person\($0)@a.net,Name\($0)" }.joined(separator: "\n")

  @Test("Columns are chosen by name, and rows of another length are refused with their line")
  func columns() throws {
    let file = RecordFile("f", bytes: Array(("id,mail,name\n" + body).utf8))
    #expect(try file.index(name: "n", primary: "mail", columns: [], key: key).columns == ["mail", "id", "name"])
    #expect(try file.index(name: "n", primary: "mail", columns: ["name"], key: key).columns == ["mail", "name"])
    #expect(fault("id,mail,name\n" + body, primary: "e-mail")?.code == "records-column-unknown")
    #expect(fault("id,mail,name\n" + body, columns: ["x"])?.code == "records-column-unknown")
    #expect(fault("id,mail,mail\n" + body)?.code == "records-file-invalid")
    #expect(fault("id,mail,name\n" + body + "\n1,2\n")?.subject == "f:32:1")
    #expect(fault("id,mail,name\n1,a@b.net,c")?.code == "records-primary")
    #expect(fault("")?.code == "records-file-invalid")
  }

  @Test("An object of JSON a line is read, and what is none is refused with its line")
  func objects() throws {
    let lines = (0..<30).map {
      "{\"mail\": \"person\($0)@a.net\", \"age\": \($0 + 100), \"tags\": [1], \"name\": null}"
    }
    let file = RecordFile("f", bytes: Array(lines.joined(separator: "\r\n").utf8))
    let index = try file.index(name: "n", primary: "mail", columns: [], key: key)
    #expect(index.columns == ["mail", "age", "name", "tags"] && index.count == 30)
    #expect(fault(lines[0] + "\n[1]")?.subject == "f:2:1")
    #expect(fault(lines[0] + "\n\n{\"mail\": 1.5}")?.subject == "f:3:1")
    #expect(fault(lines[0] + "\n{\"mail\": \"a\", \"mail\": \"b\"}")?.code == "records-file-invalid")
    #expect(fault(lines[0] + "\n{\"mail")?.code == "records-file-invalid")
  }

  @Test("No bytes bring the reader down")
  func anything() {
    var numbers = SystemRandomNumberGenerator()
    let signs = Array("a,\"\r\n;\t\0{}[]:1\u{FF}".utf8)
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0..<60, using: &numbers)).map { _ in signs.randomElement(using: &numbers) ?? 0 }
      let made = try? RecordFile("f", bytes: bytes).index(name: "n", primary: "a", columns: [], key: key)
      #expect(made == nil, "sixty bytes are never enough")
    }
  }
}
