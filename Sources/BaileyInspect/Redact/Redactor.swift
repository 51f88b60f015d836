/// Finds what has to be replaced, and replaces it. One thread at a time.
///
/// Where a policy keeps rules or kinds, making one compiles the others anew, which takes some 25 ms: make one, and keep it.
public final class Redactor {
  public let policy: Redaction
  let rules: RuleSet
  let options: InspectionOptions
  let vault: PlaceholderVault?
  private let scratch: InspectionScratch
  /// All bytes that were inspected so far, those of second looks included.
  public private(set) var inspectedBytes = 0

  /// - Parameter vault: where placeholders come from; without one there are labels.
  public init(
    _ rules: RuleSet, policy: Redaction = Redaction(), vault: PlaceholderVault? = nil,
    options: InspectionOptions = InspectionOptions()
  ) {
    self.rules = policy.rulesInForce(rules)
    (self.policy, self.vault, self.options) = (policy, vault, policy.optionsInForce(options))
    scratch = InspectionScratch(self.rules)
  }

  func inspect(_ text: [UInt8]) -> (findings: [Finding], open: Int?) {
    inspectedBytes += text.count
    let inspection = Inspection(rules, options: options, scratch: scratch)
    inspection.feed(text)
    let open = inspection.firstOpenContainer
    return (inspection.finish(), open)
  }
}

/// What has to be done in a text.
struct Settlement {
  var edits: [Edit] = []
  /// A container that holds something.
  var container: Located?
  /// Where a container begins that goes on behind the text.
  var open: Int?
}

extension Redactor {
  /// So many looks at one text; then all of it becomes stars.
  private static let maximumRounds = 24

  /// Edits after which no inspection finds anything. The text is looked at again after each: what one finding hid may come to light.
  ///
  /// - Parameters:
  ///   - before, after: What stands around the text and is not edited: names count.
  ///   - known: Places that have to be replaced in any case.
  func settle(_ text: [UInt8], before: [UInt8] = [], after: [UInt8] = [], known: [Located] = []) -> Settlement {
    var (located, settlement) = (known, Settlement())
    for round in 0..<Self.maximumRounds {
      settlement.edits = edits(located, text)
      let view = Edit.apply(settlement.edits, to: text.span, 0..<text.count)
      let survey = survey(before + view.text + after)
      let low = before.count
      if round == 0 { settlement.open = survey.open.map { max(0, $0 - low) } }
      if var container = survey.containers.first(where: { $0.span.lowerBound < low + view.text.count }) {
        container.span = place(container.span, low, view) ?? 0..<0
        settlement.container = container
        return settlement
      }
      let spans = settlement.edits.map(\.span)
      let fresh = survey.located.compactMap { mapped($0, low, view, settlement.edits, spans) }
      if fresh.isEmpty { return settlement }
      located += fresh
    }
    return hidden(text, located, settlement)
  }

  private func edits(_ located: [Located], _ text: [UInt8]) -> [Edit] {
    Located.merge(located).map {
      Edit(located: $0, replacement: policy.replacement(Array(text[$0.span]), $0, vault))
    }
  }

  private func place(_ span: Range<Int>, _ low: Int, _ view: TextView) -> Range<Int>? {
    let part = span.clamped(to: low..<low + view.text.count)
    return part.isEmpty ? nil : view.source(of: part.lowerBound - low..<part.upperBound - low)
  }

  /// A finding in the edited text, where it stands in the text itself.
  private func mapped(
    _ found: Located, _ low: Int, _ view: TextView, _ edits: [Edit], _ spans: [Range<Int>]
  ) -> Located? {
    guard let span = place(found.span, low, view), !span.isEmpty else { return nil }
    var mapped = found
    mapped.span = span
    if let index = spans.firstIndex(endingAfter: span.lowerBound), spans[index].lowerBound <= span.lowerBound,
      span.upperBound <= spans[index].upperBound
    {
      mapped.attempt = edits[index].located.attempt + 1
    }
    return mapped
  }

  private func hidden(_ text: [UInt8], _ located: [Located], _ settlement: Settlement) -> Settlement {
    guard var all = Located.merge(located).first else { return settlement }
    (all.span, all.attempt) = (0..<text.count, 3)
    return Settlement(edits: [Edit(located: all, replacement: Redaction.stars(text))], open: settlement.open)
  }
}
