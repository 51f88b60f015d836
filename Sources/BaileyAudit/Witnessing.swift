package import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// Puts signed heads before witnesses, beside the log: no append waits for it, and what fails is tried again.
///
/// Rounds are at least an interval apart. In each, every witness is asked to cosign the same head, so that a quorum can come together; one that
/// failed is left alone for a while. What waits for the disk does so on threads of its own.
package actor Witnessing {
  private struct Progress {
    /// The size that it cosigned last, as far as is known.
    var size: UInt64 = 0
    var pause = WitnessPause()
  }

  private let log: AuditLog
  private let policy: WitnessPolicy
  private let caller: any HTTPCaller
  private let settings: WitnessSettings
  private let now: @Sendable () -> Int64
  private var progress: [LogPolicy.Name: Progress] = [:]

  /// `nil` where no policy is set, or one that cannot be used, which `doctor` tells.
  ///
  /// - Parameters:
  ///   - policies: files, the administrator's first.
  ///   - now: the monotonic clock.
  /// - Throws: where witnesses are required, why they cannot be asked.
  package init?(
    _ log: AuditLog, policies: [String], caller: any HTTPCaller, settings: WitnessSettings = WitnessSettings(),
    now: @escaping @Sendable () -> Int64 = { Clock.monotonic }
  ) throws(Fault) {
    let policy: WitnessPolicy
    do throws(Fault) {
      guard let found = try Self.policy(of: log, policies, settings) else { return nil }
      policy = found
    } catch {
      if settings.isRequired { throw error }
      // What the administrator asked for and does not get is worse than what the person mistyped.
      let isAdministrators = policies.first.map { error.subject?.hasPrefix($0) == true } ?? false
      log.anchor.report(error, of: "", isGrave: isAdministrators)
      return nil
    }
    (self.log, self.policy, self.caller, self.settings, self.now) = (log, policy, caller, settings, now)
  }

  private static func policy(of log: AuditLog, _ policies: [String], _ settings: WitnessSettings) throws(Fault)
    -> WitnessPolicy?
  {
    guard let policy = try WitnessPolicy.load(policies, origin: log.verifierKey) else {
      guard settings.isRequired else { return nil }
      throw Fault(
        "witness-policy-missing", subject: policies.first, why: "witnesses are required, and no policy names them",
        hint: "write witness-policy, or take `witness: required` out of log.yaml")
    }
    // A quorum that nobody has to meet is none.
    if settings.isRequired, policy.needsNobody {
      throw Fault(
        "witness-policy-missing", subject: policies.first, why: "witnesses are required, and the quorum needs none",
        hint: "name a quorum in witness-policy, or take `witness: required` out of log.yaml")
    }
    log.anchor.configure(policy)
    guard let unreachable = policy.unreachable else { return policy }
    if settings.isRequired { throw unreachable }
    log.anchor.report(unreachable, of: "")
    return policy
  }

  /// Until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      await round()
      try? await Task.sleep(for: .seconds(settings.interval))
    }
  }

  /// Asks every witness that has not cosigned the newest head and is not left alone at present.
  package func round() async {
    let head = log.head
    guard head.checkpoint.size > 0, let note = try? SignedNote(parsing: head.note) else { return }
    let signed = policy.cosigners(of: note)
    let time = now()
    let asked = policy.witnesses.filter { witness in
      !signed.contains(witness.name) && time >= progress[witness.name]?.pause.until ?? time
    }
    let tiles = TileFolder(directory: log.layout.directory)
    var signatures: [SignedNote.Signature] = []
    await withTaskGroup(of: (WitnessPolicy.Witness, WitnessExchange.Outcome).self) { group in
      for witness in asked {
        let exchange = WitnessExchange(
          witness: witness, head: head, tiles: tiles, caller: caller, authorities: settings.authorities)
        let old = knownSize(of: witness)
        group.addTask { (witness, await exchange.run(from: old)) }
      }
      for await (witness, outcome) in group { signatures += await take(outcome, of: witness, head) }
    }
    if !signatures.isEmpty { await attach(signatures, to: head) }
  }

  private func knownSize(of witness: WitnessPolicy.Witness) -> UInt64 {
    if let size = progress[witness.name]?.size, size > 0 { return size }
    guard let head = log.anchor.head, let note = try? SignedNote(parsing: head.note),
      policy.cosigners(of: note).contains(witness.name)
    else { return 0 }
    return head.checkpoint.size
  }

  private func take(_ outcome: WitnessExchange.Outcome, of witness: WitnessPolicy.Witness, _ head: SignedHead) async
    -> [SignedNote.Signature]
  {
    switch outcome {
    case .cosigned(let signatures):
      progress[witness.name] = Progress(size: head.checkpoint.size)
      log.anchor.report(nil, of: witness.title)
      return signatures
    case .failed(let fault, let wait):
      leaveAlone(witness, wait)
      log.anchor.report(fault, of: witness.title)
    case .contradicted(let evidence):
      leaveAlone(witness, nil)
      await contradict(evidence, head)
    }
    return []
  }

  private func leaveAlone(_ witness: WitnessPolicy.Witness, _ wait: Int64?) {
    progress[witness.name, default: Progress()].pause.fail(
      at: now(), base: Int64(settings.interval) * WitnessPause.second, asked: wait, roll: Double.random(in: 0...1))
  }

  /// The evidence outlives this process, and the log says that there is some.
  private func contradict(_ evidence: WitnessEvidence, _ head: SignedHead) async {
    let (anchor, size, time) = (log.anchor, head.checkpoint.size, Clock.realTime)
    do throws(Fault) {
      let isNew = try await onOwnThread("witness") { () throws(Fault) in
        try anchor.keep(evidence, size: size, time: time)
      }
      if isNew { tell(evidence, head, time) }
    } catch {
      anchor.report(error, of: evidence.witness)
      tell(evidence, head, time)
    }
  }

  private func tell(_ evidence: WitnessEvidence, _ head: SignedHead, _ time: Int64) {
    let body: JSON = [
      "event": "log.witness-contradicts", "witness": .string(evidence.witness), "why": .string(evidence.why),
      "size": .int(Int64(clamping: head.checkpoint.size)), "root": .string(head.checkpoint.root.base64),
    ]
    _ = log.observe([Record(.note, session: nil, time: time, body: body)])
  }

  /// The anchor first, so that what is published is never ahead of what is kept.
  private func attach(_ signatures: [SignedNote.Signature], to head: SignedHead) async {
    let log = log
    do throws(Fault) {
      try await onOwnThread("witness") { () throws(Fault) in
        let cosigned = try head.adding(signatures)
        _ = try log.anchor.advance(to: cosigned)
        try log.attach(cosigned)
      }
      log.anchor.report(nil, of: "log")
    } catch {
      log.anchor.report(error, of: "log")
    }
  }
}
