import BaileyCore
import Testing

@testable import BaileyWorkspace

@Suite("Values in files of variables")
struct DotEnvTests {
  private func values(_ text: String) -> [String] {
    DotEnv(Array(text.utf8)).secrets.map { "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))" }
  }

  @Test(
    "Each way to write a value is read",
    arguments: [
      ("API_KEY=abc12345", ["API_KEY=abc12345"]),
      ("export API_KEY = 'abc 12345' # why", ["API_KEY=abc 12345"]),
      ("\u{FEFF}API_KEY: abc12345\r\nB_TOKEN=x\r\n", ["API_KEY=abc12345", "B_TOKEN=x"]),
      ("API_KEY=abc 12345 # why", ["API_KEY=abc 12345 # why", "API_KEY=abc 12345"]),
      ("A_KEY=\"one\ntwo\\n\"\nB_KEY=b", ["A_KEY=one\ntwo\\n", "A_KEY=one\ntwo\n", "B_KEY=b"]),
      ("DB=postgres://u:s3cretpw@h/d", ["DB=postgres://u:s3cretpw@h/d", "DB=s3cretpw"]),
      ("ID=q7Xr2Lm9Zt4Vb8Ns1", ["ID=q7Xr2Lm9Zt4Vb8Ns1"]),
      ("HOST=db.example.com\nPORT=5432\n# OLD_KEY=abc\n\nEMPTY=", []),
    ])
  func read(text: String, found: [String]) { #expect(values(text) == found) }

  @Test("Lines that set nothing are counted, and what follows them is read")
  func strange() {
    let file = DotEnv(Array("what is this\n=x\nAPI_KEY=\"no end\nB_KEY=second\n\u{0}\u{1}".utf8))
    #expect(file.strange == 4)
    #expect(file.secrets.map(\.name) == ["API_KEY", "B_KEY"])
  }

  @Test("No bytes bring the reader down, and it reads each")
  func bytes() {
    var generator = SystemRandomNumberGenerator()
    let letters = Array("AK_=:\"'`\\#\n\r \texport\u{0}".utf8) + [0xFF]
    for _ in 0..<2000 {
      let text = (0..<40).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
      let rest = Array("'\"`\nZ_KEY=lastvalue\n".utf8)
      #expect(DotEnv(text + rest).secrets.count <= 120)
    }
  }
}
