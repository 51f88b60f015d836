/// Text that is cut into groups of equal length: one letter a line, a dash after every fourth, UTF-16, hexadecimal pairs.
extension Lane {
  /// Fewer groups of one letter than this are formulas and lists.
  static let fewestSingles = 12
  static let fewestGroups = 4

  /// Looks at a word of `length` bytes at `first` and the gap of `width` behind it; the caller saw that one more fits.
  func group(_ bytes: Span<UInt8>, _ first: Int, _ length: Int, _ width: Int) {
    guard start + first >= walk.groupsUntil else { return }
    let gap = first + length
    let end = groupsEnd(bytes, first, length, width, gap)
    let begin = groupsBegin(bytes, first, length, width, gap)
    let count = (end - begin) / (length + width)
    guard count >= (length == 1 ? Self.fewestSingles : Self.fewestGroups), count * length >= 12 else { return }
    let isMore = walk.groupsUntil > 0 && start + begin <= walk.groupsUntil + length + width
    walk.groupsUntil = start + end
    guard mayDescend(at: (start + begin)..<(start + end)) else { return }
    var text: [UInt8] = []
    text.reserveCapacity(count * length)
    for group in stride(from: begin, to: end, by: length + width) {
      for place in group..<min(group + length, end) { text.append(bytes[place]) }
    }
    if isMore {
      feedChild(.grouped, text)
    } else {
      emit(.grouped, name(bytes, gap, length, width), text, from: begin..<end, bytes)
    }
  }

  private func name(_ bytes: Span<UInt8>, _ gap: Int, _ length: Int, _ width: Int) -> String {
    width == 1 && length == 1 && bytes[gap] == 0 ? "utf-16" : "grouped"
  }

  /// Behind the last group that has the same length and, but for the last, the same gap. The last may be shorter.
  private func groupsEnd(_ bytes: Span<UInt8>, _ first: Int, _ length: Int, _ width: Int, _ gap: Int) -> Int {
    var place = first
    let last = bytes.count - 1
    while place + length + width <= last, isGap(bytes, place + length, gap, width),
      isGroup(bytes, place, length, bytes[gap])
    {
      place += length + width
    }
    var end = place
    while end < last, end < place + length, Bytes.isVisible(bytes[end]), bytes[end] != bytes[gap] { end += 1 }
    return end
  }

  private func groupsBegin(_ bytes: Span<UInt8>, _ first: Int, _ length: Int, _ width: Int, _ gap: Int) -> Int {
    var place = first
    let step = length + width
    while place >= step, isGap(bytes, place - width, gap, width), isGroup(bytes, place - step, length, bytes[gap]) {
      place -= step
    }
    return place
  }

  private func isGap(_ bytes: Span<UInt8>, _ place: Int, _ gap: Int, _ width: Int) -> Bool {
    for offset in 0..<width where bytes[place + offset] != bytes[gap + offset] { return false }
    return true
  }

  /// Visible bytes that are not the gap's own; among NULs also spaces and line ends.
  private func isGroup(_ bytes: Span<UInt8>, _ place: Int, _ length: Int, _ gap: UInt8) -> Bool {
    for offset in 0..<length {
      let byte = bytes[place + offset]
      guard byte != gap || length > 2 && gap == 0x2D,
        Bytes.isVisible(byte) || (gap == 0 || gap >= 0x80) && Bytes.isText(byte)
      else { return false }
    }
    return true
  }
}
