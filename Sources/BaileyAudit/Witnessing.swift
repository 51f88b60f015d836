package import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// Puts signed heads before witnesses, beside the log: no append waits for it, and what fails is tried again.
///
/// Rounds are at least an interval apart. In each, every witness is asked to cosign the same head, so that a quorum can come together; one that
/// failed is left out of 1, 2, 4 … rounds.
package actor Witnessing {
  package static let defaultInterval = 60
  private static let maximumSkips = 64

  private struct Progress {
    /// The size that it cosigned last, as far as is known.
    var size: UInt64 = 0
    var failures = 0
    var skips = 0

    mutating func fail() {
      skips = min(1 << min(failures, 6), Witnessing.maximumSkips)
      failures += 1
    }
  }

  private let log: AuditLog
  private let policy: WitnessPolicy
  private let caller: any HTTPCaller
  private let interval: Int
  private var progress: [LogPolicy.Name: Progress] = [:]

  /// `nil` where no policy is set, or one that cannot be used, which `doctor` tells.
  ///
  /// - Parameters:
  ///   - policies: files, the strongest first.
  ///   - interval: seconds.
  package init?(_ log: AuditLog, policies: [String], caller: any HTTPCaller, interval: Int = Witnessing.defaultInterval)
  {
    do throws(Fault) {
      guard let policy = try WitnessPolicy.load(policies, origin: log.verifierKey) else { return nil }
      log.anchor.configure(policy)
      self.policy = policy
    } catch {
      log.anchor.report(error, of: "")
      return nil
    }
    self.log = log
    self.caller = caller
    self.interval = interval
  }

  /// Until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      await round()
      try? await Task.sleep(for: .seconds(interval))
    }
  }

  /// Asks every witness that has not cosigned the newest head.
  package func round() async {
    let head = log.head
    guard head.checkpoint.size > 0, let note = try? SignedNote(parsing: head.note) else { return }
    let signed = policy.cosigners(of: note)
    let asked = policy.witnesses.filter { !signed.contains($0.name) && isDue($0.name) }
    let tiles = TileFolder(directory: log.layout.directory)
    var signatures: [SignedNote.Signature] = []
    await withTaskGroup(of: (WitnessPolicy.Witness, WitnessExchange.Outcome).self) { group in
      for witness in asked {
        let exchange = WitnessExchange(witness: witness, head: head, tiles: tiles, caller: caller)
        let old = knownSize(of: witness)
        group.addTask { (witness, await exchange.run(from: old)) }
      }
      for await (witness, outcome) in group { signatures += take(outcome, of: witness, head) }
    }
    if !signatures.isEmpty { attach(signatures, to: head) }
  }

  private func isDue(_ name: LogPolicy.Name) -> Bool {
    guard progress[name]?.skips ?? 0 > 0 else { return true }
    progress[name]?.skips -= 1
    return false
  }

  private func knownSize(of witness: WitnessPolicy.Witness) -> UInt64 {
    if let size = progress[witness.name]?.size, size > 0 { return size }
    guard let head = log.anchor.head, let note = try? SignedNote(parsing: head.note),
      policy.cosigners(of: note).contains(witness.name)
    else { return 0 }
    return head.checkpoint.size
  }

  private func take(_ outcome: WitnessExchange.Outcome, of witness: WitnessPolicy.Witness, _ head: SignedHead)
    -> [SignedNote.Signature]
  {
    var mine = progress[witness.name] ?? Progress()
    defer { progress[witness.name] = mine }
    switch outcome {
    case .cosigned(let signatures):
      mine = Progress(size: head.checkpoint.size)
      log.anchor.report(nil, of: witness.title)
      return signatures
    case .failed(let fault):
      mine.fail()
      log.anchor.report(fault, of: witness.title)
    case .contradicted(let evidence):
      mine.fail()
      contradict(evidence, head)
    }
    return []
  }

  /// The evidence outlives this process, and the log says that there is some.
  private func contradict(_ evidence: WitnessEvidence, _ head: SignedHead) {
    let now = Clock.realTime
    do throws(Fault) {
      guard try log.anchor.keep(evidence, size: head.checkpoint.size, time: now) else { return }
    } catch {
      log.anchor.report(error, of: evidence.witness)
    }
    let body: JSON = [
      "event": "log.witness-contradicts", "witness": .string(evidence.witness), "why": .string(evidence.why),
      "size": .int(Int64(clamping: head.checkpoint.size)), "root": .string(head.checkpoint.root.base64),
    ]
    _ = log.observe([Record(.note, session: nil, time: now, body: body)])
  }

  /// The anchor first, so that what is published is never ahead of what is kept.
  private func attach(_ signatures: [SignedNote.Signature], to head: SignedHead) {
    do throws(Fault) {
      let cosigned = try head.adding(signatures)
      _ = try log.anchor.advance(to: cosigned)
      try log.attach(cosigned)
      log.anchor.report(nil, of: "log")
    } catch {
      log.anchor.report(error, of: "log")
    }
  }
}
