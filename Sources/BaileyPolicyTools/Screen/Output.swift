internal import BaileyLinux

/// Standard output for results, standard error for everything said to a person.
enum Output {
  static func write(_ text: String) { write(Array(text.utf8)) }

  static func write(_ bytes: [UInt8]) { write(bytes, to: 1) }

  static func complain(_ text: String) { write(Array((text + "\n").utf8), to: 2) }

  /// A write that fails is dropped: nobody is left to be told.
  private static func write(_ bytes: [UInt8], to number: Int32) {
    Descriptor.lending(number) { try? $0.writeAll(bytes) }
  }
}
