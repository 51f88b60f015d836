import BaileyCore

/// What a session read and changed, on record before its end.
extension Session {
  /// For which the end of a session waits; a large change set has no outputs then.
  private static let patience = Duration.seconds(5)

  /// - Parameter summary: with its end.
  func recordProvenance(_ summary: SessionSummary) async {
    guard let keeper = resources.provenance else { return }
    var ledger = manifest.recording.reads ? observer.ledger : nil
    let account = await account(inputs: ledger?.inputs.map(\.path) ?? [])
    // A hash of what may be a secret is not kept, nor one of which that cannot be told.
    ledger?.withhold { account?.sensitive.contains($0) ?? true }
    let outputs = account?.outputs
    var mark = ProvenanceMark(inputs: ledger?.inputs.count, outputs: outputs?.count, reads: ledger)
    if !(outputs ?? []).isEmpty || ledger != nil {
      let statement = ProvenanceStatement(summary, ledger: ledger, outputs: outputs)
      do throws(Fault) {
        let kept = try await keeper.keep { statement.json.canonical }
        mark.name(sha256: kept.sha256, bytes: kept.bytes)
      } catch {
        await write(.note, ["event": "provenance-lost", "fault": error.json])
      }
    }
    await write(.provenance, mark.body)
  }

  /// `nil` where it cannot be had in time.
  private func account(inputs: [[UInt8]]) async -> WorkspaceAccount? {
    let (workspaces, id) = (resources.workspaces, id)
    return await first(within: Self.patience, else: nil) { _ in try? await workspaces.account(of: id, inputs: inputs) }
  }
}

extension ReadLedger {
  /// Takes the hashes of such paths away.
  fileprivate mutating func withhold(_ isSensitive: ([UInt8]) -> Bool) {
    for index in inputs.indices where isSensitive(inputs[index].path) {
      inputs[index].content = .unknown(.sensitive)
    }
  }
}
