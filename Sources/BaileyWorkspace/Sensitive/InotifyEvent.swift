/// One event of inotify(7).
struct InotifyEvent: Equatable {
  let watch: Int32
  let mask: UInt32
  let cookie: UInt32
  let name: [UInt8]

  var overflowed: Bool { mask & 0x4000 != 0 }
  var ignored: Bool { mask & 0x8000 != 0 }
  var isDirectory: Bool { mask & 0x4000_0000 != 0 }
  var appeared: Bool { mask & (0x100 | 0x80) != 0 }
  var vanished: Bool { mask & (0x200 | 0x40) != 0 }
  var movedAway: Bool { mask & 0x40 != 0 }

  /// Reads the records of one read(2). A record that does not fit ends the reading; the kernel writes none such.
  static func parse(_ bytes: [UInt8]) -> [InotifyEvent] {
    var events: [InotifyEvent] = []
    var offset = 0
    while bytes.count - offset >= 16 {
      let length = Int(word(bytes, offset + 12))
      guard length <= bytes.count - offset - 16 else { break }
      let name = Array(bytes[(offset + 16)..<(offset + 16 + length)].prefix { $0 != 0 })
      events.append(
        InotifyEvent(
          watch: Int32(bitPattern: word(bytes, offset)), mask: word(bytes, offset + 4), cookie: word(bytes, offset + 8),
          name: name))
      offset += 16 + length
    }
    return events
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }
}
