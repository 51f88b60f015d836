import BaileyCore
import BaileyLinux
import Testing

@testable import BaileySandbox

@Suite("The supervisor's reading of a connect")
struct SuperviseTests {
  @Test("The socket's own family decides, not the one the address claims")
  func domain() {
    let unix: [UInt8] = [1, 0] + Array("/x".utf8) + [0]
    #expect(ConnectTarget(domain: 1, address: unix) == .path(Array("/x".utf8)))
    #expect(ConnectTarget(domain: 2, address: unix) == .network(unix))
    #expect(ConnectTarget(domain: 1, address: [2, 0, 0, 80, 127, 0, 0, 1]) == .refused(.invalid))
    #expect(ConnectTarget(domain: 40, address: unix) == .refused(.accessDenied))
  }

  @Test("A path ends at its first NUL, an abstract name does not")
  func names() {
    #expect(ConnectTarget(domain: 1, address: [1, 0, 0x2F, 0x61, 0, 0x62]) == .path([0x2F, 0x61]))
    let abstract: [UInt8] = [1, 0, 0, 0x61, 0, 0x62]
    #expect(ConnectTarget(domain: 1, address: abstract) == .abstract(abstract))
  }

  @Test("Too short and too long addresses are refused", arguments: [0, 1, 2, 111, 129])
  func lengths(_ count: Int) {
    let address = [UInt8]([1, 0]).prefix(count) + [UInt8](repeating: 0x61, count: max(0, count - 2))
    #expect(ConnectTarget(domain: 1, address: Array(address)) == .refused(.invalid))
  }

  @Test("An unconnect of an internet socket passes as it is")
  func disconnect() {
    let address = [UInt8](repeating: 0, count: 16)
    #expect(ConnectTarget(domain: 2, address: address) == .network(address))
  }

  @Test("A mount is found by its number and its escapes are undone")
  func mountinfo() {
    let text = Array(
      """
      31 1 0:26 / / rw - tmpfs none rw
      310 31 0:27 / /home/a\\040b rw - tmpfs none rw
      32 31 0:28 / /tmp rw
      bad
      """.utf8)
    #expect(SocketPlaces.mountPoint(of: 310, mountinfo: text) == "/home/a b")
    #expect(SocketPlaces.mountPoint(of: 31, mountinfo: text) == "/")
    #expect(SocketPlaces.mountPoint(of: 3, mountinfo: text) == nil)
    #expect(SocketPlaces.mountPoint(of: 33, mountinfo: []) == nil)
  }

  @Test("A direct workspace is no place for sockets, a staged one is")
  func places() {
    let project = PlanFixture.project
    #expect(SocketPlaces(PlanFixture.request()).mountPoints.contains(ExactText(project)))
    let direct = PlanFixture.request(layers: .bind(path: project, source: project, readOnly: false))
    #expect(!SocketPlaces(direct).mountPoints.contains(ExactText(project)))
  }

  @Test("A place of the other spelling is no place for sockets")
  func spellings() {
    var request = PlanFixture.request()
    request.workspace = .overlay(path: "/srv/caf\u{e9}", lower: "/l", upper: "/u", work: "/w")
    let places = SocketPlaces(request).mountPoints
    #expect(places.contains(ExactText("/srv/caf\u{e9}")) && !places.contains(ExactText("/srv/cafe\u{301}")))
  }

  @Test("Every notified call can be read, and nothing else is expected")
  func notifiedCalls() throws {
    var notified: Set<UInt32> = [2, 85, 257]
    for (number, verdict) in try SystemCallFilter.verdicts() where verdict == .notify { notified.insert(number) }
    #expect(Set(NotifiedCall.byNumber.keys) == notified)
    #expect(NotifiedCall.byNumber.count == NotifiedCall.byName.count)
  }
}

extension SuperviseTests {
  @Test(
    "A rename is made good where the project's own directory moves within the project, and nowhere else",
    arguments: [
      ("/a", "/b", 0, true), ("/a", "/deep/b", 1, true), ("/deep/../a/", "/b", 0, true), ("/a", "/b", 2, false),
      ("/a", "/a/b", 0, false), ("/file", "/b", 0, false), ("/link", "/b", 0, false), ("/link/in", "/b", 0, false),
      ("/missing", "/b", 0, false), ("", "/b", 0, false), ("/../other", "/b", 0, false), ("/a", "/../b", 0, false),
    ])
  func renames(from: String, to: String, flags: UInt64, isOurs: Bool) throws {
    let root = try Descriptor.makeTemporaryDirectory(prefix: "/tmp/bailey-rename-")
    defer { try? Descriptor.open("/tmp", [.readOnly, .directory]).removeTree(String(root.dropFirst(5))) }
    for path in ["/other", "/lower/a", "/lower/deep", "/outside/in"] { try Descriptor.makeDirectories(root + path) }
    try Descriptor.open(root + "/lower/file", [.writeOnly, .create]).writeAll("x")
    try Descriptor.workingDirectory.symlink(target: "../outside", at: root + "/lower/link")
    let layers = WorkspaceLayers.overlay(path: "/p/q", lower: root + "/lower", upper: "/u", work: "/w")
    let renames = try #require(StagedRename(layers))
    #expect(renames.concerns(from: "/p/q" + from, to: "/p/q" + to, flags: flags) == isOurs)
    #expect(StagedRename(.bind(path: "/p/q", source: root + "/lower", readOnly: false)) == nil)
  }
}
