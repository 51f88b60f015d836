import BaileyCore
import BaileyPolicy
import BaileyTestSupport
import Testing

/// Bounded and repeatable: the seeds of Fuzz/manifest with a few bytes changed, doubled, cut or joined.
@Suite struct ManifestFuzzTests {
  @Test("A mutated manifest is read or refused with a place in the file, and never ends the process", arguments: 0..<4)
  func mutations(part: Int) throws {
    let directory = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Fuzz/manifest/corpus"
    let seeds = try entries(directory).filter { !$0.hasPrefix(".") }.sorted().map {
      Array(try contents("\(directory)/\($0)").utf8)
    }
    try #require(seeds.count >= 3)
    var random = Random(seed: UInt64(part))
    for _ in 0..<1500 {
      let bytes = mutate(seeds, &random)
      do {
        let document = try ManifestReader.read(bytes, file: "f", home: "/h")
        #expect(document.manifest.files.allSatisfy { !$0.path.split(separator: "/").contains("..") })
        #expect(try JSON.parse(document.canonicalForm.canonical) == document.canonicalForm)
      } catch let error as ManifestIssues {
        #expect(!error.issues.isEmpty)
        #expect(error.issues.allSatisfy { $0.source.line >= 1 && $0.source.column >= 1 })
      }
    }
  }

  private func mutate(_ seeds: [[UInt8]], _ random: inout Random) -> [UInt8] {
    var bytes = seeds[random.below(seeds.count)]
    for _ in 0..<(1 + random.below(6)) where !bytes.isEmpty {
      let index = random.below(bytes.count)
      switch random.below(6) {
      case 0: bytes[index] = UInt8(random.below(256))
      case 1: bytes[index] = tokens[random.below(tokens.count)]
      case 2: bytes.remove(at: index)
      case 3: bytes.insert(tokens[random.below(tokens.count)], at: index)
      case 4:
        bytes.insert(
          contentsOf: bytes[index..<min(bytes.count, index + random.below(40))], at: random.below(bytes.count))
      default: bytes += seeds[random.below(seeds.count)].dropFirst(index)
      }
    }
    return bytes
  }

  private let tokens = Array("[]{}:,-?&*!|>'\"%@`#~\n\t \0\\.<=1aé\u{2028}\u{FEFF}".utf8)
}

/// splitmix64.
private struct Random {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }
}
