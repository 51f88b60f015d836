import Testing

/// Files over 600 lines must say in their head why; there are none.
private let maximumLines = 600

@Suite("Sources keep the house style")
struct SourceTests {
  @Test("Unsafe code stands only in files named +Unsafe, and each says why it is safe")
  func unsafeCodeIsConfined() throws {
    for path in try Repository.files(below: "Sources", ending: ".swift") {
      let text = try Repository.text(path)
      if path.hasSuffix("+Unsafe.swift") {
        let saysWhy = text.contains("SAFETY:") || text.contains("SAFETY (whole file):")
        #expect(saysWhy, "\(path) does not say why it is safe")
      } else {
        for word in ["unsafe ", "@unchecked Sendable", "nonisolated(unsafe)", "try!", "as!"] {
          #expect(!code(in: text).contains(word), "\(path) contains \(word)")
        }
      }
    }
  }

  @Test("No file is too long for one sitting")
  func filesAreShort() throws {
    for path in try Repository.files(below: "Sources", ending: "") {
      let count = try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(count <= maximumLines, "\(path) has \(count) lines")
    }
  }

  @Test(
    "Programs are wiring only",
    arguments: ["bailey", "baileyd", "bailey-fingerprint", "bailey-log", "bailey-policy", "bailey-scan"])
  func programsAreWiring(program: String) throws {
    let lines = try Repository.files(below: "Sources/" + program, ending: ".swift").reduce(0) {
      $0 + (try Repository.text($1)).split(separator: "\n").count
    }
    #expect(lines <= 150, "\(program) has \(lines) lines")
  }

  @Test("bailey-jail is one evening's audit")
  func jailIsSmall() throws {
    let lines = try Repository.files(below: "Sources/bailey-jail", ending: ".c").reduce(0) {
      $0 + (try Repository.text($1)).split(separator: "\n").count
    }
    // The aim of the house style is 1,200; serving requests of a running session takes the rest.
    #expect(lines <= 1_200 && lines > 0, "bailey-jail has \(lines) lines")
  }

  @Test("Every target of tests is in a group that runs")
  func targetsAreRun() throws {
    let groups = try Repository.text("scripts/run-tests")
    let targets = try Repository.folders(in: "Tests").filter { $0.hasSuffix("Tests") }
    #expect(targets.count > 20)
    for target in targets { #expect(groups.contains(target), "no group of scripts/run-tests runs \(target)") }
  }

  @Test("No folder or file is a catch-all", arguments: ["Utils", "Helpers", "Manager", "Common", "Extras"])
  func namesSaySomething(word: String) throws {
    for path in try Repository.files(below: "Sources", ending: "") {
      #expect(!path.contains(word), "\(path) is named \(word)")
    }
  }
}

/// The text without its comment lines and string literals' lines that quote other code.
private func code(in text: String) -> String {
  text.split(separator: "\n").filter { !$0.drop(while: { $0 == " " }).hasPrefix("//") }.joined(separator: "\n")
}
