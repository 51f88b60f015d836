import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyWorkspace

/// Two spellings of an accented name are two files, though Swift's strings hold them for equal.
@Suite struct ExactPathTests {
  @Test("A sensitive file beside a masked one of the other spelling is reported")
  func watch() throws {
    let scratch = try Scratch()
    for name in ["\u{e9}.key", "e\u{301}.key"] { try scratch.write("secret", to: name) }
    let reported = Mutex<[[UInt8]]>([])
    let watch = try SensitiveWatch(
      project: scratch.path, patterns: DefaultProfile.sensitive, known: [scratch.path + "/\u{e9}.key"]
    ) { event in
      if case .appeared(let path) = event { reported.withLock { $0.append(Array(path.utf8)) } }
    }
    watch.stop()
    #expect(reported.withLock { $0 } == [Array((scratch.path + "/e\u{301}.key").utf8)])
  }

  @Test("A project is found through directories that begin with a combining mark")
  func project() throws {
    let scratch = try Scratch()
    for name in ["p", "p/.git", "p/\u{301}x", "own", "own/\u{301}x"] { try scratch.directory(name) }
    let finder = ProjectFinder(ownDirectories: [scratch.path + "/own"])
    #expect(try finder.locate(from: scratch.path + "/p/\u{301}x", home: "/home/u").root == scratch.path + "/p")
    #expect(throws: Fault.self) { try finder.locate(from: scratch.path + "/own/\u{301}x", home: "/home/u") }
    #expect(throws: Fault.self) { try finder.locate(from: scratch.path, home: scratch.path + "/p/\u{301}x") }
  }
}
