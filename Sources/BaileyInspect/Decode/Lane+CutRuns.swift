/// Runs of visible bytes that are longer than one walk: base 85 without line ends.
extension Lane {
  /// Looks at the run that goes on where a walk began or stopped. A walk cuts it anywhere, so its groups may begin at each of five places;
  /// what lies on the cut is looked at twice.
  func decodeCut(_ bytes: Span<UInt8>, _ first: Int, _ stop: Int) {
    guard openRun == nil, walk.resume <= start + stop else { return }
    let (isBegun, isOpen) = (isCut(bytes, first), isCut(bytes, stop))
    guard isBegun || isOpen else { return }
    var end = isOpen ? stop : first
    while end < bytes.count - 1, !isOpen, Bytes.isVisible(bytes[end]) { end += 1 }
    var begin = isBegun ? first : stop
    while begin > 0, !isBegun || first - begin < Self.back, Bytes.isVisible(bytes[begin - 1]) { begin -= 1 }
    guard end - begin >= Walker.shortestVisibleRun else { return }
    for shift in 0..<5 {
      guard let found = Base85.find(bytes, (begin + shift)..<end) else { continue }
      guard mayDescend(at: (start + begin)..<(start + end)) else { return }
      return emit(.decoded, "base85", found, from: begin..<end, bytes, isOpen: true)
    }
  }

  private func isCut(_ bytes: Span<UInt8>, _ place: Int) -> Bool {
    place > 0 && place < bytes.count - 1 && Bytes.isVisible(bytes[place - 1]) && Bytes.isVisible(bytes[place])
  }
}
