import Testing

@testable import BaileyCore

@Suite("Arguments on record")
struct RecordedArgumentsTests {
  @Test(
    "What looks like a secret is masked, by name or by shape",
    arguments: [
      (["curl", "--token", "abc123"], ["curl", "--token", "[masked]"]),
      (["tool", "--api-key=abc123"], ["tool", "--api-key=[masked]"]),
      (["env", "DB_PASSWORD=x", "run"], ["env", "DB_PASSWORD=[masked]", "run"]),
      (["x", "ghp_0123456789abcdefghij0123456789abcdef"], ["x", "[masked]"]),
      (["git", "clone", "https://user:hunter22@example.com/r.git"], ["git", "clone", "[masked]"]),
    ])
  func masked(arguments: (given: [String], kept: [String])) {
    #expect(recorded(arguments.given) == arguments.kept)
  }

  @Test("Ordinary arguments stay as they are")
  func ordinary() {
    let arguments = ["/bin/sh", "-c", "make -j2 && echo done", "--jobs=4", "a=b"]
    #expect(recorded(arguments) == arguments)
  }
}
