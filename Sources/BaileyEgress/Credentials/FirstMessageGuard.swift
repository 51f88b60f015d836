import BaileyCore
import BaileyLinux
import NIOCore

/// Puts values into the first message of a WebSocket; everything behind it passes.
final class FirstMessageGuard: MessageGuard {
  private let table: CredentialTable
  private let desk: CredentialDesk
  private let told: ToldValues
  private let fetched = FetchedValues()
  private var message = FirstMessage()
  /// Control frames before it, and what came behind it.
  private var head: [UInt8] = []
  private var rest: [UInt8] = []
  private var isOver = false

  init(_ table: CredentialTable, _ desk: CredentialDesk, _ told: ToldValues) {
    (self.table, self.desk, self.told) = (table, desk, told)
  }

  var heldBytes: Int { isOver ? 0 : message.heldBytes + rest.count }

  func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
    guard case .data(let bytes) = part, !isOver else { return .pass([part]) }
    switch message.feed(Array(bytes.readableBytesView)) {
    case .more(let passed): return .pass(Self.data(passed))
    case .unreadable(let bytes):
      isOver = true
      return .pass(Self.data(bytes))
    case .whole(let passed, let rest):
      self.rest = rest
      return try begin(passed)
    }
  }

  private func begin(_ passed: [UInt8]) throws(Refusal) -> GuardStep {
    let entries = table.finder.matches(in: message.payload).map { table.entries[$0.index] }
    for entry in entries where !isNamed(entry) { throw .misplaced(entry, "a message", desk.target) }
    guard !entries.isEmpty else { return finish(passed + message.frame(message.payload)) }
    let uses = Set(entries.map { CredentialUse(secret: $0.name, place: .webSocket) })
    head = passed
    return .wait { [desk, table, fetched] in await fetched.fetch(Array(uses), desk, table) }
  }

  private func isNamed(_ entry: CredentialTable.Entry) -> Bool {
    entry.role == .value && entry.card.rule.places.contains(.webSocket)
      && table.covering(desk.target, method: desk.method).contains { $0.name == entry.name }
  }

  func resume() throws(Refusal) -> GuardStep {
    guard let result = fetched.take() else { return .pass([]) }
    let values = try result.get()
    for value in values.values { try told.note(value, desk.target.host.text) }
    var (content, end) = ([UInt8](), 0)
    let isJSON = message.payload.first.map { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") } ?? false
    for match in table.finder.matches(in: message.payload) {
      let entry = table.entries[match.index]
      var plain = values[entry.name]?.bytes ?? []
      defer { Erasing.erase(&plain) }
      guard let written = isJSON ? ValueEncoding.json.encode(plain) : plain else {
        throw .unfit(entry.name, .webSocket)
      }
      content += message.payload[end..<match.range.lowerBound] + written
      end = match.range.upperBound
    }
    defer { Erasing.erase(&content) }
    content += message.payload[end...]
    return finish(head + message.frame(content))
  }

  private func finish(_ bytes: [UInt8]) -> GuardStep {
    isOver = true
    defer { rest = [] }
    return .pass(Self.data(bytes + rest))
  }

  private static func data(_ bytes: [UInt8]) -> [MessagePart] {
    bytes.isEmpty ? [] : [.data(ByteBuffer(bytes: bytes))]
  }
}
