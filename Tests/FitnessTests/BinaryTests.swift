import Testing

@Suite("Binaries are what the design says")
struct BinaryTests {
  @Test("bailey-jail is static and under 1 MB")
  func jailIsStatic() throws {
    let bytes = try Repository.builtProgram("bailey-jail")
    #expect(bytes.count < 1 << 20, "\(bytes.count) bytes")
    let types = try #require(ELF.segmentTypes(bytes))
    #expect(types.contains(ELF.load))
    #expect(!types.contains(ELF.interpreter) && !types.contains(ELF.dynamic))
  }

  @Test("The command line does not load the whole of Foundation")
  func commandLineIsLight() throws {
    let bytes = try Repository.builtProgram("bailey")
    #expect(ELF.segmentTypes(bytes)?.contains(ELF.load) == true)
    for library in ["libFoundation.so", "libFoundationInternationalization.so", "lib_FoundationICU.so"] {
      #expect(!contains(bytes, library), "bailey needs \(library)")
    }
  }

  @Test("No source imports Foundation")
  func noFoundation() throws {
    for path in try Repository.files(below: "Sources", ending: ".swift") {
      #expect(!imports(in: try Repository.text(path)).contains("Foundation"), "\(path) imports Foundation")
    }
  }

  /// A needed library stands by its name in the table of dynamic strings.
  private func contains(_ bytes: [UInt8], _ text: String) -> Bool {
    let wanted = Array(text.utf8) + [0]
    var start = 0
    while let at = bytes[start...].firstIndex(of: wanted[0]) {
      if bytes[at...].starts(with: wanted) { return true }
      start = at + 1
    }
    return false
  }
}

/// The program headers of a 64-bit little-endian file (elf(5)).
private enum ELF {
  static let load: UInt64 = 1
  static let dynamic: UInt64 = 2
  static let interpreter: UInt64 = 3

  static func segmentTypes(_ bytes: [UInt8]) -> [UInt64]? {
    guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), let offset = number(bytes, at: 32, 8),
      let size = number(bytes, at: 54, 2), let count = number(bytes, at: 56, 2)
    else { return nil }
    let types = (0..<count).map { number(bytes, at: Int(clamping: offset &+ $0 &* size), 4) }
    return types.contains(nil) ? nil : types.compactMap(\.self)
  }

  private static func number(_ bytes: [UInt8], at offset: Int, _ size: Int) -> UInt64? {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    return bytes[offset..<(offset + size)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
