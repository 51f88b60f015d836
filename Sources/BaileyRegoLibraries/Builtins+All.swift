public import BaileyRego

extension Builtins {
  /// All that the engine and its libraries have.
  public static let all = Builtins(Libraries.registry)
}
