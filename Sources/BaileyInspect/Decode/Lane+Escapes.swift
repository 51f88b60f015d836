/// A part of a lane that is being copied without its escapes.
struct EscapeRegion {
  /// Up to where it is copied, in the lane.
  var cursor: Int
}

/// The text around escapes, with each replaced by what it stands for.
extension Lane {
  /// As far behind the last escape a region goes on; what comes later begins another.
  private static let after = 192
  private static let before = 64

  /// Copies the regions of this block. One that may go on stays open.
  func unescape(_ bytes: Span<UInt8>, _ to: Int) {
    let escapes = walk.escapes.sorted { $0.at < $1.at }
    walk.escapes.removeAll(keepingCapacity: true)
    for escape in escapes { copy(escape, bytes) }
    guard let region = walk.region, to - (region.cursor - start) >= Self.after || to >= bytes.count - 1 else { return }
    close(region, bytes)
  }

  private func copy(_ escape: Escape, _ bytes: Span<UInt8>) {
    if let region = walk.region {
      let cursor = region.cursor - start
      if escape.at < cursor { return }
      if escape.at - cursor <= Self.after {
        let gap = max(0, cursor)..<escape.at
        feedChild(.unescaped, Array(bytes.extracting(gap)) + escape.text)
        walk.region = EscapeRegion(cursor: start + escape.at + escape.length)
        return
      }
      close(region, bytes)
    }
    open(escape, bytes)
  }

  private func open(_ escape: Escape, _ bytes: Span<UInt8>) {
    let end = escape.at + escape.length
    guard mayDescend(at: (start + escape.at)..<(start + end), isEscape: !escape.text.isEmpty) else { return }
    let from = max(0, escape.at - Self.before)
    let lane = child(.unescaped)
    let place = origins.place(of: (start + from)..<(start + end))
    lane.feed([0x0A])
    lane.origins.add(Origins.Part(at: lane.end, root: place.root, disguises: place.disguises + [escape.name]))
    feedChild(.unescaped, Array(bytes.extracting(from..<escape.at)) + escape.text)
    walk.region = EscapeRegion(cursor: start + end)
  }

  private func close(_ region: EscapeRegion, _ bytes: Span<UInt8>) {
    let cursor = max(0, region.cursor - start)
    let end = min(cursor + Self.after, bytes.count - 1)
    if end > cursor { feedChild(.unescaped, Array(bytes.extracting(cursor..<end))) }
    walk.region = nil
  }
}
