extension Lane {
  /// Where in the bytes that were given the first container begins that has not come to its end.
  var firstOpenContainer: Int? {
    let lanes = containers.map(\.lane)
    let own = lanes.map { $0.origins.place(of: 0..<1).root.lowerBound }
    return (own + (lanes + Array(children.values)).compactMap(\.firstOpenContainer)).min()
  }
}
