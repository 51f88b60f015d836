/// Labels `executable` what a machine or a shell would run, by its first bytes, whatever its type is said to be.
///
/// ELF, PE, Mach-O, class files of Java, WebAssembly, and scripts with `#!`. What is in archives is not seen.
final class ExecutableLabeller: ContentLabeller {
  static let label = "executable"
  /// PE says at 0x3C where its mark is; one behind this many bytes is none that is seen in practice.
  private static let longest = 4096

  private var head: [UInt8] = []
  private var isDone = false

  func feed(_ bytes: Span<UInt8>) -> Set<String> {
    if isDone { return [] }
    for index in bytes.indices where head.count < Self.longest { head.append(bytes[index]) }
    switch Self.verdict(head) {
    case true?:
      isDone = true
      return [Self.label]
    case false?: isDone = true
    case nil: break
    }
    return []
  }

  func finish() -> Set<String> { [] }

  private static let marks: [[UInt8]] = [
    [0x7F, 0x45, 0x4C, 0x46], [0xFE, 0xED, 0xFA, 0xCE], [0xFE, 0xED, 0xFA, 0xCF], [0xCE, 0xFA, 0xED, 0xFE],
    [0xCF, 0xFA, 0xED, 0xFE], [0xCA, 0xFE, 0xBA, 0xBE], [0xCA, 0xFE, 0xBA, 0xBF], [0x00, 0x61, 0x73, 0x6D],
  ]

  /// `nil` while more is needed.
  private static func verdict(_ head: [UInt8]) -> Bool? {
    if head.count < 4 { return nil }
    if marks.contains(where: head.starts(with:)) { return true }
    if head.starts(with: [0x23, 0x21]) {
      guard let first = head.dropFirst(2).first(where: { $0 != 0x20 && $0 != 0x09 }) else {
        return head.count < longest ? nil : false
      }
      return first == 0x2F
    }
    guard head.starts(with: [0x4D, 0x5A]) else { return false }
    guard head.count >= 0x40 else { return nil }
    let place = (0..<4).reduce(0) { $0 | Int(head[0x3C + $1]) << (8 * $1) }
    guard place >= 0x40, place + 4 <= longest else { return false }
    return head.count < place + 4 ? nil : head[place..<place + 4].elementsEqual([0x50, 0x45, 0, 0])
  }
}
