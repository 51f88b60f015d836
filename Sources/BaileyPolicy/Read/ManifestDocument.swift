package import BaileyCore

/// One manifest file as it was written: what it says, and what it does not say.
///
/// Several of these are merged into the `Manifest` of a session (docs/decisions/0002-manifest-layers.md).
package struct ManifestDocument: Sendable, Equatable {
  package var file: String
  package var manifest = Manifest()
  /// Built-in profiles it builds on, in order.
  package var extends: [String] = []
  /// Whether nothing may be granted that this file does not grant itself. Only of effect in the administrator's and the user's.
  package var isCeiling = false
  /// `nil` where the file says nothing; `manifest.workspace` is then the default.
  package var workspace: WorkspaceMode?
  /// Where `workspace` was said, or the file.
  package var workspaceSource: SourceLocation

  package init(file: String) {
    self.file = file
    workspaceSource = SourceLocation(file: file)
  }
}
