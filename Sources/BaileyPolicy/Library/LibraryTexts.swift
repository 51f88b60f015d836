/// The modules of `Policies/lib`, byte for byte. A test compares, `Policies/embed` writes them anew.
enum LibraryTexts {
  static let texts = things.merging(sessions) { own, _ in own }.merging(requests) { own, _ in own }
}
