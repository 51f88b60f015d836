import BaileyCore
import BaileyInspect

/// Tokens of one request to a model, as its provider counts them.
struct ModelUsage: Sendable, Equatable {
  /// Without those that were kept.
  var input: Int64 = 0
  var output: Int64 = 0
  var cacheRead: Int64 = 0
  var cacheWrite: Int64 = 0

  var tokens: Int64 { [input, output, cacheRead, cacheWrite].reduce(0) { $0.addingOrMost($1) } }

  /// Millionths of a millionth of a US dollar.
  func cost(_ price: ModelSettings.Price) -> Int64 {
    [(input, price.input), (output, price.output), (cacheRead, price.cacheRead), (cacheWrite, price.cacheWrite)]
      .reduce(0) { $0.addingOrMost($1.0.timesOrMost($1.1)) }
  }

  var json: JSON {
    [
      "input": .int(input), "output": .int(output), "cache_read": .int(cacheRead), "cache_write": .int(cacheWrite),
    ]
  }
}

extension Int64 {
  func addingOrMost(_ other: Int64) -> Int64 {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? .max : sum
  }

  func timesOrMost(_ other: Int64) -> Int64 {
    let (product, isOver) = multipliedReportingOverflow(by: other)
    return isOver ? .max : product
  }
}

/// Reads from an answer, decoded, what it says of usage: one text of JSON, or events that each hold one.
///
/// It holds one key and one event's part. What stands elsewhere than where the provider puts it counts for nothing: a tool's input may have
/// any name. Providers count up within an answer, so the largest number counts.
struct UsageReader {
  /// More tokens than any answer has; what is larger is taken for so many.
  private static let most: Int64 = 1 << 40
  private static let longestModel = 128

  private let form: ModelSettings.Form
  private var events: EventStream?
  private var text: LeafStream
  private var counts: [String: Int64] = [:]
  private var leaf: [UInt8] = []
  private(set) var model: String?

  init(_ form: ModelSettings.Form, isEvents: Bool) {
    self.form = form
    text = LeafStream(form.interface)
    events = isEvents ? EventStream() : nil
  }

  mutating func feed(_ bytes: Span<UInt8>) {
    guard var events else { return read(bytes) }
    var parts: [EventStream.Part] = []
    events.feed(bytes) { parts.append($0) }
    self.events = events
    for part in parts {
      read(part.data.span)
      if part.isEnd { (text, leaf) = (LeafStream(form.interface), []) }
    }
  }

  private mutating func read(_ bytes: Span<UInt8>) {
    for part in text.read(bytes) {
      switch part {
      case .text(let range):
        for index in range where leaf.count < Self.longestModel { leaf.append(bytes[index]) }
      case .end(let place):
        if model == nil, !leaf.isEmpty, Self.modelNames.contains(place.steps) {
          model = String(decoding: leaf, as: UTF8.self)
        }
        leaf = []
      case .number(let place, let digits): count(place, digits)
      case .between, .decided, .rest: break
      }
    }
  }

  private static let modelNames = [
    ["model"], ["message", "model"], ["response", "model"], ["modelVersion"], ["#", "modelVersion"],
  ]

  private mutating func count(_ place: LeafPlace, _ digits: [UInt8]) {
    var steps = place.steps[...]
    if let first = steps.first, ["message", "response", "#"].contains(first) { steps = steps.dropFirst() }
    guard steps.first == "usage" || steps.first == "usageMetadata", (2...3).contains(steps.count) else { return }
    guard let number = Int64(String(decoding: digits, as: UTF8.self)), number >= 0 else { return }
    let name = steps.dropFirst().joined(separator: "/")
    counts[name] = max(counts[name] ?? 0, min(number, Self.most))
    // Names that nobody gave a meaning need no room.
    if counts.count > 64 { counts.removeValue(forKey: name) }
  }

  /// `nil` while nothing was said.
  var usage: ModelUsage? {
    guard !counts.isEmpty else { return nil }
    func sum(_ names: String...) -> Int64 { names.reduce(0) { $0 + (counts[$1] ?? 0) } }
    switch form {
    case .messages:
      return ModelUsage(
        input: sum("input_tokens"), output: sum("output_tokens"), cacheRead: sum("cache_read_input_tokens"),
        cacheWrite: sum("cache_creation_input_tokens"))
    case .chat:
      let kept = sum("prompt_tokens_details/cached_tokens")
      return ModelUsage(
        input: max(0, sum("prompt_tokens") - kept), output: sum("completion_tokens"), cacheRead: kept)
    case .responses:
      let kept = sum("input_tokens_details/cached_tokens")
      return ModelUsage(input: max(0, sum("input_tokens") - kept), output: sum("output_tokens"), cacheRead: kept)
    case .gemini:
      let kept = sum("cachedContentTokenCount")
      return ModelUsage(
        input: max(0, sum("promptTokenCount", "toolUsePromptTokenCount") - kept),
        output: sum("candidatesTokenCount", "thoughtsTokenCount"), cacheRead: kept)
    }
  }
}
