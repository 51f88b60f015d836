/// Where a module's comments stand, in their order.
///
/// Shared by the copies of a lexer: a parser that goes back reads the same comments again, and they are kept once.
final class CommentTable {
  private(set) var locations: [Location] = []

  func add(_ location: Location) {
    if location.start >= locations.last?.end ?? 0 { locations.append(location) }
  }
}
