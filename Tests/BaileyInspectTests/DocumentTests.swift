import Testing

@testable import BaileyInspect

@Suite("Documents, bodies and messages")
struct DocumentTests {
  private let line = Array("# settings\nSERVICE_TOKEN = \"AKIAPYCDYBK377OXTZQ6\"\n# end of it\n".utf8)

  private func body(_ name: String) throws -> [UInt8] {
    let text = try #require(bodyCases.first { $0.name == name }?.text)
    return try #require(Base64Text.decode(text.utf8))
  }

  private func declared(_ encodings: String, _ bytes: [UInt8]) throws -> [Finding] {
    var options = InspectionOptions()
    options.encodings = ContentEncoding.read(encodings)
    return try Shared.find(bytes, options)
  }

  @Test("A secret is found in documents and containers as usual tools write them", arguments: documentCases.map(\.name))
  func documents(name: String) throws {
    let text = try #require(documentCases.first { $0.name == name }?.text)
    let found = try Shared.find(try #require(Base64Text.decode(text.utf8)))
    #expect(found.map(\.rule).contains("aws-access-key"), "\(found)")
    #expect(!found.contains { $0.kind == .evasion }, "\(found)")
  }

  /// What was compressed little is read twice: as it came, too.
  private func rules(_ encodings: String, _ bytes: [UInt8]) throws -> Set<String> {
    Set(try declared(encodings, bytes).map(\.rule))
  }

  @Test("A body is read in the encodings that are declared", arguments: bodyCases.map(\.name))
  func bodies(name: String) throws {
    #expect(try rules(name, try body(name)).subtracting(["unknown-encoding"]) == ["aws-access-key"])
  }

  @Test("An encoding that nobody knows, and more than four, are told")
  func unknown() throws {
    #expect(try declared("compress", line).map(\.rule) == ["unknown-encoding", "aws-access-key"])
    #expect(try rules("gzip, exi", try body("gzip")) == ["unknown-encoding", "aws-access-key"])
    #expect(try declared("br, br, br, br, br", []).map(\.rule) == ["unknown-encoding"])
  }

  @Test("A body that is not what was declared, is cut off or goes on behind its end is told, and read as it is")
  func broken() throws {
    for name in ["gzip", "br", "zstd", "deflate"] {
      #expect(try rules(name, line) == ["aws-access-key", "broken-encoding"], "\(name)")
    }
    for name in ["gzip", "br", "zstd", "deflate", "Deflate"] {
      let whole = try body(name)
      #expect(try rules(name, whole.dropLast(1)).contains("broken-encoding"), "\(name)")
      #expect(
        try rules(name, whole + Array("AKIAPYCDYBK377OXTZQ7".utf8)) == ["aws-access-key", "broken-encoding"], "\(name)")
      #expect(try declared(name, []).isEmpty)
    }
  }

  @Test(
    "Messages of permessage-deflate are inflated one by one, with and without what came before",
    arguments: [true, false])
  func messages(takesOver: Bool) throws {
    let inflater = MessageInflater(takesOver: takesOver)
    var texts: [[UInt8]] = []
    for text in takesOver ? messagesWithTakeover : messagesWithoutTakeover {
      var made: [UInt8] = []
      for byte in try #require(Base64Text.decode(text.utf8)) { try inflater.inflate([byte].span) { made.append($0) } }
      try inflater.endMessage { made.append($0) }
      texts.append(made)
    }
    #expect(texts == [Array("the key is".utf8), line, line])
  }

  @Test("A message that is broken, refers to what it must not, or makes too much is refused")
  func badMessages() throws {
    let messages = messagesWithTakeover.compactMap { Base64Text.decode($0.utf8) }
    func failure(_ inflater: MessageInflater, _ messages: [[UInt8]]) -> MessageInflater.Failure? {
      do throws(MessageInflater.Failure) {
        for message in messages {
          try inflater.inflate(message.span) { _ in }
          try inflater.endMessage { _ in }
        }
      } catch { return error }
      return nil
    }
    #expect(failure(MessageInflater(takesOver: true), messages) == nil)
    #expect(failure(MessageInflater(takesOver: false), messages) == .broken)
    #expect(failure(MessageInflater(takesOver: true), [[6, 7, 7]]) == .broken)
    #expect(failure(MessageInflater(takesOver: true, most: 20), messages) == .bomb)
  }

