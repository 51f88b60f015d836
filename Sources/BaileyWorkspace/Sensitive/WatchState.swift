internal import BaileyCore
internal import BaileyLinux

/// What a watch knows: which directory each inotify number stands for, and which paths carry a mask.
struct WatchState: ~Copyable, Sendable {
  private let walk: SensitiveWalk
  private var directories: [Int32: [UInt8]] = [:]
  /// By bytes, as `ExactText` says.
  private var masked: Set<[UInt8]>
  /// What a direct session must not change; `nil` for every other session.
  private let standing: Set<[UInt8]>?
  /// Renames that took a masked file away; its new name is as sensitive as the old one.
  private var departures: Set<UInt32> = []
  private var saidLimit = false
  /// Sensitive symbolic links: any name that appears may be what one of them leads to, or a directory on its way.
  private var links: Set<[UInt8]> = []

  /// Each is looked at again with each new name.
  private static let maximumLinks = 64

  init(walk: consuming SensitiveWalk, known: [String], standing: [String]? = nil) {
    self.walk = walk
    self.standing = standing.map { Set($0.map { Array($0.utf8) }) }
    masked = Set(known.map { Array($0.utf8) })
  }

  /// Watches the directory and all below it, and reports what is sensitive there and has no mask yet.
  mutating func cover(_ start: [UInt8], _ inotify: borrowing Inotify) throws(Fault) -> [SensitiveWatch.Event] {
    var scan = SensitiveFiles.Scan()
    var watched: [(Int32, [UInt8])] = []
    var refused = 0
    try walk.visit(below: start, into: &scan) { descriptor, path in
      do throws(Errno) { watched.append((try inotify.watch(descriptor), path)) } catch { refused += 1 }
    }
    for (number, path) in watched { directories[number] = path }
    var events = follow(scan.links)
    events += scan.masks.filter { masked.insert(Array($0.utf8)).inserted }.map(SensitiveWatch.Event.appeared)
    if refused > 0, !saidLimit {
      saidLimit = true
      events.append(
        .notice(
          "\(refused) directories cannot be watched for new sensitive files: raise fs.inotify.max_user_watches, or use "
            + "--workspace copy"))
    }
    return events
  }

  mutating func handle(_ event: InotifyEvent, _ inotify: borrowing Inotify) throws(Fault) -> [SensitiveWatch.Event] {
    if event.overflowed { return try recover(inotify) }
    if event.ignored {
      directories[event.watch] = nil
      return []
    }
    guard let directory = directories[event.watch], !event.name.isEmpty else { return [] }
    let path = join(directory, event.name)
    if event.vanished { return vanished(path, event, inotify) }
    return event.appeared ? try appeared(path, event, inotify) + targets() : []
  }

  private mutating func follow(_ found: [[UInt8]]) -> [SensitiveWatch.Event] {
    let wereAll = links.count < Self.maximumLinks
    for link in found where links.count < Self.maximumLinks { links.insert(link) }
    if !wereAll || links.count < Self.maximumLinks { return [] }
    return [
      .notice(
        "of the sensitive names that are symbolic links only \(Self.maximumLinks) are followed when what they lead to changes: use "
          + "--workspace copy")
    ]
  }

  /// What the links lead to now and has no mask yet.
  private mutating func targets() throws(Fault) -> [SensitiveWatch.Event] {
    var events: [SensitiveWatch.Event] = []
    for link in links {
      for mask in try walk.masks(for: link, type: .symlink) where masked.insert(Array(mask.utf8)).inserted {
        events.append(.appeared(mask))
      }
    }
    return events
  }

  private mutating func appeared(_ path: [UInt8], _ event: InotifyEvent, _ inotify: borrowing Inotify) throws(Fault)
    -> [SensitiveWatch.Event]
  {
    let followed = departures.remove(event.cookie) != nil && event.cookie != 0
    var events = stands(path, event)
    guard followed || walk.patterns.matches(path: path, name: event.name, isDirectory: event.isDirectory) else {
      return events + (event.isDirectory ? try cover(path, inotify) : [])
    }
    guard let status = try? walk.root.status(of: path) else { return events }
    if status.type == .symlink { events += follow([path]) }
    for mask in try walk.masks(for: path, type: status.type) {
      // A rename over a masked name takes its mask away, wherever the mask is on the host's own directory entry.
      if !masked.insert(Array(mask.utf8)).inserted { events.append(.detached(mask)) }
      events.append(.appeared(mask))
    }
    return events
  }

  /// Where a name had its cover, what stands there now has none.
  private borrowing func stands(_ path: [UInt8], _ event: InotifyEvent) -> [SensitiveWatch.Event] {
    guard let standing, let text = try? walk.absolute(path) else { return [] }
    if standing.contains(Array(text.utf8)) { return [.detached(text)] }
    guard StandingNames.contains(event.name, in: Tree.split(path).parent, isDirectory: event.isDirectory) else {
      return []
    }
    return [.notice("new, and acts by itself: " + printable(text))]
  }

  private mutating func vanished(_ path: [UInt8], _ event: InotifyEvent, _ inotify: borrowing Inotify)
    -> [SensitiveWatch.Event]
  {
    if event.isDirectory, event.movedAway { forget(below: path, inotify) }
    // What comes in its place is reported when it is there.
    guard let text = try? walk.absolute(path), standing?.contains(Array(text.utf8)) != true,
      masked.remove(Array(text.utf8)) != nil
    else { return [] }
    if event.movedAway { departures.insert(event.cookie) }
    if departures.count > 4096 { departures = [event.cookie] }
    return [.detached(text)]
  }

  private mutating func forget(below path: [UInt8], _ inotify: borrowing Inotify) {
    let prefix = path + [UInt8(ascii: "/")]
    for (number, directory) in directories where directory == path || directory.starts(with: prefix) {
      inotify.remove(number)
      directories[number] = nil
    }
    let absolute = Array(walk.project.utf8) + [ExactText.slash] + prefix
    masked = masked.filter { !$0.starts(with: absolute) }
  }

  private mutating func recover(_ inotify: borrowing Inotify) throws(Fault) -> [SensitiveWatch.Event] {
    // What happened meanwhile is unknown: every mask is reported again, and so put back where it is missing.
    masked = []
    let covers = (standing ?? []).sorted { $0.lexicographicallyPrecedes($1) }
      .map { SensitiveWatch.Event.detached(String(decoding: $0, as: UTF8.self)) }
    return covers + [.notice("the kernel dropped file events; the project was searched again for sensitive files")]
      + (try cover([], inotify))
  }
}
