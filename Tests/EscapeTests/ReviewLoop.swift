import BaileyTestSupport
import Testing

/// diff, apply, discard and undo from end to end, with what an agent and a busy person can make hard for them.
@Suite("Reviewing a session", .serialized)
struct ReviewLoop {
  let walls: Walls

  init() throws { walls = try Walls() }

  /// A newline, a byte that is not UTF-8, 255 bytes, an option; `$long` is the third.
  private static let names = """
    long=$(printf '%0255d' 0); raw=$(printf 'raw\\377'); line=$(printf 'new\\nline')
    """

  @Test("Odd names go through diff, apply, undo and discard, named by their bytes")
  func names() throws {
    _ = try walls.run(Self.names + "; for n in \"$long\" \"$raw\" \"$line\" ./-rf; do echo x > \"$n\"; done")
    let shown = try walls.bailey(["diff", "--name-only"]).output
    #expect(
      shown.split(separator: "\n") == ["-rf", "\(String(repeating: "0", count: 255))", "new\\u{a}line", "raw\\x{ff}"])
    #expect(try walls.bailey(["diff", "--json"]).output.contains(#""path":{"base64":"cmF3/w=="}"#))
    let one = try walls.outside(Self.names + "; $BAILEY apply --yes --path \"$raw\" && cat \"$raw\" && ls | wc -l")
    #expect(one.status == 0 && one.output.hasSuffix("x\n2\n"), "\(one)")
    let rest = try walls.outside(
      Self.names + "; $BAILEY apply --yes && for n in \"$long\" \"$raw\" \"$line\" ./-rf; do cat \"$n\"; done | wc -l")
    #expect(rest.status == 0 && rest.output.hasSuffix("4\n"), "\(rest)")
    #expect(try walls.outside("$BAILEY undo && $BAILEY undo && ls").output.hasSuffix("README\n"))
    let dropped = try walls.outside(
      Self.names + "; $BAILEY discard --yes --path=\"$raw\" --path \"$line\" && $BAILEY diff --name-only")
    #expect(dropped.status == 0 && dropped.output.split(separator: "\n").count == 2, "\(dropped)")
    #expect(try walls.outside("$BAILEY discard --yes && $BAILEY diff --name-only").output == "")
  }

  @Test("Four applies, undos and discards at once leave the project whole, and the log verifies")
  func atOnce() throws {
    _ = try walls.run("for i in $(seq 100); do echo agent > f$i; done")
    for verb in ["apply --yes", "undo", "apply --yes", "discard --yes"] {
      let result = try walls.outside(
        "for i in 1 2 3 4; do { $BAILEY \(verb); echo \"code $?\"; } & done; wait")
      let codes = result.output.split(separator: "\n").filter { $0.hasPrefix("code ") }
      #expect(codes.count == 4 && codes.contains("code 0"), "\(result)")
      // Too late is: nothing left to do, moved since it was shown, or busy.
      #expect(codes.allSatisfy { ["code 0", "code 1", "code 5"].contains($0) }, "\(result)")
      let files = try walls.outside("ls f* 2>/dev/null | wc -l").output
      #expect(files == (verb == "undo" ? "0\n" : "100\n"))
    }
    #expect(try walls.bailey(["log", "verify"]).status == 0)
  }

  @Test("A direct session is refused with a hint by diff, apply and undo")
  func direct() throws {
    #expect(try walls.run("echo x > f", ["--workspace", "direct"]).status == 0)
    for command in [["diff"], ["apply", "--yes"], ["undo"], ["discard", "--yes"]] {
      let result = try walls.bailey(command)
      #expect(
        result.status == 1 && result.errors.contains("[workspace-direct]") && result.errors.contains("hint: git diff"))
    }
    #expect(try walls.outside("cat f").output == "x\n")
  }
}

@Suite("Homes and states behind links")
struct LinkedPlaces {
  @Test("A home, state, configuration and runtime directory below a symbolic link serve as any other")
  func linked() throws {
    let walls = try Walls(linked: true)
    let result = try walls.run("echo x > f; cd && pwd && touch mark")
    #expect(result.status == 0, "\(result)")
    #expect(try walls.run("cd && ls mark").status == 0)
    #expect(try walls.run("cat \(walls.home)/.ssh/id_ed25519").status != 0)
    #expect(try walls.run("cat \(walls.scratch.path)/home/.ssh/id_ed25519").status != 0)
    #expect(try walls.run("echo x > f").status == 0)
    #expect(try walls.bailey(["apply", "--yes"]).status == 0)
    #expect(try walls.bailey(["undo"]).status == 0)
    #expect(try walls.bailey(["log", "verify"]).status == 0)
  }
}
