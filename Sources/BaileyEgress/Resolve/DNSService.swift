import BaileyCore
import BaileyLinux
import Synchronization

/// An answer on its way back to the socket of its question.
struct DNSReply: Sendable {
  var bytes: [UInt8]
  var peer: Endpoint?
  var local: IPAddress?
}

/// What is to be done with one query.
enum DNSStep: Sendable {
  case drop
  case answer([UInt8])
  /// The name is new: decide and record first, then answer.
  case ask(HostName, DNSQuestion)
}

/// The resolver of a session: every acceptable name exists and has a synthetic address, and nothing is ever looked up for a question.
///
/// A name that policy refuses gets an address as well, so that its connection can be told why it is refused; what leaves the
/// machine is decided there. New names that no rule writes out are limited in number, since each costs a record.
struct DNSService: Sendable {
  let session: SessionCore

  func step(_ query: [UInt8]) -> DNSStep {
    let question: DNSQuestion
    do throws(DNSError) {
      question = try DNSQuestion.parse(query)
    } catch {
      return unreadable(error, query)
    }
    guard let text = question.name, let name = try? HostName(text) else {
      return .answer(DNSAnswer.noName.message(to: question))
    }
    if question.type == DNSQuestion.pointer { return .answer(pointer(name).message(to: question)) }
    if name.text == "localhost" || name.text.hasSuffix(".localhost") {
      return .answer(loopback(question.type).message(to: question))
    }
    if session.names.withLock({ $0.knows(name) }) { return .answer(address(name, question.type).message(to: question)) }
    return admit(name, question)
  }

  private func unreadable(_ error: DNSError, _ query: [UInt8]) -> DNSStep {
    let answer: DNSAnswer
    switch error {
    case .notAQuery: return .drop
    case .malformed: answer = .malformed
    case .operation: answer = .notImplemented
    case .refused: answer = .refused
    }
    return answer.message(toUnreadable: query).map { .answer($0) } ?? .drop
  }

  private func loopback(_ type: UInt16) -> DNSAnswer {
    switch type {
    case DNSQuestion.addressIPv4: IPAddress(bytes: [127, 0, 0, 1]).map { .address($0) } ?? .noData
    case DNSQuestion.addressIPv6:
      IPAddress(bytes: [UInt8](repeating: 0, count: 15) + [1]).map { .address($0) } ?? .noData
    default: .noData
    }
  }

  /// The name of a synthetic address: `4.3.18.198.in-addr.arpa`.
  private func pointer(_ name: HostName) -> DNSAnswer {
    let labels = name.labels
    guard labels.count == 6, labels[4] == "in-addr", labels[5] == "arpa",
      let address = try? IPAddress(labels[..<4].reversed().joined(separator: ".")),
      let target = session.name(of: address)
    else { return .noName }
    return .pointer(target)
  }

  private func address(_ name: HostName, _ type: UInt16) -> DNSAnswer {
    guard type == DNSQuestion.addressIPv4 || type == DNSQuestion.any else { return .noData }
    let address = session.names.withLock { $0.address(for: name, now: Clock.monotonic) }
    return address.map { .address($0) } ?? .serverFailure
  }

  private func admit(_ name: HostName, _ question: DNSQuestion) -> DNSStep {
    let now = Clock.monotonic
    let (isAdmitted, suppressed) =
      switch session.rules.mention(of: name) {
      case .written: (true, 0)
      case .wildcard: session.wildcardQuestions.withLock { $0.admit(now: now) }
      case .none: session.questions.withLock { $0.admit(now: now) }
      }
    reportSuppressed(suppressed)
    return isAdmitted ? .ask(name, question) : .answer(DNSAnswer.refused.message(to: question))
  }

  func reportSuppressed(_ count: Int) {
    guard count > 0 else { return }
    let action = Action(.dnsQuery, session.subject, resource: ["name": "*", "count": .int(Int64(count))])
    session.note(action, Refusal("dns-flood", "\(count) further new names were refused without a record each"))
  }

  /// Decides a new name; the answer is the same for allowed and denied ones, unless there is no record.
  func decide(_ name: HostName, _ question: DNSQuestion) async -> [UInt8] {
    let action = Action.resolve(session.subject, name: name.text, type: Self.typeName(question.type))
    let ruling = await session.mediator.request(action)
    guard ruling.record != nil else { return DNSAnswer.serverFailure.message(to: question) }
    if ruling.isAllowed { session.complete(ruling, Outcome(succeeded: true, detail: ["answer": "synthetic"])) }
    // AAAA often comes first; the name is known from now on all the same.
    let answer = address(name, DNSQuestion.addressIPv4)
    return (question.type == DNSQuestion.addressIPv4 ? answer : address(name, question.type)).message(to: question)
  }

  private static func typeName(_ type: UInt16) -> String {
    switch type {
    case 1: "A"
    case 28: "AAAA"
    case 65: "HTTPS"
    case 16: "TXT"
    case 15: "MX"
    case 33: "SRV"
    default: "TYPE\(type)"
    }
  }
}
