import BaileyCore
import BaileyLinux

/// Standard output for data, standard error for everything said to a person.
struct Console: Sendable {
  /// Data as versioned JSON on standard output, errors included.
  var isJSON = false
  var isQuiet = false
  var noInput = false

  var environment: [String: String] { CurrentProcess.environment }

  var palette: Palette { Palette(isTerminal: Self.isTerminal(1), environment: environment) }

  /// Whether questions can be asked.
  var canAsk: Bool { !noInput && !isJSON && Self.isTerminal(0) && Self.isTerminal(2) }

  static func isTerminal(_ number: Int32) -> Bool {
    Descriptor.lending(number) { $0.isTerminal() }
  }

  func write(_ text: String) { Self.write(text, to: 1) }

  func write(_ json: JSON) { write(json.shownText + "\n") }

  /// A remark; not with `--quiet`.
  func tell(_ text: String) {
    if !isQuiet { Self.write(text + "\n", to: 2) }
  }

  /// Something that is said in any case.
  func insist(_ text: String) { Self.write(text + "\n", to: 2) }

  /// Asks on the terminal. Keys typed before the question was there are thrown away. `nil` at the end of input.
  func ask(_ question: String) -> String? {
    Descriptor.lending(0) { $0.discardInput() }
    Self.write(question, to: 2)
    return Descriptor.lending(0) { Self.line($0) }
  }

  private static func line(_ input: borrowing Descriptor) -> String? {
    var bytes: [UInt8] = []
    while let next = try? input.read(upTo: 1), let byte = next.first {
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
      if bytes.count > 4096 { return nil }
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  static func write(bytes: [UInt8]) { Descriptor.lending(1) { try? $0.writeAll(bytes) } }

  /// A write that fails is dropped: nobody is left to be told.
  private static func write(_ text: String, to number: Int32) {
    Descriptor.lending(number) { try? $0.writeAll(text) }
  }
}
