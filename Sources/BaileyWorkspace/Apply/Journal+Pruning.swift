import BaileyCore
import BaileyLinux

extension Journal {
  /// Applies of a session that can still be taken back; older ones go, with the content they had kept.
  static let keptApplies = 20

  /// Removes what is older than the last applies. A journal that is not at its end stays: recovery needs it.
  ///
  /// A failure only leaves more on disk than is needed.
  static func prune(in directory: String) {
    var applies = 0
    for number in numbers(in: directory).reversed() {
      guard let journal = try? Journal(in: directory, number: number) else { continue }
      if applies >= keptApplies, journal.state.isEnd {
        try? journal.remove()
      } else if journal.undoes == nil {
        applies += 1
      }
    }
  }
}
