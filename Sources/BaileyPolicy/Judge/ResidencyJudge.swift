package import BaileyCore

/// Denies that a session with a label sends anything to a region that the label is not for. Never allows.
///
/// A host without a region is in none of them.
package struct ResidencyJudge: Judge {
  private let residency: Residency

  package init(_ residency: Residency) { self.residency = residency }

  /// It reads the session's labels.
  package var readsFacts: Bool { !residency.labels.isEmpty }

  package func judge(_ action: Action) -> [Reason] {
    guard action.verb == .netConnect || action.verb == .httpRequest else { return [] }
    let labels = (action.context["labels"]?.array ?? []).compactMap(\.string)
    let host = action.resource["host"]?.string
    let region = residency.region(of: host)
    let broken = residency.labels.first { label in
      labels.contains(label.name) && !(region.map(label.regions.contains) ?? false)
    }
    guard let broken else { return [] }
    let place = region.map { "in \($0)" } ?? "in no region that is known"
    let target = host ?? action.resource["address"]?.string ?? "this destination"
    return [
      Reason(
        .deny, "region-not-allowed",
        "\(printable(target)) is \(place), and what is labelled \(printable(broken.name)) goes to "
          + broken.regions.sorted().joined(separator: ", ") + " alone")
    ]
  }
}
