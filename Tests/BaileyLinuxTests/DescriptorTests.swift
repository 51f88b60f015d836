import BaileyLinux
import BaileyTestSupport
import Testing

@Suite("Descriptors")
final class DescriptorTests {
  let scratch: Scratch
  let directory: Descriptor

  init() throws {
    scratch = try Scratch()
    directory = try Descriptor.open(scratch.path, [.path, .directory])
    try scratch.directory("inner")
    try scratch.write("a", to: "a")
    try scratch.write("b", to: "b")
    try directory.symlink(target: "/etc", at: "out")
    try directory.symlink(target: "inner", at: "in")
  }

  @Test("A link on the way is ELOOP without links, also one that stays inside", arguments: ["out/hosts", "in", "in/x"])
  func noLinks(path: String) {
    #expect(throws: Errno.tooManyLinks) { _ = try directory.open(path, .path, resolve: .noSymlinks) }
  }

  @Test("Beneath refuses every way out", arguments: ["..", "../x", "/etc/hosts", "out/hosts", "inner/../../x"])
  func beneath(path: String) {
    #expect(throws: Errno.crossDevice) { _ = try directory.open(path, .path, resolve: .beneath) }
  }

  @Test("As a root, the anchor keeps absolute paths and parents inside")
  func inRoot() throws {
    let file = try directory.open("/../../a", .readOnly, resolve: .inRoot)
    #expect(try file.readAll(limit: 10) == Array("a".utf8))
    #expect(throws: Errno.noSuchFile) { _ = try directory.open("out/hosts", .path, resolve: .inRoot) }
  }

  @Test("Magic links are refused where they are named")
  func magicLinks() {
    #expect(throws: Errno.tooManyLinks) {
      _ = try Descriptor.workingDirectory.open("/proc/self/root/etc", .path, resolve: .noMagicLinks)
    }
  }

  @Test("Rename keeps, replaces or exchanges, as it is told")
  func renames() throws {
    #expect(throws: Errno.exists) { try directory.rename("a", to: "b", .keepExisting) }
    #expect(try scratch.read("b") == "b")
    try directory.rename("a", to: "b", .exchange)
    #expect(try scratch.read("a") == "b")
    #expect(try scratch.read("b") == "a")
    try directory.rename("a", to: "b")
    #expect(try scratch.read("b") == "b")
    #expect(!scratch.exists("a"))
  }

  @Test("A path with a NUL is refused and not cut short")
  func nul() {
    #expect(throws: Errno.invalid) { _ = try directory.open("a\0b") }
  }

  @Test("Sealed memory cannot be written, grown or cut")
  func seals() throws {
    let memory = try Descriptor.sealedMemory("test", Array("fixed".utf8))
    #expect(throws: Errno.notPermitted) { try memory.writeAll("other") }
    #expect(try memory.readAll(limit: 100) == Array("fixed".utf8))
  }

  @Test("A lock excludes another description of the file, and goes with its holder")
  func locks() throws {
    let second = try Descriptor.open(scratch.path + "/a", .readWrite)
    do {
      let first = try Descriptor.open(scratch.path + "/a", .readWrite)
      try first.lock(.exclusive)
      #expect(throws: Errno.tryAgain) { try second.lock(.exclusive) }
      #expect(throws: Errno.tryAgain) { try second.lock(.shared) }
    }
    // A child that another test is just spawning holds a copy until its exec, so this waits.
    try second.lock(.exclusive, wait: true)
    try second.unlock()
  }

  @Test("A duplicate is close-on-exec")
  func closeOnExec() throws {
    let copy = try directory.duplicate()
    let text = String(
      decoding: try Descriptor.open("/proc/self/fdinfo/\(copy.raw)").readAll(limit: 4096), as: UTF8.self)
    let flags = try #require(text.split(separator: "\n").first { $0.hasPrefix("flags:") }?.split(separator: "\t").last)
    #expect(try #require(Int(flags, radix: 8)) & 0o2000000 != 0)
  }
}

@Suite("Messages and threads")
struct MessageTests {
  @Test("Descriptors travel with a message and name the same file")
  func descriptors() throws {
    let (left, right) = try Descriptor.socketPair(.packet).take()
    let sender = Descriptor(owning: left)
    let receiver = Descriptor(owning: right)
    let memory = try Descriptor.sealedMemory("test", Array("carried".utf8))
    try sender.send([1, 2], descriptors: [memory.raw])
    let message = try receiver.receive(upTo: 16, descriptors: 4)
    #expect(message.bytes == [1, 2])
    #expect(!message.isTruncated)
    let received = Descriptor(owning: try #require(message.descriptors.first))
    #expect(message.descriptors.count == 1)
    #expect(try received.readAll(limit: 100) == Array("carried".utf8))
  }

  @Test("A message that does not fit is told as truncated", arguments: [(2, 4), (16, 0)])
  func truncated(bytes: Int, room: Int) throws {
    let (left, right) = try Descriptor.socketPair(.packet).take()
    let sender = Descriptor(owning: left)
    let receiver = Descriptor(owning: right)
    try sender.send([1, 2, 3, 4], descriptors: [sender.raw])
    let message = try receiver.receive(upTo: bytes, descriptors: room)
    #expect(message.isTruncated)
    #expect(message.bytes.count <= bytes)
    #expect(message.descriptors.count <= room)
    for number in message.descriptors { _ = Descriptor(owning: number) }
  }

  @Test("The end of a peer is a message without bytes")
  func end() throws {
    let (left, right) = try Descriptor.socketPair(.packet).take()
    _ = Descriptor(owning: left)
    let message = try Descriptor(owning: right).receive(upTo: 16)
    #expect(message.bytes.isEmpty && message.descriptors.isEmpty && !message.isTruncated)
  }

  @Test("A thread runs its body under its own name")
  func thread() throws {
    let (left, right) = try Descriptor.pipe().take()
    let reader = Descriptor(owning: left)
    try startThread("bailey-test") {
      let writer = Descriptor(owning: right)
      if let comm = try? Descriptor.open("/proc/thread-self/comm"), let name = try? comm.readAll(limit: 64) {
        try? writer.writeAll(String(decoding: name, as: UTF8.self))
      }
    }
    #expect(try reader.readAll(limit: 64) == Array("bailey-test\n".utf8))
  }
}
