internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// What a witness must not be able to say of a log that was never put back or forked; kept as it came.
struct WitnessEvidence: Sendable, Equatable {
  var witness: String
  var request: [UInt8]
  var status: Int
  var reply: [UInt8]
  /// What follows from it.
  var why: String

  func json(time: Int64) -> JSON {
    [
      "time_ns": .int(time), "witness": .string(witness), "why": .string(why), "status": .int(Int64(status)),
      "request": .string(String(decoding: request, as: UTF8.self)),
      "reply": .string(printable(String(decoding: reply, as: UTF8.self))),
    ]
  }
}

/// One head put before one witness (C2SP tlog-witness, add-checkpoint).
struct WitnessExchange: Sendable {
  enum Outcome: Sendable {
    case cosigned([SignedNote.Signature])
    /// - Parameter wait: for how many seconds it wants to be left alone.
    case failed(Fault, wait: Int64?)
    /// The witness saw another log under this name.
    case contradicted(WitnessEvidence)
  }

  let witness: WitnessPolicy.Witness
  let head: SignedHead
  let tiles: TileFolder
  let caller: any HTTPCaller
  let authorities: @Sendable () throws(Fault) -> [UInt8]?
  static let timeout = 10_000

  /// - Parameter old: the size that the witness saw last, as far as is known.
  func run(from old: UInt64) async -> Outcome {
    do throws(Fault) {
      let first = try await request(from: min(old, head.checkpoint.size))
      let reply = try await ask(first)
      guard reply.status == 409, let size = WitnessRequest.size(conflict: reply.body), size != first.oldSize,
        size <= head.checkpoint.size
      else { return try read(reply, to: first) }
      // It has another size than we thought; the proof now begins there.
      let second = try await request(from: size)
      return try read(await ask(second), to: second)
    } catch {
      return .failed(error, wait: nil)
    }
  }

  /// On a thread of its own, as whatever here waits for the disk.
  private func request(from old: UInt64) async throws(Fault) -> WitnessRequest {
    let (head, tiles) = (head, tiles)
    return try await onOwnThread("witness") { () throws(Fault) in
      let size = head.checkpoint.size
      let nodes = TileNodes<TileFolder, SHA256Tree>(size: size, tiles: tiles)
      let proof = try ConsistencyProof(oldSize: old, newSize: size, nodes: nodes, SHA256Tree.self)
      return WitnessRequest(oldSize: old, proof: proof?.path ?? [], checkpoint: head.note)
    }
  }

  private func ask(_ request: WitnessRequest) async throws(Fault) -> HTTPReply {
    var call = HTTPCall(witness.address.place, witness.address.target)
    call.headers = ["host": witness.address.host, "content-type": "text/plain; charset=utf-8"]
    call.body = request.encoded
    call.timeout = Self.timeout
    call.maximumBody = 16_384
    if witness.address.isSecure {
      let authorities = authorities
      call.security = witness.address.security(
        try await onOwnThread("witness") { () throws(Fault) in try authorities() })
    }
    do throws(HTTPFailure) { return try await caller.call(call) } catch {
      throw fault("witness-unreachable", "it gave no answer: \(error)", "the next head is put before it later")
    }
  }

  private func fault(_ code: String, _ why: String, _ hint: String) -> Fault {
    Fault(code, subject: witness.title, why: why, hint: hint)
  }

  private func read(_ reply: HTTPReply, to request: WitnessRequest) throws(Fault) -> Outcome {
    switch reply.status {
    case 200: return .cosigned(try cosignatures(reply.body))
    case 404:
      throw fault("witness-unknown-log", "it does not know this log", "give its operator the log's name and key")
    case 403:
      throw fault("witness-key-refused", "it does not accept this log's signature", "give its operator the log's key")
    case 409: return try conflict(reply, request)
    case 422:
      return .contradicted(evidence(reply, request, "it says that this log does not continue the one that it saw"))
    default:
      let refused = fault(
        "witness-refused", "it answered with status \(reply.status)", "the next head is put before it later")
      return .failed(refused, wait: WitnessPause.seconds(reply.headers["retry-after"]))
    }
  }

  /// Not one that a second question settles.
  private func conflict(_ reply: HTTPReply, _ request: WitnessRequest) throws(Fault) -> Outcome {
    guard let size = WitnessRequest.size(conflict: reply.body) else {
      throw fault("witness-refused", "it does not say which size it has", "tell its operator")
    }
    if size > head.checkpoint.size {
      return .contradicted(
        evidence(reply, request, "it saw \(size) records of this log, which has only \(head.checkpoint.size)"))
    }
    // Version 1.0.0 of the specification has 409 for the same size with another root.
    if size == request.oldSize, size == head.checkpoint.size {
      return .contradicted(evidence(reply, request, "it saw another log of the same size"))
    }
    throw fault(
      "witness-refused", "it changes its mind on the size that it has", "the next head is put before it later")
  }

  private func evidence(_ reply: HTTPReply, _ request: WitnessRequest, _ why: String) -> WitnessEvidence {
    WitnessEvidence(
      witness: witness.title, request: request.encoded, status: reply.status, reply: Array(reply.body.prefix(1024)),
      why: why)
  }

  /// The lines by this witness's key; each is verified before anyone else sees it, and those of other keys are left out.
  private func cosignatures(_ body: [UInt8]) throws(Fault) -> [SignedNote.Signature] {
    do throws(NoteError) {
      var note = try SignedNote(parsing: head.note)
      guard let lines = WitnessRequest.signatures(accepted: body, of: note) else { throw .malformed }
      let own = lines.filter { $0.key == witness.verifier.key }
      note.signatures = own
      try note.verify(by: [witness.verifier])
      return Array(own.prefix(1))
    } catch {
      throw fault(
        "witness-answer-invalid", "its cosignature does not hold: \(error)", "check the key that the policy has for it")
    }
  }
}
