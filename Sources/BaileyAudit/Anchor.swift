internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle
internal import Synchronization

/// How far witnesses vouch for the log, and what they hold against it.
///
/// The newest head that enough of them cosigned is kept beside the kept head; a log that does not hold it does not start. Evidence against
/// the log stays until a person has taken it away.
final class Anchor: Sendable {
  private struct State {
    var head: SignedHead?
    var cosigners: [String] = []
    var policy: WitnessPolicy?
    /// By the witness's title; that of the policy under the empty one.
    var faults: [String: Fault] = [:]
    /// Whether the administrator's policy cannot be used.
    var isGrave = false
  }

  /// Pieces of evidence that are kept; a witness that contradicts each head says nothing new.
  static let maximumEvidence = 32

  private let layout: LogLayout
  private let state: Mutex<State>

  init(_ layout: LogLayout, head: SignedHead?) {
    self.layout = layout
    state = Mutex(State(head: head))
  }

  var head: SignedHead? { state.withLock { $0.head } }
  var policy: WitnessPolicy? { state.withLock { $0.policy } }
  var faults: [Fault] { state.withLock { state in state.faults.keys.sorted().compactMap { state.faults[$0] } } }

  func configure(_ policy: WitnessPolicy?) {
    state.withLock { state in
      state.policy = policy
      state.cosigners = state.head.map { Self.titles(of: $0.note, policy) } ?? []
    }
  }

  var isGrave: Bool { state.withLock { $0.isGrave } }

  func report(_ fault: Fault?, of witness: String, isGrave: Bool = false) {
    state.withLock { state in
      state.faults[witness] = fault
      state.isGrave = state.isGrave || isGrave
    }
  }

  private static func titles(of note: [UInt8], _ policy: WitnessPolicy?) -> [String] {
    guard let policy, let note = try? SignedNote(parsing: note) else { return [] }
    return policy.cosigners(of: note).map { printable(String(decoding: $0, as: UTF8.self)) }
  }

  /// Keeps a head with its cosignatures if they are enough. It only ever moves forward.
  ///
  /// - Returns: whether they are.
  func advance(to head: SignedHead) throws(Fault) -> Bool {
    guard let policy, let note = try? SignedNote(parsing: head.note), !policy.cosigners(of: note).isEmpty,
      policy.isMet(by: note), head.checkpoint.size >= self.head?.checkpoint.size ?? 0
    else { return false }
    try writing(layout.anchorFile) { () throws(Errno) in try Files.replace(layout.anchorFile, with: head.note) }
    let titles = Self.titles(of: head.note, policy)
    state.withLock { state in
      state.head = head
      state.cosigners = titles
    }
    return true
  }

  // MARK: evidence

  /// Keeps the first of a witness for a head.
  ///
  /// - Returns: whether it is new.
  func keep(_ evidence: WitnessEvidence, size: UInt64, time: Int64) throws(Fault) -> Bool {
    let witness = SHA256Tree.leaf(Array(evidence.witness.utf8)).bytes.prefix(4)
    let ending = "-\(hexadecimal(Array(witness))).json"
    let path = "\(layout.evidenceDirectory)/\(size)\(ending)"
    return try writing(path) { () throws(Errno) in
      try Files.makeDurableDirectories(layout.evidenceDirectory)
      guard try Files.readIfPresent(path) == nil,
        try evidenceFiles().count(where: { $0.hasSuffix(ending) }) < Self.maximumEvidence
      else { return false }
      try Files.replace(path, with: evidence.json(time: time).canonical)
      return true
    }
  }

  private func evidenceFiles() throws(Errno) -> [String] {
    do throws(Errno) {
      return try Descriptor.entries(of: layout.evidenceDirectory).map(\.text).filter { $0.hasSuffix(".json") }.sorted()
    } catch .noSuchFile {
      return []
    }
  }

  /// What witnesses hold against the log, one sentence each.
  var contradictions: [String] {
    let files: [String]
    do throws(Errno) { files = try evidenceFiles() } catch {
      // Nobody could say that there is none.
      let why = "the evidence cannot be read: \(error.message)"
      return [Fault("witness-contradicts", subject: layout.evidenceDirectory, why: why).description]
    }
    return files.map { name in
      let path = layout.evidenceDirectory + "/" + name
      let kept = (try? Files.read(path)).flatMap { try? JSON.parse($0) }
      let who = printable(kept?["witness"]?.string ?? "one that cannot be read")
      let why = "witness \(who): \(printable(kept?["why"]?.string ?? "its evidence cannot be read"))"
      return Fault("witness-contradicts", subject: path, why: why).description
    }
  }

  /// - Parameter reader: for the time of the first record that nobody has vouched for.
  func standing(size: UInt64, _ reader: LogReader?) -> LogAnchor? {
    let (head, cosigners, policy) = state.withLock { ($0.head, $0.cosigners, $0.policy) }
    guard head != nil || policy != nil else { return nil }
    let anchored = head?.checkpoint.size ?? 0
    let since = anchored < size ? (try? reader?.record(at: anchored))?.time : nil
    return LogAnchor(size: anchored, cosigners: cosigners, unanchoredSince: since)
  }
}