  private static let rest = [UInt8](repeating: 0x41, count: 40)
  private static let letters = "\n\n" + String(repeating: "hQEMA5r7", count: 8) + "\n"

  private static let zipped: [UInt8] = Array("PK".utf8) + [3, 4, 20, 0]
  /// The rest of a local header up to the lengths of the name and of what is extra.
  private static let named: [UInt8] = [UInt8](repeating: 0, count: 16) + [9, 0, 0, 0]
  private static let compoundFile: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
  private static let unreadables: [String: [[UInt8]]] = [
    "encrypted zip": [zipped + [1, 0, 8, 0] + named, zipped + [1, 0, 99, 0] + named],
    "zip": [zipped + [0, 0, 9, 0] + named],
    "7z": [[0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4]], "rar": [Array("Rar!".utf8) + [0x1A, 7, 1, 0]],
    "lz4": [[4, 0x22, 0x4D, 0x18, 0x64, 0x40, 0xA7]], "age": [Array("age-encryption.org/v1\n-> X25519 abc\n".utf8)],
    "pgp or age message": [
      Array("-----BEGIN PGP MESSAGE-----\(letters)".utf8), Array("-----BEGIN AGE ENCRYPTED FILE-----\(letters)".utf8),
    ], "luks": [Array("LUKS".utf8) + [0xBA, 0xBE, 0, 2]],
    "encrypted office document": [compoundFile + rest + "EncryptedPackage".utf8.flatMap { [$0, 0] }],
  ]

  @Test("An archive or a document that cannot be read is told", arguments: unreadables.keys.sorted())
  func unreadable(name: String) throws {
    let archives = Self.unreadables[name, default: []].map { $0 + Self.rest }
    for text in archives + archives.map({ [UInt8](repeating: 0x0A, count: 5000) + $0 }) {
      let found = try Shared.find(text)
      #expect(found.map(\.rule) == ["unreadable-archive"], "\(found)")
      #expect(found.first?.title.hasSuffix(": " + name) == true, "\(found)")
      #expect(found.first?.tier == .likely)
    }
  }

  @Test("A message of OpenPGP without armor is told where a stream begins")
  func message() throws {
    for head: [UInt8] in [[0x85, 1, 0x0C, 3], [0x8C, 0x0D, 4, 9, 3, 8]] {
      #expect(try Shared.find(head + Self.rest).map(\.title).first?.hasSuffix(": pgp message") == true)
      #expect(try Shared.find([0x20] + head + Self.rest).isEmpty)
    }
  }

  @Test("The mark of zip in a program is no archive")
  func constant() throws {
    #expect(try Shared.find(Self.zipped + [1, 0, 8, 0] + Self.rest).isEmpty)
  }

  @Test("An encrypted PDF is told")
  func encryptedPDF() throws {
    let found = try Shared.find(try #require(Base64Text.decode(encryptedDocuments[0].utf8)))
    #expect(found.map(\.title) == ["An archive or document that cannot be read: encrypted pdf"])
  }

  @Test(
    "Words about archives are none",
    arguments: [
      "-----BEGIN PGP MESSAGE----- stands before it", "a file of age-encryption.org/v1",
      "the key /Encrypt 5 0 R of PDF",
      "Rar! said he", "a stream\nof words >>\nstream\nof words",
    ])
  func words(text: String) throws {
    #expect(try Shared.find(text).isEmpty)
  }

  @Test("What asks for more memory than there is to give stays closed, and is told")
  func window() throws {
    // A frame of zstd with a window of 2 GiB.
    let found = try Shared.find([0x28, 0xB5, 0x2F, 0xFD, 0, 0xA8] + [UInt8](repeating: 0, count: 40))
    #expect(found.map(\.title) == ["An archive or document that cannot be read: zstd"])
  }
}
