/// Who wrote a policy. All layers are asked; deny over ask over allow holds across them.
package enum PolicyLayer: String, Sendable, CaseIterable {
  case administrator, user
  /// May only tighten: what it allows is not heard.
  case project
}
