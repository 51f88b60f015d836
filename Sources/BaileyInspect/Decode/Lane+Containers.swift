/// Something coded that is being decoded as its bytes come.
final class OpenContainer {
  let filter: Filter
  let name: String
  let lane: Lane
  /// A protocol said so: what does not keep to it is a finding.
  let isDeclared: Bool
  /// Where it begins, and where the next byte for it stands, in the lane around it.
  let begin: Int
  var next: Int
  /// Made when the first bytes are there, and gone at the end of what was coded.
  var decoder: (any Decoder)?
  var hasBegun = false

  init(_ filter: Filter, _ name: String, _ lane: Lane, at begin: Int, isDeclared: Bool) {
    (self.filter, self.name, self.lane, self.isDeclared) = (filter, name, lane, isDeclared)
    (self.begin, next) = (begin, begin)
  }

  /// What another has made so far; it decodes nothing more.
  init(held other: OpenContainer) {
    (filter, name, lane) = (other.filter, other.name, Lane(copying: other.lane))
    (isDeclared, begin, next) = (other.isDeclared, other.begin, other.next)
  }
}

extension Lane {
  /// At most so many at a time: a mark may stand anywhere by chance, and broken ones end at once.
  private static let mostContainers = 32

  func open(_ format: Container.Format, _ place: Range<Int>, _ bytes: Span<UInt8>) {
    // A pack is as it came, or it is none.
    guard format != .gitPack || !isAltered else { return }
    seen.insert(format)
    guard let reading = Container.read(format, bytes, place, seen: seen) else { return }
    // What ended before makes room.
    feedOpen(bytes, upTo: place.lowerBound)
    take(reading, at: place.lowerBound)
  }

  private func take(_ reading: Container.Reading, at place: Int) {
    switch reading {
    case .filters(let filters, let begin, let name): open(filters[...], at: start + begin, name: name)
    case .unreadable(let name): tellUnreadable(name, at: start + place)
    }
  }

  private func tellUnreadable(_ name: String, at place: Int) {
    let origin = origins.place(of: place..<(place + 1))
    context.tellEvasion(
      "unreadable-archive", "An archive or document that cannot be read: \(name)", .likely, origin.root,
      origin.disguises)
  }

  func open(_ format: Inflater.Format, at place: Int) { open([.inflate(format)], at: place) }

  /// - Parameters:
  ///   - filters: the outermost coding first.
  ///   - continues: the lane is itself what such a filter makes, and no further disguise.
  func open(
    _ filters: ArraySlice<Filter>, at place: Int, name: String? = nil, isDeclared: Bool = false, continues: Bool = false
  ) {
    guard let filter = filters.first, !containers.contains(where: { $0.begin == place && $0.filter == filter }) else {
      return
    }
    let range = place..<(place + 1)
    guard continues ? !context.isSpent : mayDescend(at: range) else { return }
    let origin = origins.place(of: range)
    guard containers.count < Self.mostContainers, context.borrow(filter.cost) else {
      return context.tellEvasion(
        "nested-too-deep", "More at a time than is unpacked", .likely, origin.root, origin.disguises)
    }
    let lane = Lane(context, depth: continues ? depth : depth + 1, origins: Origins(isRoot: false))
    let name = name ?? filter.name
    lane.origins.add(Origins.Part(at: 0, root: origin.root, disguises: origin.disguises + [name]))
    containers.append(OpenContainer(filter, name, lane, at: place, isDeclared: isDeclared))
    lane.open(filters.dropFirst(), at: 0, isDeclared: isDeclared, continues: true)
  }

  /// Gives every open container what this block has for it.
  func feedContainers(_ bytes: Span<UInt8>, _ from: Int, _ to: Int) {
    if origins.isRoot { context.received = start + to }
    if start + from == 0, containers.isEmpty { tryStart(bytes) }
    feedOpen(bytes, upTo: to)
  }

  private func tryStart(_ bytes: Span<UInt8>) {
    let text = bytes.extracting(0..<(bytes.count - 1))
    if depth < context.options.maximumDepth, let reading = Container.speculate(text, 0) { take(reading, at: 0) }
    if Unreadable.isMessage(text) { tellUnreadable("pgp message", at: 0) }
  }

  func feedOpen(_ bytes: Span<UInt8>, upTo end: Int) {
    for container in containers {
      let begin = container.next - start
      if begin >= end { continue }
      container.next = start + end
      if begin < 0 || !decode(container, bytes.extracting(begin..<end)) { close(container) }
    }
  }

  private func close(_ container: OpenContainer) {
    container.lane.finish()
    context.giveBack(container.filter.cost)
    containers.removeAll { $0 === container }
  }

  /// Ends all that is open.
  func finishContainers() {
    for container in containers {
      if container.decoder != nil { tellBroken(container, "Declared in an encoding, and cut off") }
      close(container)
    }
  }

  /// False when nothing more is to come.
  private func decode(_ container: OpenContainer, _ bytes: Span<UInt8>) -> Bool {
    var at = 0
    while at < bytes.count {
      if container.decoder == nil {
        if container.hasBegun, !mayGoOn(container) { return false }
        container.decoder = container.filter.decoder(for: bytes.extracting(at..<bytes.count))
        container.hasBegun = true
      }
      guard let used = decodePart(container, bytes.extracting(at..<bytes.count)) else { return false }
      at += used
    }
    return container.isDeclared || container.decoder != nil
  }

  /// Behind the end of what a protocol declared nothing else may stand but more of it.
  private func mayGoOn(_ container: OpenContainer) -> Bool {
    if container.filter.mayRepeat { return true }
    tellBroken(container, "Declared in an encoding, and more behind its end")
    return false
  }

  /// How much of the bytes belongs to it; nil when it is broken or has become too much.
  private func decodePart(_ container: OpenContainer, _ bytes: Span<UInt8>) -> Int? {
    var at = 0
    var room = [UInt8](repeating: 0, count: 16 << 10)
    while let decoder = container.decoder {
      let step = decoder.step(bytes.extracting(at..<bytes.count), into: &room)
      at += step.used
      guard feed(container, room.span.extracting(0..<step.made)) else { return nil }
      switch step.state {
      case .end:
        container.decoder = nil
        return container.isDeclared ? at : nil
      case .more: if at == bytes.count, step.made < room.count { return at }
      case .refused:
        tellUnreadable(container.name, at: container.next - 1)
        return nil
      case .broken:
        container.decoder = nil
        tellBroken(container, "Declared in an encoding that it does not have")
        return nil
      }
      if step.used == 0, step.made == 0 { return nil }
    }
    return at
  }

  private func feed(_ container: OpenContainer, _ made: Span<UInt8>) -> Bool {
    guard made.count > 0 else { return true }
    guard context.expand(by: made.count) else {
      _ = mayDescend(at: (container.next - 1)..<container.next)
      return false
    }
    container.lane.feed(made)
    return true
  }

  private func tellBroken(_ container: OpenContainer, _ title: String) {
    guard container.isDeclared, !context.isSpent else { return }
    context.tellEvasion("broken-encoding", title, .likely, 0..<1, [container.name])
  }
}
