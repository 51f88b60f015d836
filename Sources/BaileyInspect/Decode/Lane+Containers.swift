/// Something compressed that is being unpacked as its bytes come.
final class OpenContainer {
  let inflater: Inflater
  let lane: Lane
  /// Where the next byte for it stands, in the lane around it.
  var next: Int
  var made = 0

  init(_ inflater: Inflater, _ lane: Lane, next: Int) { (self.inflater, self.lane, self.next) = (inflater, lane, next) }
}

extension Lane {
  /// At most so many at a time: a mark may stand anywhere by chance, and broken ones end at once.
  private static let mostContainers = 32

  func open(_ format: Container.Format, _ place: Range<Int>, _ bytes: Span<UInt8>) {
    guard let begin = Container.start(format, bytes, markAt: place.lowerBound, end: place.upperBound) else { return }
    open(format.inflater, at: start + begin, name: format.name)
  }

  func open(_ format: Inflater.Format, at place: Int, name: String? = nil) {
    guard !containers.contains(where: { $0.next == place }) else { return }
    let range = place..<(place + 1)
    guard mayDescend(at: range) else { return }
    let origin = origins.place(of: range)
    guard containers.count < Self.mostContainers else {
      return context.tellEvasion(
        "nested-too-deep", "More at a time than is unpacked", .likely, origin.root, origin.disguises)
    }
    let lane = Lane(context, depth: depth + 1, origins: Origins(isRoot: false))
    lane.origins.add(Origins.Part(at: 0, root: origin.root, disguises: origin.disguises + [name ?? "\(format)"]))
    containers.append(OpenContainer(Inflater(format), lane, next: place))
  }

  /// Gives every open container what this block has for it.
  ///
  func feedContainers(_ bytes: Span<UInt8>, _ from: Int, _ to: Int) {
    guard !containers.isEmpty else { return }
    for container in containers {
      let begin = container.next - start
      if begin >= to { continue }
      container.next = start + to
      if begin < 0 || !inflate(container, bytes.extracting(begin..<to)) { close(container) }
    }
  }

  private func close(_ container: OpenContainer) {
    container.lane.finish()
    containers.removeAll { $0 === container }
  }

  /// False at the end of the container, when it is broken, and when it has become too much.
  private func inflate(_ container: OpenContainer, _ bytes: Span<UInt8>) -> Bool {
    var at = 0
    var room = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let step = container.inflater.step(bytes.extracting(at..<bytes.count), into: &room)
      at += step.used
      if step.made > 0 {
        guard context.expand(by: step.made) else {
          _ = mayDescend(at: container.next - 1..<container.next)
          return false
        }
        container.lane.feed(room.span.extracting(0..<step.made))
      }
      if step.state != .more { return false }
      if at == bytes.count && step.made < room.count { return true }
      if step.used == 0 && step.made == 0 { return false }
    }
  }
}
